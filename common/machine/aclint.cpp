#include "aclint.hpp"

namespace machine {

namespace {

// The registers of hart 0 by their offset (ACLINT spec, chapters 2 and 3; SiFive's CLINT has the
// three behind one another).
constexpr u64 msip = 0, mtimecmp = 0x4000, mtime = 0xbff8;

/// What a load of `width` bytes, `offset` bytes behind a register's first, reads of its `value`:
/// all 8 bytes, or either half.
std::optional<u64> read_part(u64 value, u64 offset, unsigned width) {
    if (offset == 0 && width == 8) {
        return value;
    }
    if ((offset == 0 || offset == 4) && width == 4) {
        return bits(value, static_cast<unsigned>(8 * offset), 32);
    }
    return std::nullopt;
}

} // namespace

std::optional<u64> Aclint::load(u64 offset, unsigned width, u64 now) const {
    if (offset >= mtime) {
        return read_part(now, offset - mtime, width);
    }
    if (offset >= mtimecmp) {
        return read_part(mtimecmp_, offset - mtimecmp, width);
    }
    return offset == msip && width == 4 ? std::optional<u64>{msip_} : std::nullopt;
}

bool Aclint::store(u64 offset, unsigned width, u64 value) {
    if (offset == msip && width == 4) {
        msip_ = value & 1; // the other bits are zero (2.2)
    } else if (offset == mtimecmp && width == 8) {
        mtimecmp_ = value;
    } else if (offset == mtimecmp && width == 4) {
        mtimecmp_ = mtimecmp_ >> 32 << 32 | bits(value, 0, 32);
    } else if (offset == mtimecmp + 4 && width == 4) {
        mtimecmp_ = value << 32 | bits(mtimecmp_, 0, 32);
    } else {
        return false;
    }
    return true;
}

} // namespace machine
