#include "uart.hpp"

#include "console.hpp"

// Registers by their offset (16550 data sheet). While DLAB in LCR is set, the two halves of the
// divisor take the place of the first two.
constexpr std::uint64_t THR = 0, LCR = 3, LSR = 5, SCR = 7, divisor = 8;
constexpr std::uint8_t LCR_DLAB = 1 << 7;
constexpr std::uint8_t LSR_transmitter_empty = 1 << 5 | 1 << 6;

std::optional<std::uint64_t> Uart::load(std::uint64_t offset, unsigned width) {
    if (width != 1 || offset > SCR) {
        return std::nullopt;
    }
    const std::uint64_t index = select(offset);
    std::uint8_t value = registers_[index];
    if (offset == LSR) {
        value = LSR_transmitter_empty;
    }
    return value;
}

StoreResult Uart::store(std::uint64_t offset, unsigned width, std::uint64_t value) {
    if (width != 1 || offset > SCR) {
        return StoreResult::refused;
    }
    const std::uint64_t index = select(offset);
    const auto byte = static_cast<std::uint8_t>(value);
    if (index == THR) {
        console::put(static_cast<char>(byte));
    }
    registers_[index] = byte;
    return StoreResult::done;
}

/// The index in registers_ of what is at `offset` now.
std::uint64_t Uart::select(std::uint64_t offset) const {
    return (registers_[LCR] & LCR_DLAB) && offset < 2 ? divisor + offset : offset;
}
