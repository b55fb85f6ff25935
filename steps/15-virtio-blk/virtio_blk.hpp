/// @file
/// The guest's disk: a virtio block device (virtio 1.2, 5.2) on a range of memory.
#pragma once

#include "virtio_mmio.hpp"

class VirtioBlk final : public VirtioMmio {
public:
    /// Bytes in a sector, the unit in which requests count.
    static constexpr std::size_t sector_size = 512;

    /// @param disk the disk's contents, a whole number of sectors; none is a disk of no size
    /// @param read_only whether to offer the disk for reading only
    VirtioBlk(std::span<std::byte> disk, bool read_only, const GuestMemory& memory,
              InterruptLine line);

private:
    /// What every request begins with (virtio 1.2, 5.2.6).
    struct RequestHeader {
        std::uint32_t type, reserved;
        std::uint64_t sector;
    };

    Available serve(Virtqueue& queue) override;
    std::optional<std::uint8_t> execute(const RequestHeader& header, std::size_t& copied,
                                        std::size_t& budget);

    std::span<std::byte> disk_;
    bool read_only_;
    Chain chain_; ///< the request that is being served: too large to be made anew each time
};
