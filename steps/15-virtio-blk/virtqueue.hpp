/// @file
/// A split virtqueue, seen from the device (virtio 1.2, 2.7).
#pragma once

#include "guest_memory.hpp"

#include <array>
#include <cstring>

/// The most entries that a queue can have here (QueueNumMax).
inline constexpr std::size_t max_queue_size = 128;

/// A piece of guest memory that a request names.
using Buffer = std::span<std::byte>;

/// One request: the buffers of a chain of descriptors. Those that the device reads come before
/// those that it writes (virtio 1.2, 2.7.4.2).
struct Chain {
    /// The index of the first descriptor, by which the driver knows the request.
    std::uint16_t head = 0;
    std::size_t readable_count = 0;
    std::size_t writable_count = 0;
    std::array<Buffer, max_queue_size> buffers;

    std::span<Buffer> readable() {
        return std::span{buffers}.first(readable_count);
    }
    std::span<Buffer> writable() {
        return std::span{buffers}.subspan(readable_count, writable_count);
    }
};

/// What a look at the queue finds.
enum class Available {
    nothing,
    chain,
    broken, ///< the driver broke the rules: nothing in the queue can be trusted any more
};

class Virtqueue {
public:
    /// Starts to use a queue of `size` entries whose three areas lie at the given addresses. False
    /// when the size is no power of two up to `max_queue_size`, or one of the areas is misaligned
    /// or not wholly in guest memory (virtio 1.2, 2.7).
    bool enable(const GuestMemory& memory, std::uint32_t size, GuestPhysical descriptors,
                GuestPhysical driver, GuestPhysical device);

    void disable() {
        ready_ = false;
    }

    bool ready() const {
        return ready_;
    }

    /// Reads the next request into `chain`, and leaves it next.
    Available peek(Chain& chain) const;

    /// Gives the request that `peek` found back to the driver, with `written` bytes of its buffers
    /// written.
    void complete(const Chain& chain, std::uint32_t written);

    /// Whether the driver wants to be interrupted for completed requests (virtio 1.2, 2.7.7).
    bool wants_interrupt() const;

private:
    bool walk(Chain& chain) const;

    bool ready_ = false;
    std::uint32_t size_ = 0;
    const GuestMemory* memory_ = nullptr;
    Buffer descriptors_, driver_, device_;
    /// Requests served so far, modulo 2^16; both rings' positions.
    std::uint16_t served_ = 0;
};
