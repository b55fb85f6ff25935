#include "virtqueue.hpp"

#include <bit>

namespace {

// Both rings begin with 16 bits of flags and 16 bits of index (virtio 1.2, 2.7.6 and 2.7.8).
constexpr std::size_t ring_entries = 4;

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
    ready_ = std::has_single_bit(size) && size <= max_queue_size &&
             find(descriptors_, memory, descriptors, 16, 16 * size) &&
             find(driver_, memory, driver, 2, ring_entries + 2 * size) &&
             find(device_, memory, device, 4, ring_entries + 8 * size);
    return ready_;
}
