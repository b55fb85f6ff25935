#include "uart.hpp"

#include "console.hpp"

// The registers by their offset (16550 data sheet, "Register Addresses"); some are one when they
// are read and another when they are written. While DLAB in LCR is set, the two halves of the
// divisor take the place of the first two: they are kept behind the others.
constexpr std::uint64_t RBR = 0, THR = 0; // received byte, byte to transmit
constexpr std::uint64_t IER = 1;          // interrupt enable
constexpr std::uint64_t IIR = 2, FCR = 2; // interrupt identification, FIFO control
constexpr std::uint64_t LCR = 3, MCR = 4; // line control, modem control
constexpr std::uint64_t LSR = 5, MSR = 6; // line status, modem status
constexpr std::uint64_t SCR = 7;          // scratch
constexpr std::uint64_t divisor = 8;

// Their bits.
constexpr std::uint8_t IER_received = 1 << 0, IER_transmitter_empty = 1 << 1;
constexpr std::uint8_t IIR_none = 1, IIR_transmitter_empty = 2, IIR_received = 4, IIR_fifo = 0xc0;
constexpr std::uint8_t FCR_enable = 1 << 0;
constexpr std::uint8_t LCR_DLAB = 1 << 7;
constexpr std::uint8_t MCR_loop = 1 << 4;
constexpr std::uint8_t LSR_data_ready = 1 << 0, LSR_transmitter_empty = 1 << 5 | 1 << 6;
constexpr std::uint8_t MSR_connected = 1 << 7 | 1 << 5 | 1 << 4; // DCD, DSR, CTS

/// The bits of each register that can be written.
constexpr std::array<std::uint8_t, 10> writable = {0, 0x0f, 1, 0xff, 0x1f, 0, 0, 0xff, 0xff, 0xff};

/// What MSR shows of MCR in a loop: RTS as CTS, DTR as DSR, OUT1 as RI, OUT2 as DCD.
constexpr std::uint8_t loop_back(std::uint8_t outputs) {
    return static_cast<std::uint8_t>((outputs & 2) << 3 | (outputs & 1) << 5 | (outputs & 12) << 4);
}

std::optional<std::uint64_t> Uart::load(std::uint64_t offset, unsigned width) {
    if (width != 1 || offset > SCR) {
        return std::nullopt;
    }
    const std::uint64_t index = select(offset);
    std::uint8_t value = registers_[index];
    switch (index) {
    case RBR:
        value =
            in_loop() ? looped_.value_or(0) : static_cast<std::uint8_t>(console::get().value_or(0));
        looped_.reset();
        break;
    case IIR:
        value = identify_interrupt();
        transmitted_ &= value != IIR_transmitter_empty; // reading it acknowledges it
        value |= registers_[FCR] & FCR_enable ? IIR_fifo : 0;
        break;
    case LSR:
        value = LSR_transmitter_empty | (readable() ? LSR_data_ready : 0);
        break;
    case MSR:
        value = in_loop() ? loop_back(registers_[MCR]) : MSR_connected;
        break;
    }
    update();
    return value;
}

bool Uart::store(std::uint64_t offset, unsigned width, std::uint64_t value) {
    if (width != 1 || offset > SCR) {
        return false;
    }
    const std::uint64_t index = select(offset);
    const auto byte = static_cast<std::uint8_t>(value);
    // Whoever asks for the interrupt of an empty transmitter gets it, as ours is always empty.
    if (index == THR || (index == IER && (byte & ~registers_[IER] & IER_transmitter_empty))) {
        transmitted_ = true;
    }
    if (index != THR) {
        registers_[index] = byte & writable[index];
    } else if (in_loop()) {
        looped_ = byte;
    } else {
        console::put(static_cast<char>(byte));
    }
    update();
    return true;
}

void Uart::update() {
    line_.set(identify_interrupt() != IIR_none);
}

/// The index in registers_ of what is at `offset` now.
std::uint64_t Uart::select(std::uint64_t offset) const {
    return (registers_[LCR] & LCR_DLAB) && offset < 2 ? divisor + offset : offset;
}

/// Whether the UART is connected to itself: what it transmits it receives, and nothing else.
bool Uart::in_loop() const {
    return registers_[MCR] & MCR_loop;
}

/// Whether a received byte waits to be read.
bool Uart::readable() const {
    return in_loop() ? looped_.has_value() : console::readable();
}

/// The most urgent reason for an interrupt, as in IIR.
std::uint8_t Uart::identify_interrupt() const {
    if ((registers_[IER] & IER_received) && readable()) {
        return IIR_received;
    }
    const bool sent = transmitted_ && (registers_[IER] & IER_transmitter_empty);
    return sent ? IIR_transmitter_empty : IIR_none;
}
