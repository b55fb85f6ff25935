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

    /// What every request begins with (virtio 1.2, 5.2.6).
    struct RequestHeader {
        std::uint32_t type;
        std::uint32_t reserved;
        std::uint64_t sector;
    };
    static_assert(sizeof(RequestHeader) == 16);

private:
    /// The configuration space as far as we use it (virtio 1.2, 5.2.4).
    struct Configuration {
        std::uint64_t capacity; // in sectors
        std::uint32_t size_max;
        std::uint32_t seg_max;
    };

    /// How a request ended.
    enum class Status : std::uint8_t {
        ok = 0,
        io_error = 1,
        unsupported = 2,
    };

    Progress serve(Virtqueue& queue) override;
    void reset() override;
    std::span<const std::byte> configuration() const override;

    Progress serve_next(Virtqueue& queue, Chain& chain, std::size_t& budget);
    std::optional<Status> execute(const RequestHeader& header, Chain& chain, std::size_t& budget);
    bool has_sectors(std::uint64_t sector, std::uint64_t size) const;
    std::optional<Status> copy(std::span<std::byte> disk, std::span<const Buffer> buffers,
                               bool to_disk, std::size_t& budget);

    std::span<std::byte> disk_;
    bool read_only_;
    Configuration configuration_;
    /// The request that is being served. It has its place here as it is too large to be made anew
    /// each time.
    Chain chain_;
    /// Bytes of it that have been copied already.
    std::size_t copied_ = 0;
};
