#include "virtqueue.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace {

/// An entry of the descriptor area (virtio 1.2, 2.7.5).
struct Descriptor {
    std::uint64_t address;
    std::uint32_t length;
    std::uint16_t flags, next;
};

constexpr std::uint16_t VIRTQ_DESC_F_NEXT = 1, VIRTQ_DESC_F_WRITE = 2, VIRTQ_DESC_F_INDIRECT = 4;
constexpr std::uint16_t VIRTQ_AVAIL_F_NO_INTERRUPT = 1;

// Both rings begin with 16 bits of flags and 16 bits of index (virtio 1.2, 2.7.6 and 2.7.8).
constexpr std::size_t ring_flags = 0, ring_index = 2, ring_entries = 4;

/// The T at `offset` of an area. The guest may change it at any time: it is to be read once.
template <class T>
volatile T& at(std::span<std::byte> area, std::size_t offset) {
    return *reinterpret_cast<volatile T*>(area.data() + offset);
}

/// Finds the area of `length` bytes at `address`. False when it cannot be used.
bool find(std::span<std::byte>& area, const GuestMemory& memory, GuestPhysical address,
          std::uint64_t alignment, std::uint64_t length) {
    area = memory.span(address, length).value_or(area);
    return address.align_down(alignment) == address && !area.empty();
}

} // namespace

bool Virtqueue::enable(const GuestMemory& memory, std::uint32_t size, GuestPhysical descriptors,
                       GuestPhysical driver, GuestPhysical device) {
    *this = {};
    memory_ = &memory;
    size_ = size;
    ready_ = std::has_single_bit(size) && size <= max_queue_size &&
             find(descriptors_, memory, descriptors, 16, 16 * size) &&
             find(driver_, memory, driver, 2, ring_entries + 2 * size) &&
             find(device_, memory, device, 4, ring_entries + 8 * size);
    return ready_;
}

Available Virtqueue::peek(Chain& chain) const {
    const auto waiting =
        static_cast<std::uint16_t>(at<std::uint16_t>(driver_, ring_index) - served_);
    if (waiting == 0 || waiting > size_) {
        return waiting == 0 ? Available::nothing : Available::broken;
    }
    std::uint16_t index = at<std::uint16_t>(driver_, ring_entries + 2 * (served_ % size_));
    chain.head = index;
    chain.count = chain.readable = chain.writable = 0;
    bool behind_writable = false;
    while (chain.count < size_ && index < size_) {
        const auto& descriptor = at<Descriptor>(descriptors_, index * sizeof(Descriptor));
        const auto buffer = memory_->span({descriptor.address}, descriptor.length);
        const std::uint16_t flags = descriptor.flags;
        const bool writable = flags & VIRTQ_DESC_F_WRITE;
        if (!buffer || (behind_writable && !writable) || (flags & VIRTQ_DESC_F_INDIRECT)) {
            return Available::broken;
        }
        chain.buffers[chain.count++] = *buffer;
        (writable ? chain.writable : chain.readable) += buffer->size();
        if ((flags & VIRTQ_DESC_F_NEXT) == 0) {
            return Available::chain;
        }
        behind_writable = writable;
        index = descriptor.next;
    }
    return Available::broken; // a loop, or a descriptor that does not exist
}

bool Virtqueue::complete(const Chain& chain, std::uint32_t written) {
    const std::size_t element = ring_entries + 8 * (served_ % size_);
    at<std::uint32_t>(device_, element) = chain.head;
    at<std::uint32_t>(device_, element + 4) = written;
    at<std::uint16_t>(device_, ring_index) = ++served_;
    copied = 0;
    return (at<std::uint16_t>(driver_, ring_flags) & VIRTQ_AVAIL_F_NO_INTERRUPT) == 0;
}

void Chain::copy(std::size_t start, std::span<std::byte> bytes, bool to) const {
    for (std::size_t at = 0; at < count && !bytes.empty(); ++at) {
        const std::size_t size = buffers[at].size();
        if (start < size) {
            const auto part = buffers[at].subspan(start, std::min(size - start, bytes.size()));
            std::memcpy(to ? part.data() : bytes.data(), to ? bytes.data() : part.data(),
                        part.size());
            bytes = bytes.subspan(part.size());
            start += part.size();
        }
        start -= size;
    }
}
