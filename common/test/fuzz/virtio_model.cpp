#include "virtio_model.hpp"

#include <algorithm>
#include <cstring>

namespace {

constexpr char identity[20] = "hypervisor-workbook";

std::uint64_t total(const Pieces& pieces) {
    std::uint64_t sum = 0;
    for (const Piece& piece : pieces) {
        sum += piece.size;
    }
    return sum;
}

/// The piece of guest memory at `address`. False when not all of it is there.
bool locate(Piece& piece, std::uint64_t address, std::uint64_t length) {
    const auto end = static_cast<unsigned __int128>(address) + length; // does not overflow
    piece = {address - ram_base, length};
    return address >= ram_base && end <= ram_base + ram_size;
}

bool place(Piece& piece, std::uint64_t address, std::uint64_t alignment, std::uint64_t length) {
    return address % alignment == 0 && locate(piece, address, length);
}

} // namespace

template <class T>
T Model::get(std::uint64_t offset) const {
    T value;
    std::memcpy(&value, ram_.data() + offset, sizeof value);
    return value;
}

template <class T>
void Model::put(std::uint64_t offset, T value) {
    std::memcpy(ram_.data() + offset, &value, sizeof value);
}

std::uint64_t Model::features() const { // VERSION_1, FLUSH, SEG_MAX, RO
    return 1ull << 32 | 1ull << 9 | 1ull << 2 | (read_only_ ? 1ull << 5 : 0);
}

std::uint32_t Model::load(std::uint64_t offset) const {
    switch (offset) {
    case 0x000:
        return 0x74726976;
    case 0x004: // Version
    case 0x008: // DeviceID
        return 2;
    case 0x00c: // VendorID
        return 0x554d4551;
    case DeviceFeatures:
        return r_.features_sel == 0   ? static_cast<std::uint32_t>(features())
               : r_.features_sel == 1 ? static_cast<std::uint32_t>(features() >> 32)
                                      : 0;
    case QueueNumMax:
        return r_.queue_sel == 0 ? 128 : 0;
    case QueueReady:
        return r_.queue_sel == 0 ? r_.queue_ready : 0;
    case InterruptStatus:
        return r_.interrupt_status;
    case Status:
        return r_.status;
    case 0x0b0: // SHMLenLow to SHMBaseHigh: there is no shared memory (4.2.2)
    case 0x0b4:
    case 0x0b8:
    case 0x0bc:
        return 0xffff'ffff;
    default:
        return 0;
    }
}

/// 5.2.4: capacity, size_max, seg_max, and nothing more.
std::uint64_t Model::load_configuration(std::uint64_t offset, unsigned width) const {
    const std::uint64_t at = offset - Config;
    const std::uint64_t words[2] = {disk_.size() / sector_size, 126ull << 32};
    return at >= 16 ? 0 : words[at / 8] >> 8 * (at % 8) & (~0ull >> (64 - 8 * width));
}

void Model::store(std::uint64_t offset, std::uint32_t value) {
    const bool area = offset >= QueueDescLow && offset < QueueDeviceLow + 8;
    if (r_.queue_sel != 0 && (offset == QueueNum || offset == QueueReady || area)) {
        return;
    }
    if (area) {
        r_.addresses[(offset - QueueDescLow) / 4] = value;
    }
    switch (offset) {
    case DeviceFeaturesSel:
        r_.features_sel = value;
        break;
    case DriverFeaturesSel:
        r_.driver_sel = value;
        break;
    case DriverFeatures:
        if (r_.driver_sel < 2) {
            r_.accepted[r_.driver_sel] = value;
        }
        break;
    case QueueSel:
        r_.queue_sel = value;
        break;
    case QueueNum:
        r_.queue_num = value;
        break;
    case QueueReady:
        r_.queue_ready = value;
        set_ready(value != 0);
        break;
    case InterruptACK:
        r_.interrupt_status &= ~value;
        break;
    case Status:
        set_status(value);
        break;
    }
}

void Model::set_status(std::uint32_t value) {
    if (value == 0) {
        r_ = {};
        return;
    }
    const std::uint64_t wanted = std::uint64_t{r_.accepted[1]} << 32 | r_.accepted[0];
    if (wanted & ~features()) {
        value &= ~FEATURES_OK;
    }
    r_.status |= value & ~NEEDS_RESET;
}

void Model::set_ready(bool ready) {
    if (!ready) {
        r_.ready = r_.lost = false;
    } else if (!r_.ready) {
        r_.ready = find_queue();
        r_.served = 0;
        if (!r_.ready) {
            need_reset();
        }
    }
}

bool Model::find_queue() {
    const auto address = [this](unsigned which) {
        return std::uint64_t{r_.addresses[4 * which + 1]} << 32 | r_.addresses[4 * which];
    };
    constexpr std::uint32_t sizes[] = {1, 2, 4, 8, 16, 32, 64, 128};
    r_.size = r_.queue_num;
    return std::ranges::count(sizes, r_.size) && place(r_.table, address(0), 16, 16 * r_.size) &&
           place(r_.available, address(1), 2, 4 + 2 * r_.size) &&
           place(r_.used, address(2), 4, 4 + 8 * r_.size);
}

void Model::need_reset() {
    r_.status |= NEEDS_RESET;
    if (r_.status & DRIVER_OK) {
        r_.interrupt_status |= 2;
    }
}

unsigned Model::waiting() const {
    return static_cast<std::uint16_t>(get<std::uint16_t>(r_.available.start + 2) - r_.served);
}

Request Model::peek(unsigned ahead) const {
    Request request;
    if (waiting() <= r_.size) {
        const auto at = static_cast<std::uint16_t>(r_.served + ahead);
        request.head = get<std::uint16_t>(r_.available.start + 4 + at % r_.size * 2);
        request.valid = follow(request) && understand(request);
        request.tangled = is_tangled(request);
    }
    return request;
}

bool Model::tangled() const {
    if (r_.used.overlaps(r_.table) || r_.used.overlaps(r_.available)) {
        return true;
    }
    for (unsigned ahead = 0; ahead < waiting(); ++ahead) {
        const Request request = peek(ahead);
        if (!request.valid || request.tangled) {
            return request.valid;
        }
    }
    return false;
}

/// Follows the chain of descriptors (2.7.5).
bool Model::follow(Request& request) const {
    std::uint32_t index = request.head;
    for (std::uint32_t count = 0; count < r_.size && index < r_.size; ++count) {
        const std::uint64_t at = r_.table.start + 16 * index;
        const auto flags = get<std::uint16_t>(at + 12);
        Piece piece;
        if (!locate(piece, get<std::uint64_t>(at), get<std::uint32_t>(at + 8)) ||
            (flags & INDIRECT)) {
            return false;
        }
        if (flags & WRITE) {
            request.writable.push_back(piece);
        } else if (request.writable.empty()) {
            request.readable.push_back(piece);
        } else {
            return false; // 2.7.4.2: readable behind writable
        }
        if ((flags & NEXT) == 0) {
            return true;
        }
        index = get<std::uint16_t>(at + 14);
    }
    return false;
}

/// Finds out what the request asks for, and what is to come of it (5.2.6). False if it is too
/// short for a request.
bool Model::understand(Request& request) const {
    const std::uint64_t readable = total(request.readable), writable = total(request.writable);
    if (readable < 16 || writable < 1) {
        return false;
    }
    std::array<std::byte, 16> header;
    std::size_t filled = 0;
    for (const Piece& piece : request.readable) {
        for (std::uint64_t at = 0; at < piece.size && filled < header.size(); ++at) {
            header[filled++] = ram_[piece.start + at];
        }
    }
    std::uint64_t sector;
    std::memcpy(&request.type, &header[0], sizeof request.type);
    std::memcpy(&sector, &header[8], sizeof sector);

    request.used = writable == 1 ? 1 : 0; // the status, where nothing comes before it
    if (request.type == IN || request.type == OUT) {
        const std::uint64_t length = request.type == OUT ? readable - 16 : writable - 1;
        const auto start = static_cast<unsigned __int128>(sector) * sector_size;
        if (length % sector_size != 0 || start + length > disk_.size() ||
            (request.type == OUT && read_only_)) {
            request.status = S_IOERR;
            return true;
        }
        request.start = static_cast<std::uint64_t>(start);
        request.size = length;
        if (request.type == IN) {
            request.used = static_cast<std::uint32_t>(writable);
        }
    } else if (request.type == GET_ID) {
        request.status = writable > sizeof identity ? S_OK : S_IOERR;
        if (request.status == S_OK) {
            request.used = sizeof identity + (writable == sizeof identity + 1 ? 1 : 0);
        }
    } else if (request.type != FLUSH) {
        request.status = S_UNSUPP;
    }
    return true;
}

bool Model::is_tangled(const Request& request) const {
    const auto meets = [](const Piece& piece) {
        return [&piece](const Piece& other) {
            return piece.overlaps(other);
        };
    };
    return std::ranges::any_of(request.readable, meets(r_.used)) ||
           std::ranges::any_of(request.writable, [&](const Piece& piece) {
               return piece.overlaps(r_.table) || piece.overlaps(r_.available) ||
                      piece.overlaps(r_.used) ||
                      std::ranges::any_of(request.readable, meets(piece));
           });
}

void Model::notify() {
    while (serves() && waiting() != 0) {
        const Request request = peek();
        if (request.valid) {
            complete(request);
        } else {
            need_reset();
        }
    }
}

void Model::complete(const Request& request) {
    copy(request);
    if (request.type == GET_ID && request.status == S_OK) {
        put_identity(request.writable);
    }
    for (auto piece = request.writable.rbegin(); piece != request.writable.rend(); ++piece) {
        if (piece->size != 0) {
            put(piece->start + piece->size - 1, request.status);
            break;
        }
    }
    const std::uint64_t element = r_.used.start + 4 + r_.served % r_.size * 8;
    put<std::uint32_t>(element, request.head);
    put(element + 4, request.used);
    put(r_.used.start + 2, ++r_.served);
    if ((get<std::uint16_t>(r_.available.start) & 1) == 0) { // VIRTQ_AVAIL_F_NO_INTERRUPT
        r_.interrupt_status |= 1;
    }
}

/// Copies the request's data from or to the disk.
void Model::copy(const Request& request) {
    const bool out = request.type == OUT;
    std::uint64_t skip = out ? 16 : 0; // bytes of the pieces: the header
    std::uint64_t at = request.start, left = request.size;
    for (const Piece& piece : out ? request.readable : request.writable) {
        const std::uint64_t skipped = std::min(skip, piece.size);
        const std::uint64_t length = std::min(left, piece.size - skipped);
        if (length != 0) {
            std::byte* const memory = ram_.data() + piece.start + skipped;
            std::memcpy(out ? &disk_[at] : memory, out ? memory : &disk_[at], length);
        }
        skip -= skipped;
        at += length;
        left -= length;
    }
}

void Model::put_identity(const Pieces& pieces) {
    std::uint64_t left = sizeof identity;
    const char* next = identity;
    for (const Piece& piece : pieces) {
        for (std::uint64_t at = 0; at < piece.size && left > 0; ++at, --left) {
            put(piece.start + at, *next++);
        }
    }
}
