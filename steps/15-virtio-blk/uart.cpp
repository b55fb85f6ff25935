#include "uart.hpp"

#include "console.hpp"

namespace {

// Registers (16550 data sheet). RBR is read where THR is written, IIR where FCR is; DLAB in LCR
// puts the two halves of the divisor in the place of the first two.
constexpr std::uint64_t RBR_THR = 0, IER = 1, IIR_FCR = 2, LCR = 3, MCR = 4, LSR = 5, MSR = 6;

/// The bits of each register that can be written.
constexpr std::array<std::uint8_t, 8> writable = {0xff, 0x0f, 0xff, 0xff, 0x1f, 0, 0, 0xff};

constexpr std::uint8_t IER_received = 1 << 0, IER_transmitter_empty = 1 << 1;
constexpr std::uint8_t IIR_none = 1, IIR_transmitter_empty = 2, IIR_received = 4, IIR_fifo = 0xc0;
constexpr std::uint8_t FCR_enable = 1 << 0;
constexpr std::uint8_t LCR_DLAB = 1 << 7;
constexpr std::uint8_t MCR_loop = 1 << 4;
constexpr std::uint8_t LSR_data_ready = 1 << 0, LSR_transmitter_empty = 1 << 5 | 1 << 6;
constexpr std::uint8_t MSR_connected = 1 << 7 | 1 << 5 | 1 << 4; // DCD, DSR, CTS

/// What MSR shows while the outputs in MCR are its inputs: RTS as CTS, DTR as DSR, then RI and DCD.
constexpr std::uint8_t loop_back(std::uint8_t mcr) {
    return static_cast<std::uint8_t>((mcr & 2) << 3 | (mcr & 1) << 5 | (mcr & 4) << 4 |
                                     (mcr & 8) << 4);
}

} // namespace

std::optional<std::uint64_t> Uart::load(std::uint64_t offset, unsigned width) {
    if (width != 1 || offset >= registers_.size()) {
        return std::nullopt;
    }
    const std::uint8_t value = divisor_selected(offset) ? divisor_[offset] : load_register(offset);
    update();
    return value;
}

StoreResult Uart::store(std::uint64_t offset, unsigned width, std::uint64_t value) {
    if (width != 1 || offset >= registers_.size()) {
        return StoreResult::refused;
    }
    const auto byte = static_cast<std::uint8_t>(value);
    if (divisor_selected(offset)) {
        divisor_[offset] = byte;
        return StoreResult::done;
    }
    if (offset == RBR_THR) {
        if ((registers_[MCR] & MCR_loop) == 0) {
            console::put(static_cast<char>(byte));
        }
        transmitted_ = true;
    } else if (offset == IER && (byte & ~registers_[IER] & IER_transmitter_empty)) {
        transmitted_ = true; // whoever asks for this interrupt gets it: the transmitter is empty
    }
    registers_[offset] = byte & writable[offset];
    update();
    return StoreResult::done;
}

void Uart::update() {
    line_.set(received() || sent());
}

bool Uart::received() const {
    return (registers_[IER] & IER_received) && console::readable();
}

bool Uart::sent() const {
    return (registers_[IER] & IER_transmitter_empty) && transmitted_;
}

bool Uart::divisor_selected(std::uint64_t offset) const {
    return (registers_[LCR] & LCR_DLAB) && offset < divisor_.size();
}

std::uint8_t Uart::load_register(std::uint64_t offset) {
    switch (offset) {
    case RBR_THR:
        return static_cast<std::uint8_t>(console::get().value_or(0));
    case IIR_FCR:
        return identify_interrupt() | (registers_[IIR_FCR] & FCR_enable ? IIR_fifo : 0);
    case LSR:
        return LSR_transmitter_empty | (console::readable() ? LSR_data_ready : 0);
    case MSR:
        return registers_[MCR] & MCR_loop ? loop_back(registers_[MCR]) : MSR_connected;
    default:
        return registers_[offset];
    }
}

std::uint8_t Uart::identify_interrupt() {
    if (received()) {
        return IIR_received;
    }
    if (sent()) {
        transmitted_ = false; // to read it is to acknowledge it
        return IIR_transmitter_empty;
    }
    return IIR_none;
}
