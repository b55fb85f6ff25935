#include "uart.hpp"

#include "console.hpp"

// Registers by their offset (16550 data sheet). While DLAB in LCR is set, the two halves of the
// divisor take the place of the first two.
constexpr std::uint64_t THR = 0, LCR = 3, LSR = 5, SCR = 7, divisor = 8;
constexpr std::uint8_t LCR_DLAB = 1 << 7;
constexpr std::uint8_t LSR_transmitter_empty = 1 << 5 | 1 << 6;
// RBR is read where THR is written, IIR where FCR is.
constexpr std::uint64_t RBR = 0, IER = 1, IIR = 2, FCR = 2, MCR = 4, MSR = 6;
constexpr std::uint8_t IER_received = 1 << 0, IER_transmitter_empty = 1 << 1;
constexpr std::uint8_t IIR_none = 1, IIR_transmitter_empty = 2, IIR_received = 4, IIR_fifo = 0xc0;
constexpr std::uint8_t FCR_enable = 1 << 0;
constexpr std::uint8_t MCR_loop = 1 << 4;
constexpr std::uint8_t LSR_data_ready = 1 << 0;
constexpr std::uint8_t MSR_connected = 1 << 7 | 1 << 5 | 1 << 4; // DCD, DSR, CTS

/// The bits of each register that can be written.
constexpr std::array<std::uint8_t, 10> writable = {0, 0x0f, 1, 0xff, 0x1f, 0, 0, 0xff, 0xff, 0xff};

std::optional<std::uint64_t> Uart::load(std::uint64_t offset, unsigned width) {
    if (width != 1 || offset > SCR) {
        return std::nullopt;
    }
    const std::uint64_t index = select(offset);
    std::uint8_t value = registers_[index];
    if (offset == LSR) {
        value = LSR_transmitter_empty | (console::readable() ? LSR_data_ready : 0);
    } else if (index == RBR) {
        value = static_cast<std::uint8_t>(console::get().value_or(0));
    } else if (index == IIR) {
        value = identify_interrupt();
        transmitted_ &= value != IIR_transmitter_empty; // to read it is to acknowledge it
        value |= registers_[FCR] & FCR_enable ? IIR_fifo : 0;
    } else if (index == MSR) {
        value = modem_status();
    }
    update();
    return value;
}

StoreResult Uart::store(std::uint64_t offset, unsigned width, std::uint64_t value) {
    if (width != 1 || offset > SCR) {
        return StoreResult::refused;
    }
    const std::uint64_t index = select(offset);
    const auto byte = static_cast<std::uint8_t>(value);
    if (index == THR && (registers_[MCR] & MCR_loop) == 0) {
        console::put(static_cast<char>(byte));
    }
    if (index == THR || (index == IER && (byte & ~registers_[IER] & IER_transmitter_empty))) {
        transmitted_ = true; // whoever asks for this interrupt gets it: the transmitter is empty
    }
    registers_[index] = byte & writable[index];
    update();
    return StoreResult::done;
}

/// The index in registers_ of what is at `offset` now.
std::uint64_t Uart::select(std::uint64_t offset) const {
    return (registers_[LCR] & LCR_DLAB) && offset < 2 ? divisor + offset : offset;
}

void Uart::update() {
    line_.set(identify_interrupt() != IIR_none);
}

std::uint8_t Uart::identify_interrupt() const {
    if ((registers_[IER] & IER_received) && console::readable()) {
        return IIR_received;
    }
    const bool sent = transmitted_ && (registers_[IER] & IER_transmitter_empty);
    return sent ? IIR_transmitter_empty : IIR_none;
}

std::uint8_t Uart::modem_status() const {
    const unsigned outputs = registers_[MCR]; // in a loop: RTS as CTS, DTR as DSR, then RI and DCD
    const unsigned looped = (outputs & 2) << 3 | (outputs & 1) << 5 | (outputs & 12) << 4;
    return outputs & MCR_loop ? static_cast<std::uint8_t>(looped) : MSR_connected;
}
