#include "virtqueue.hpp"

#include <bit>

namespace {

// Both rings begin with 16 bits of flags and 16 bits of index (virtio spec 2.7.6 and 2.7.8).
constexpr std::size_t ring_flags = 0, ring_index = 2, ring_entries = 4;
/// Bytes of an entry: a descriptor; in the driver's ring its number; in the device's that and a
/// length (virtio spec 2.7.5, 2.7.6 and 2.7.8).
constexpr std::size_t descriptor_size = 16, available_size = 2, used_size = 8;

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
             find(descriptors_, memory, descriptors, 16, descriptor_size * size) &&
             find(driver_, memory, driver, 2, ring_entries + available_size * size) &&
             find(device_, memory, device, 4, ring_entries + used_size * size);
    return ready_;
}
