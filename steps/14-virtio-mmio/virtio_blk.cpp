#include "virtio_blk.hpp"

// Feature bits (virtio spec 5.2.3 and 6).
constexpr std::uint64_t VIRTIO_BLK_F_SEG_MAX = 1 << 2, VIRTIO_BLK_F_RO = 1 << 5,
                        VIRTIO_BLK_F_FLUSH = 1 << 9, VIRTIO_F_VERSION_1 = 1ull << 32;

VirtioBlk::VirtioBlk(std::span<std::byte> disk, bool read_only, const GuestMemory& memory,
                     InterruptLine line)
    : VirtioMmio({.device_id = 2,
                  .features = VIRTIO_F_VERSION_1 | VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_FLUSH |
                              (read_only ? VIRTIO_BLK_F_RO : 0),
                  // Sectors, and the segments of data that leave room for a header and a status.
                  .configuration = {disk.size() / sector_size, (max_queue_size - 2) << 32}},
                 memory, line) {}
