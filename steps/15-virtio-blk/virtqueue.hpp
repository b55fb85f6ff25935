/// @file
/// A split virtqueue, seen from the device (virtio spec 2.7).
#pragma once

#include "guest_memory.hpp"

#include <array>

/// The most entries that a queue can have here (QueueNumMax).
inline constexpr std::size_t max_queue_size = 128;

/// What is found in a queue.
enum class Available {
    nothing, ///< all requests have been taken
    more,    ///< a request
    broken,  ///< the driver broke the rules: nothing in the queue can be trusted any more
};

/// One request: the buffers of a chain of descriptors, as one sequence of bytes. Those that the
/// device reads come before those that it writes (virtio spec 2.7.4.2).
struct Chain {
    std::uint16_t head = 0; ///< the first descriptor, by which the driver knows the request
    std::size_t count = 0;
    std::size_t readable = 0, writable = 0; ///< in bytes
    std::array<std::span<std::byte>, max_queue_size> buffers;

    /// Fills `bytes` from the place `start` bytes behind the beginning, as far as the chain goes.
    void read(std::size_t start, std::span<std::byte> bytes) const;

    /// Puts `bytes` to the place `start` bytes behind the beginning, as far as the chain goes.
    void write(std::size_t start, std::span<const std::byte> bytes) const;
};

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

    /// Takes the next request that the driver has made available, and reads it into `chain`.
    Available take(Chain& chain);

    /// Gives back a request that was taken, with `written` bytes of its buffers written. Returns
    /// whether the driver wants to be interrupted for it (virtio spec 2.7.7).
    bool complete(const Chain& chain, std::uint32_t written);

private:
    bool ready_ = false;
    std::span<std::byte> descriptors_, driver_, device_;
    const GuestMemory* memory_ = nullptr;
    std::uint32_t size_ = 0;
    std::uint16_t taken_ = 0, completed_ = 0; ///< requests, modulo 2^16: where we are in the rings
};
