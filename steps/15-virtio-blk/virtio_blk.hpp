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

private:
    /// What every request begins with (virtio spec 5.2.6).
    struct RequestHeader {
        std::uint32_t type, reserved;
        std::uint64_t sector;
    };

    /// How a request ended.
    struct Outcome {
        std::uint8_t status;
        std::size_t written = 0; ///< bytes of data for the driver
    };

    std::optional<std::uint32_t> serve(const Chain& chain) override;
    Outcome execute(const RequestHeader& header, const Chain& chain) const;
    std::optional<std::span<std::byte>> sectors(std::uint64_t first, std::size_t size) const;

    std::span<std::byte> disk_;
    bool read_only_;
};
