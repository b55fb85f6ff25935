#include "virtqueue.hpp"

#include <bit>

namespace {

/// An entry of the descriptor area (virtio 1.2, 2.7.5).
struct Descriptor {
    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t flags;
    std::uint16_t next;
};
static_assert(sizeof(Descriptor) == 16);

constexpr std::uint16_t VIRTQ_DESC_F_NEXT = 1, VIRTQ_DESC_F_WRITE = 2, VIRTQ_DESC_F_INDIRECT = 4;
constexpr std::uint16_t VIRTQ_AVAIL_F_NO_INTERRUPT = 1;

/// An entry of the device area (virtio 1.2, 2.7.8).
struct UsedElement {
    std::uint32_t id;
    std::uint32_t length;
};
static_assert(sizeof(UsedElement) == 8);

// Both rings begin with 16 bits of flags and 16 bits of index.
constexpr std::size_t ring_flags = 0, ring_index = 2, ring_entries = 4;

/// Reads the T at `offset` of an area, which is aligned for it.
template <class T>
T read(Buffer area, std::size_t offset) {
    T value;
    __builtin_memcpy(&value, __builtin_assume_aligned(area.data() + offset, alignof(T)),
                     sizeof value);
    // The guest may change it at any time: it is not read a second time.
    __atomic_signal_fence(__ATOMIC_ACQUIRE);
    return value;
}

template <class T>
void write(Buffer area, std::size_t offset, const T& value) {
    __builtin_memcpy(__builtin_assume_aligned(area.data() + offset, alignof(T)), &value,
                     sizeof value);
}

/// The area of `length` bytes at `address`, or an empty one when it cannot be used.
Buffer find_area(const GuestMemory& memory, GuestPhysical address, std::uint64_t alignment,
                 std::uint64_t length) {
    const bool aligned = address.align_down(alignment) == address;
    return aligned ? memory.span(address, length).value_or(Buffer{}) : Buffer{};
}

} // namespace

bool Virtqueue::enable(const GuestMemory& memory, std::uint32_t size, GuestPhysical descriptors,
                       GuestPhysical driver, GuestPhysical device) {
    if (!std::has_single_bit(size) || size > max_queue_size) {
        return false;
    }
    size_ = size;
    memory_ = &memory;
    descriptors_ = find_area(memory, descriptors, 16, size * sizeof(Descriptor));
    driver_ = find_area(memory, driver, 2, ring_entries + 2 * size);
    device_ = find_area(memory, device, 4, ring_entries + size * sizeof(UsedElement));
    served_ = 0;
    ready_ = !descriptors_.empty() && !driver_.empty() && !device_.empty();
    return ready_;
}

Available Virtqueue::peek(Chain& chain) const {
    chain.readable_count = chain.writable_count = 0;
    const auto index = read<std::uint16_t>(driver_, ring_index);
    const auto waiting = static_cast<std::uint16_t>(index - served_);
    if (waiting == 0) {
        return Available::nothing;
    }
    chain.head = read<std::uint16_t>(driver_, ring_entries + 2 * (served_ % size_));
    return waiting <= size_ && walk(chain) ? Available::chain : Available::broken;
}

/// Follows the descriptors from the head on. False when they break the rules.
bool Virtqueue::walk(Chain& chain) const {
    std::uint16_t index = chain.head;
    for (std::size_t count = 0; count < size_ && index < size_; ++count) {
        const auto descriptor = read<Descriptor>(descriptors_, index * sizeof(Descriptor));
        const auto buffer = memory_->span({descriptor.address}, descriptor.length);
        const bool writable = descriptor.flags & VIRTQ_DESC_F_WRITE;
        const bool out_of_order = !writable && chain.writable_count != 0;
        if (!buffer || out_of_order || (descriptor.flags & VIRTQ_DESC_F_INDIRECT)) {
            return false;
        }
        chain.buffers[count] = *buffer;
        ++(writable ? chain.writable_count : chain.readable_count);
        if ((descriptor.flags & VIRTQ_DESC_F_NEXT) == 0) {
            return true;
        }
        index = descriptor.next;
    }
    return false; // a loop, or a descriptor that does not exist
}

void Virtqueue::complete(const Chain& chain, std::uint32_t written) {
    const std::size_t slot = served_ % size_;
    write(device_, ring_entries + slot * sizeof(UsedElement), UsedElement{chain.head, written});
    ++served_;
    write(device_, ring_index, served_);
}

bool Virtqueue::wants_interrupt() const {
    return (read<std::uint16_t>(driver_, ring_flags) & VIRTQ_AVAIL_F_NO_INTERRUPT) == 0;
}
