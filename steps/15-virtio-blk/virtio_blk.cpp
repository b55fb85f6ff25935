#include "virtio_blk.hpp"

// Feature bits (virtio spec 5.2.3 and 6).
constexpr std::uint64_t VIRTIO_BLK_F_SEG_MAX = 1 << 2, VIRTIO_BLK_F_RO = 1 << 5,
                        VIRTIO_BLK_F_FLUSH = 1 << 9, VIRTIO_F_VERSION_1 = 1ull << 32;

// Types of requests, and how they end (virtio spec 5.2.6).
constexpr std::uint32_t VIRTIO_BLK_T_IN = 0, VIRTIO_BLK_T_OUT = 1, VIRTIO_BLK_T_FLUSH = 4,
                        VIRTIO_BLK_T_GET_ID = 8;
constexpr std::uint8_t VIRTIO_BLK_S_OK = 0, VIRTIO_BLK_S_IOERR = 1, VIRTIO_BLK_S_UNSUPP = 2;

/// What GET_ID answers, padded with zeros.
constexpr char identity[20] = "hypervisor-workbook";

VirtioBlk::VirtioBlk(std::span<std::byte> disk, bool read_only, const GuestMemory& memory,
                     InterruptLine line)
    : VirtioMmio({.device_id = 2,
                  .features = VIRTIO_F_VERSION_1 | VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_FLUSH |
                              (read_only ? VIRTIO_BLK_F_RO : 0),
                  // Sectors, and the segments of data that leave room for a header and a status.
                  .configuration = {disk.size() / sector_size, (max_queue_size - 2) << 32}},
                 memory, line),
      disk_(disk), read_only_(read_only) {}

std::optional<std::uint32_t> VirtioBlk::serve(const Chain& chain) {
    RequestHeader header;
    if (chain.readable < sizeof header || chain.writable == 0) {
        return std::nullopt;
    }
    chain.read(0, std::as_writable_bytes(std::span{&header, 1}));
    const auto [status, written] = execute(header, chain);
    const std::size_t last = chain.writable - 1; // the status comes behind all data
    chain.write(chain.readable + last, std::as_bytes(std::span{&status, 1}));
    // What is written behind a gap does not count (virtio spec 2.7.8.2).
    return static_cast<std::uint32_t>(written + (written == last ? 1 : 0));
}

/// Does what the request asks for. `serve` writes the status.
VirtioBlk::Outcome VirtioBlk::execute(const RequestHeader& header, const Chain& chain) const {
    const std::size_t room = chain.writable - 1;
    switch (header.type) {
    case VIRTIO_BLK_T_IN:
        if (const auto data = sectors(header.sector, room)) {
            chain.write(chain.readable, *data);
            return {VIRTIO_BLK_S_OK, room};
        }
        return {VIRTIO_BLK_S_IOERR};
    case VIRTIO_BLK_T_OUT:
        if (const auto data = sectors(header.sector, chain.readable - sizeof header);
            data && !read_only_) {
            chain.read(sizeof header, *data);
            return {VIRTIO_BLK_S_OK};
        }
        return {VIRTIO_BLK_S_IOERR};
    case VIRTIO_BLK_T_FLUSH:
        return {VIRTIO_BLK_S_OK}; // what was written is in the disk's memory already
    case VIRTIO_BLK_T_GET_ID:
        if (room < sizeof identity) {
            return {VIRTIO_BLK_S_IOERR};
        }
        chain.write(chain.readable, std::as_bytes(std::span{identity}));
        return {VIRTIO_BLK_S_OK, sizeof identity};
    default:
        return {VIRTIO_BLK_S_UNSUPP};
    }
}

/// The `size` bytes from sector `first` on, or nothing unless they are whole sectors of the disk.
std::optional<std::span<std::byte>> VirtioBlk::sectors(std::uint64_t first,
                                                       std::size_t size) const {
    const std::uint64_t capacity = disk_.size() / sector_size;
    if (size % sector_size != 0 || first > capacity || size / sector_size > capacity - first) {
        return std::nullopt;
    }
    return disk_.subspan(first * sector_size, size);
}
