/// @file
/// What is at the machine's physical addresses.
#pragma once

#include "aclint.hpp"
#include "plic.hpp"
#include "ram.hpp"
#include "uart.hpp"

#include <array>
#include <optional>

namespace machine {

/// RAM and devices, where QEMU's `virt` machine has them.
struct Bus {
    static constexpr u64 rom_start = 0x1000;
    static constexpr u64 test_start = 0x10'0000, test_size = 0x1000;

    Ram ram;
    std::array<u32, 64> rom = {}; ///< what the hart begins with
    Aclint aclint = {};
    Plic plic = {};
    Uart uart = {};
    std::optional<u32> ended = {}; ///< what was stored to the test device: the machine stops

    /// What a device has at `address`, and whether it is accessed with this `width`; `now` is the
    /// time in ticks. RAM is not asked.
    std::optional<u64> load(u64 address, unsigned width, u64 now);
    bool store(u64 address, unsigned width, u64 value);

    /// Whether there is anything at `address`, RAM included.
    bool has(u64 address, unsigned width) const;
};

} // namespace machine
