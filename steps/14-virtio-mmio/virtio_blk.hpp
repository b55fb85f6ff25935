/// @file
/// The guest's disk: a virtio block device (virtio spec 5.2) on a range of memory.
#pragma once

#include "virtio_mmio.hpp"

/// A disk.
class VirtioBlk final : public VirtioMmio {
public:
    /// Bytes in a sector, the unit in which requests count.
    static constexpr std::size_t sector_size = 512;

    /// @param disk the disk's contents, a whole number of sectors; none is a disk of no size
    /// @param read_only whether to offer the disk for reading only
    VirtioBlk(std::span<std::byte> disk, bool read_only, const GuestMemory& memory,
              InterruptLine line);
};
