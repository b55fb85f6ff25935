/// @file
/// The core-local interruptor: software interrupts and timer of M-mode (RISC-V ACLINT spec), in the
/// arrangement of SiFive's CLINT.
#pragma once

#include "integers.hpp"

#include <optional>

namespace machine {

class Aclint {
public:
    static constexpr u64 start = 0x200'0000, size = 0x1'0000;

    /// @param offset of a register from `start`
    /// @param width 4 or 8 bytes
    /// @param now the time, in ticks
    /// @return what is there; nothing if there is no such register
    std::optional<u64> load(u64 offset, unsigned width, u64 now) const;
    /// The time is what the machine counts: nobody sets it, so mtime is only read.
    /// @return whether there is such a register
    bool store(u64 offset, unsigned width, u64 value);

    /// Whether M-mode's software interrupt is pending.
    bool software() const {
        return msip_ & 1;
    }
    /// When M-mode's timer interrupt is pending: from this tick on.
    u64 deadline() const {
        return mtimecmp_;
    }

private:
    u32 msip_ = 0;
    u64 mtimecmp_ = ~0ull; // the specification leaves it open; no interrupt is what QEMU has
};

} // namespace machine
