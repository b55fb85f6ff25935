#include "virtio_blk.hpp"

#include <algorithm>

// Feature bits (virtio 1.2, 5.2.3 and 6).
constexpr std::uint64_t VIRTIO_BLK_F_SEG_MAX = 1 << 2, VIRTIO_BLK_F_RO = 1 << 5,
                        VIRTIO_BLK_F_FLUSH = 1 << 9, VIRTIO_F_VERSION_1 = 1ull << 32;

// Types of requests, and how they end (virtio 1.2, 5.2.6).
constexpr std::uint32_t VIRTIO_BLK_T_IN = 0, VIRTIO_BLK_T_OUT = 1, VIRTIO_BLK_T_FLUSH = 4,
                        VIRTIO_BLK_T_GET_ID = 8;
constexpr std::uint8_t VIRTIO_BLK_S_OK = 0, VIRTIO_BLK_S_IOERR = 1, VIRTIO_BLK_S_UNSUPP = 2;

/// What GET_ID answers, padded with zeros.
constexpr char identity[20] = "hypervisor-workbook";

/// The most that one notification does, so that a guest with much to do still gets its timer
/// interrupts.
constexpr std::size_t bytes_at_once = 1 * MiB, requests_at_once = 64;

VirtioBlk::VirtioBlk(std::span<std::byte> disk, bool read_only, const GuestMemory& memory,
                     InterruptLine line)
    : VirtioMmio({.device_id = 2,
                  .features = VIRTIO_F_VERSION_1 | VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_FLUSH |
                              (read_only ? VIRTIO_BLK_F_RO : 0),
                  // Sectors, and the segments of data that leave room for a header and a status.
                  .configuration = {disk.size() / sector_size, (max_queue_size - 2) << 32}},
                 memory, line),
      disk_(disk), read_only_(read_only) {}

Available VirtioBlk::serve(Virtqueue& queue) {
    std::size_t budget = bytes_at_once;
    for (std::size_t count = 0; count < requests_at_once; ++count) {
        if (const Available left = queue.peek(chain_); left != Available::chain) {
            return left;
        }
        RequestHeader header;
        if (chain_.readable < sizeof header || chain_.writable == 0) {
            return Available::broken;
        }
        chain_.copy(0, std::as_writable_bytes(std::span{&header, 1}), false);
        auto status = execute(header, queue.copied, budget);
        if (!status) {
            return Available::chain;
        }
        const std::size_t size = chain_.writable - 1; // of the data: the status comes last
        chain_.copy(chain_.readable + size, std::as_writable_bytes(std::span{&*status, 1}), true);
        // Only what is written without a gap from the first buffer on counts (virtio 1.2, 2.7.8.2).
        const bool identified = header.type == VIRTIO_BLK_T_GET_ID && size == sizeof identity;
        const bool read = header.type == VIRTIO_BLK_T_IN && status == VIRTIO_BLK_S_OK;
        const bool filled = size == 0 || identified || read;
        if (queue.complete(chain_, filled ? static_cast<std::uint32_t>(chain_.writable) : 0)) {
            interrupt_status_ |= used_buffer;
        }
    }
    return Available::chain;
}

/// Does what the request asks for. Returns its status, or nothing when there is more to copy.
std::optional<std::uint8_t> VirtioBlk::execute(const RequestHeader& header, std::size_t& copied,
                                               std::size_t& budget) {
    const bool in = header.type == VIRTIO_BLK_T_IN;
    const std::size_t data = in ? chain_.readable : sizeof header; // where it begins in the chain
    const std::size_t size = in ? chain_.writable - 1 : chain_.readable - sizeof header;
    const std::uint64_t capacity = disk_.size() / sector_size;
    auto answer = std::to_array(identity);
    std::span<std::byte> part;
    switch (header.type) {
    case VIRTIO_BLK_T_IN:
    case VIRTIO_BLK_T_OUT:
        if (size % sector_size != 0 || header.sector > capacity ||
            size / sector_size > capacity - header.sector || (!in && read_only_)) {
            return VIRTIO_BLK_S_IOERR;
        }
        copied = std::min(copied, size); // the driver may have made the request smaller
        part = disk_.subspan(header.sector * sector_size + copied, std::min(size - copied, budget));
        chain_.copy(data + copied, part, in);
        copied += part.size();
        budget -= part.size();
        return copied < size ? std::nullopt : std::optional{VIRTIO_BLK_S_OK};
    case VIRTIO_BLK_T_FLUSH:
        return VIRTIO_BLK_S_OK; // what was written is in the disk's memory already
    case VIRTIO_BLK_T_GET_ID:
        chain_.copy(chain_.readable, std::as_writable_bytes(std::span{answer}), true);
        return chain_.writable > sizeof identity ? VIRTIO_BLK_S_OK : VIRTIO_BLK_S_IOERR;
    default:
        return VIRTIO_BLK_S_UNSUPP;
    }
}
