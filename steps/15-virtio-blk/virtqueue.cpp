#include "virtqueue.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstring>

namespace {

// Both rings begin with 16 bits of flags and 16 bits of index (virtio spec 2.7.6 and 2.7.8).
constexpr std::size_t ring_flags = 0, ring_index = 2, ring_entries = 4;
/// Bytes of an entry: a descriptor; in the driver's ring its number; in the device's that and a
/// length (virtio spec 2.7.5, 2.7.6 and 2.7.8).
constexpr std::size_t descriptor_size = 16, available_size = 2, used_size = 8;

/// An entry of the descriptor area.
struct Descriptor {
    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t flags, next;
};
static_assert(sizeof(Descriptor) == descriptor_size);

constexpr std::uint16_t VIRTQ_DESC_F_NEXT = 1, VIRTQ_DESC_F_WRITE = 2, VIRTQ_DESC_F_INDIRECT = 4;
constexpr std::uint16_t VIRTQ_AVAIL_F_NO_INTERRUPT = 1;

/// The T at `offset` of an area. The guest may change it at any time: it is to be read once.
template <class T>
volatile T& at(std::span<std::byte> area, std::size_t offset) {
    return *reinterpret_cast<volatile T*>(area.data() + offset);
}

/// A ring's index. It tells the other side about what was written before it.
std::atomic_ref<std::uint16_t> index_of(std::span<std::byte> ring) {
    return std::atomic_ref{*reinterpret_cast<std::uint16_t*>(ring.data() + ring_index)};
}

/// Finds the area of `length` bytes at `address`. False when it cannot be used.
bool find(std::span<std::byte>& area, const GuestMemory& memory, GuestPhysical address,
          std::uint64_t alignment, std::uint64_t length) {
    area = memory.span(address, length).value_or(area);
    return address.align_down(alignment) == address && !area.empty();
}

/// Calls `action` with each part of a buffer that lies among the `length` bytes from `start` on.
template <class Action>
void for_each_part(const Chain& chain, std::size_t start, std::size_t length, Action action) {
    for (const auto buffer : std::span{chain.buffers}.first(chain.count)) {
        if (start < buffer.size() && length > 0) {
            const auto part = buffer.subspan(start, std::min(buffer.size() - start, length));
            action(part);
            length -= part.size();
        }
        start -= std::min(start, buffer.size());
    }
}

} // namespace

void Chain::read(std::size_t start, std::span<std::byte> bytes) const {
    for_each_part(*this, start, bytes.size(), [&bytes](std::span<std::byte> part) {
        std::memcpy(bytes.data(), part.data(), part.size());
        bytes = bytes.subspan(part.size());
    });
}

void Chain::write(std::size_t start, std::span<const std::byte> bytes) const {
    for_each_part(*this, start, bytes.size(), [&bytes](std::span<std::byte> part) {
        std::memcpy(part.data(), bytes.data(), part.size());
        bytes = bytes.subspan(part.size());
    });
}

bool Virtqueue::enable(const GuestMemory& memory, std::uint32_t size, GuestPhysical descriptors,
                       GuestPhysical driver, GuestPhysical device) {
    *this = {};
    memory_ = &memory;
    size_ = size;
    ready_ = std::has_single_bit(size) && size <= max_queue_size &&
             find(descriptors_, memory, descriptors, 16, descriptor_size * size) &&
             find(driver_, memory, driver, 2, ring_entries + available_size * size) &&
             find(device_, memory, device, 4, ring_entries + used_size * size);
    return ready_;
}

Available Virtqueue::take(Chain& chain) {
    // The driver writes buffers, descriptors and ring entry before the index. Acquire: we read them
    // after it, also when the driver runs on another hart.
    const std::uint16_t available = index_of(driver_).load(std::memory_order_acquire);
    const auto waiting = static_cast<std::uint16_t>(available - taken_);
    if (waiting == 0 || waiting > size_) {
        return waiting == 0 ? Available::nothing : Available::broken;
    }
    const std::size_t entry = ring_entries + available_size * (taken_ % size_);
    std::uint16_t index = at<std::uint16_t>(driver_, entry);
    chain.head = index;
    chain.count = chain.readable = chain.writable = 0;
    bool behind_writable = false;
    while (chain.count < size_ && index < size_) {
        const auto& descriptor = at<Descriptor>(descriptors_, index * descriptor_size);
        const auto buffer = memory_->span({descriptor.address}, descriptor.length);
        const std::uint16_t flags = descriptor.flags;
        const bool writable = flags & VIRTQ_DESC_F_WRITE;
        if (!buffer || (behind_writable && !writable) || (flags & VIRTQ_DESC_F_INDIRECT)) {
            return Available::broken;
        }
        chain.buffers[chain.count++] = *buffer;
        (writable ? chain.writable : chain.readable) += buffer->size();
        if ((flags & VIRTQ_DESC_F_NEXT) == 0) {
            ++taken_;
            return Available::more;
        }
        behind_writable = writable;
        index = descriptor.next;
    }
    return Available::broken; // a loop, or a descriptor that does not exist
}

bool Virtqueue::complete(const Chain& chain, std::uint32_t written) {
    const std::size_t entry = ring_entries + used_size * (completed_ % size_);
    at<std::uint32_t>(device_, entry) = chain.head;
    at<std::uint32_t>(device_, entry + 4) = written;
    // Release: before the new index is seen, the entry is written and we are done with the buffers.
    index_of(device_).store(++completed_, std::memory_order_release);
    // A driver that wants interrupts again says so and then looks at the index; we write the index
    // and then look. With a fence between the two on both sides, one of us sees the other.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    return (at<std::uint16_t>(driver_, ring_flags) & VIRTQ_AVAIL_F_NO_INTERRUPT) == 0;
}
