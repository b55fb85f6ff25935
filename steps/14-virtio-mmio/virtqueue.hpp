/// @file
/// A split virtqueue, seen from the device (virtio spec 2.7).
#pragma once

#include "guest_memory.hpp"

/// The most entries that a queue can have here (QueueNumMax).
inline constexpr std::size_t max_queue_size = 128;

/// A queue, and how far the device has come in it.
class Virtqueue {
public:
    /// Starts to use a queue of `size` entries whose three areas lie at the given addresses. False
    /// when the size is no power of two up to `max_queue_size`, or one of the areas is misaligned
    /// or not wholly in guest memory (virtio spec 2.7).
    bool enable(const GuestMemory& memory, std::uint32_t size, GuestPhysical descriptors,
                GuestPhysical driver, GuestPhysical device);

    /// Whether it is in use.
    bool ready() const {
        return ready_;
    }

private:
    bool ready_ = false;
    std::span<std::byte> descriptors_, driver_, device_;
};
