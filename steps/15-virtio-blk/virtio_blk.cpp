#include "virtio_blk.hpp"

#include <algorithm>
#include <utility>

namespace {

constexpr std::uint32_t block_device = 2;

// Feature bits (virtio 1.2, 5.2.3 and 6).
constexpr std::uint64_t VIRTIO_BLK_F_SEG_MAX = 1 << 2, VIRTIO_BLK_F_RO = 1 << 5;
constexpr std::uint64_t VIRTIO_BLK_F_FLUSH = 1 << 9, VIRTIO_F_VERSION_1 = 1ull << 32;

constexpr std::uint32_t VIRTIO_BLK_T_IN = 0, VIRTIO_BLK_T_OUT = 1;
constexpr std::uint32_t VIRTIO_BLK_T_FLUSH = 4, VIRTIO_BLK_T_GET_ID = 8;

/// What GET_ID answers, padded with zeros (virtio 1.2, 5.2.6).
constexpr char identity[20] = "hypervisor-workbook";

/// The most that one notification does, so that a guest with much to do still gets its timer
/// interrupts: bytes to copy, and requests.
constexpr std::size_t bytes_at_once = 1 * MiB;
constexpr unsigned requests_at_once = 64;

std::size_t total_size(std::span<const Buffer> buffers) {
    std::size_t total = 0;
    for (const Buffer& buffer : buffers) {
        total += buffer.size();
    }
    return total;
}

/// Moves the request's header out of the buffers, which need not be laid out in any special way
/// (virtio 1.2, 2.7.4.1). False when they are too short.
bool take_header(std::span<Buffer> buffers, VirtioBlk::RequestHeader& header) {
    auto left = std::as_writable_bytes(std::span{&header, 1});
    for (Buffer& buffer : buffers) {
        const std::size_t count = std::min(left.size(), buffer.size());
        std::memcpy(left.data(), buffer.data(), count);
        buffer = buffer.subspan(count);
        left = left.subspan(count);
    }
    return left.empty();
}

/// Takes the last byte, for the request's status, out of the buffers; none when they are empty.
std::byte* take_status(std::span<Buffer> buffers) {
    while (!buffers.empty() && buffers.back().empty()) {
        buffers = buffers.first(buffers.size() - 1);
    }
    if (buffers.empty()) {
        return nullptr;
    }
    Buffer& last = buffers.back();
    last = last.first(last.size() - 1);
    return last.data() + last.size();
}

/// Writes the disk's identity into `buffers`. False when they are too short.
bool write_identity(std::span<const Buffer> buffers) {
    std::span<const std::byte> left = std::as_bytes(std::span{identity});
    for (const Buffer& buffer : buffers) {
        const std::size_t count = std::min(left.size(), buffer.size());
        std::memcpy(buffer.data(), left.data(), count);
        left = left.subspan(count);
    }
    return left.empty();
}

/// Whether a request of `type` that went well writes all `size` bytes of its writable buffers.
constexpr bool fills_buffers(std::uint32_t type, std::size_t size) {
    return type == VIRTIO_BLK_T_IN || (type == VIRTIO_BLK_T_GET_ID && size == sizeof identity);
}

} // namespace

VirtioBlk::VirtioBlk(std::span<std::byte> disk, bool read_only, const GuestMemory& memory,
                     InterruptLine line)
    : VirtioMmio(block_device,
                 VIRTIO_F_VERSION_1 | VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_FLUSH |
                     (read_only ? VIRTIO_BLK_F_RO : 0),
                 memory, line),
      disk_(disk), read_only_(read_only),
      // A header and a status go with the segments of data.
      configuration_{disk.size() / sector_size, 0, max_queue_size - 2} {}

std::span<const std::byte> VirtioBlk::configuration() const {
    return std::as_bytes(std::span{&configuration_, 1});
}

void VirtioBlk::reset() {
    copied_ = 0;
}

Progress VirtioBlk::serve(Virtqueue& queue) {
    std::size_t budget = bytes_at_once;
    for (unsigned count = 0; count < requests_at_once; ++count) {
        const Available available = queue.peek(chain_);
        if (available != Available::chain) {
            return available == Available::nothing ? Progress::done : Progress::broken;
        }
        if (const auto progress = serve_next(queue, chain_, budget); progress != Progress::done) {
            return progress;
        }
    }
    return Progress::more;
}

/// Serves the request in `chain`, copying at most `budget` bytes.
Progress VirtioBlk::serve_next(Virtqueue& queue, Chain& chain, std::size_t& budget) {
    RequestHeader header;
    std::byte* const status_byte = take_status(chain.writable());
    if (status_byte == nullptr || !take_header(chain.readable(), header)) {
        return Progress::broken;
    }
    const std::optional<Status> status = execute(header, chain, budget);
    if (!status) {
        return Progress::more;
    }
    // Only what is written without a gap from the first buffer on counts (virtio 1.2, 2.7.8.2).
    const std::size_t size = total_size(chain.writable());
    const bool filled = size == 0 || (status == Status::ok && fills_buffers(header.type, size));
    *status_byte = std::byte{std::to_underlying(*status)};
    copied_ = 0;
    queue.complete(chain, filled ? static_cast<std::uint32_t>(size + 1) : 0);
    interrupt_for_used_buffer();
    return Progress::done;
}

/// Does what the request asks for. Nothing when there is more to copy.
std::optional<VirtioBlk::Status> VirtioBlk::execute(const RequestHeader& header, Chain& chain,
                                                    std::size_t& budget) {
    const bool out = header.type == VIRTIO_BLK_T_OUT;
    const auto data = out ? chain.readable() : chain.writable();
    switch (header.type) {
    case VIRTIO_BLK_T_IN:
    case VIRTIO_BLK_T_OUT:
        if (!has_sectors(header.sector, total_size(data)) || (out && read_only_)) {
            return Status::io_error;
        }
        return copy(disk_.subspan(header.sector * sector_size), data, out, budget);
    case VIRTIO_BLK_T_FLUSH:
        return Status::ok; // what was written is in the disk's memory already
    case VIRTIO_BLK_T_GET_ID:
        return write_identity(data) ? Status::ok : Status::io_error;
    default:
        return Status::unsupported;
    }
}

/// Whether the disk has `size` bytes from `sector` on, and they are whole sectors.
bool VirtioBlk::has_sectors(std::uint64_t sector, std::uint64_t size) const {
    const std::uint64_t capacity = configuration_.capacity;
    return size % sector_size == 0 && sector <= capacity && size / sector_size <= capacity - sector;
}

/// Copies between the disk, whose part that begins where the request does is `disk`, and `buffers`:
/// at most `budget` bytes, from where the last try stopped. Nothing when there is more to copy.
std::optional<VirtioBlk::Status> VirtioBlk::copy(std::span<std::byte> disk,
                                                 std::span<const Buffer> buffers, bool to_disk,
                                                 std::size_t& budget) {
    std::size_t start = 0; // of the buffer in the request
    for (const Buffer& buffer : buffers) {
        const std::size_t skip = std::min(copied_ - start, buffer.size());
        const std::size_t count = std::min(buffer.size() - skip, budget);
        std::byte* const memory = buffer.data() + skip;
        std::byte* const sectors = disk.data() + start + skip;
        std::copy_n(to_disk ? memory : sectors, count, to_disk ? sectors : memory);
        copied_ += count;
        budget -= count;
        if (skip + count < buffer.size()) {
            return std::nullopt;
        }
        start += buffer.size();
    }
    return Status::ok;
}
