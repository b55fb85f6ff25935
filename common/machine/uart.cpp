#include "uart.hpp"

namespace machine {

namespace {

// The registers by their offset (16550 data sheet, "Register Addresses"); some are one when they
// are read and another when they are written. While DLAB in LCR is set, the two halves of the
// divisor take the place of the first two: they are kept behind the others.
constexpr u64 RBR = 0, THR = 0; // received byte, byte to transmit
constexpr u64 IER = 1;          // interrupt enable
constexpr u64 IIR = 2, FCR = 2; // interrupt identification, FIFO control
constexpr u64 LCR = 3, MCR = 4; // line control, modem control
constexpr u64 LSR = 5, MSR = 6; // line status, modem status
constexpr u64 SCR = 7;          // scratch
constexpr u64 divisor = 8;

// Their bits.
constexpr u8 IER_received = 1 << 0, IER_transmitter_empty = 1 << 1, IER_line_status = 1 << 2;
constexpr u8 IIR_none = 1, IIR_transmitter_empty = 2, IIR_received = 4, IIR_line_status = 6;
constexpr u8 IIR_timeout = 12, IIR_fifo = 0xc0;
constexpr u8 FCR_enable = 1 << 0, FCR_clear_received = 1 << 1, FCR_trigger = 0xc0;
constexpr u8 LCR_DLAB = 1 << 7;
constexpr u8 MCR_loop = 1 << 4;
constexpr u8 LSR_data_ready = 1 << 0, LSR_overrun = 1 << 1, LSR_transmitter_empty = 3 << 5;
constexpr u8 MSR_connected = 1 << 7 | 1 << 5 | 1 << 4; // DCD, DSR, CTS

/// The bits of each register that can be written; FCR and THR are treated apart.
constexpr std::array<u8, 10> writable = {0, 0x0f, 0, 0xff, 0x1f, 0, 0, 0xff, 0xff, 0xff};

/// How many bytes are "received" by the upper two bits of FCR; of fewer only a timeout tells.
constexpr std::array<u8, 4> trigger_levels = {1, 4, 8, 14};

/// What MSR shows of MCR in a loop: RTS as CTS, DTR as DSR, OUT1 as RI, OUT2 as DCD.
constexpr u8 loop_back(u8 outputs) {
    return static_cast<u8>((outputs & 2) << 3 | (outputs & 1) << 5 | (outputs & 12) << 4);
}

} // namespace

std::optional<u64> Uart::load(u64 offset, unsigned width) {
    if (width != 1 || offset > SCR) {
        return std::nullopt;
    }
    const u64 index = select(offset);
    u8 value = registers_[index];
    switch (index) {
    case RBR:
        value = received_.pop().value_or(0);
        break;
    case IIR:
        value = identify_interrupt();
        transmitter_emptied_ &= value != IIR_transmitter_empty; // reading it acknowledges it
        value |= fifo_enabled() ? IIR_fifo : 0;
        break;
    case LSR:
        value = LSR_transmitter_empty | (received_.size() != 0 ? LSR_data_ready : 0) |
                (overrun_ ? LSR_overrun : 0);
        overrun_ = false;
        break;
    case MSR:
        value = in_loop() ? loop_back(registers_[MCR]) : MSR_connected;
        break;
    }
    return value;
}

bool Uart::store(u64 offset, unsigned width, u64 value) {
    if (width != 1 || offset > SCR) {
        return false;
    }
    const u64 index = select(offset);
    const u8 byte = static_cast<u8>(value);
    // Whoever asks for the interrupt of an empty transmitter gets it, as ours is always empty.
    if (index == THR || (index == IER && (byte & ~registers_[IER] & IER_transmitter_empty))) {
        transmitter_emptied_ = true;
    }
    if (index == THR) {
        transmit(byte);
    } else if (index == FCR) {
        control_fifo(byte);
    } else {
        registers_[index] = byte & writable[index];
    }
    return true;
}

bool Uart::line() const {
    return identify_interrupt() != IIR_none;
}

std::optional<u8> Uart::take_transmitted() {
    return transmitted_.pop();
}

bool Uart::output_full() const {
    return transmitted_.size() == transmitted_.capacity;
}

/// In a loop the line is not listened to: whoever types has to wait.
bool Uart::can_receive() const {
    return !in_loop() && has_room();
}

void Uart::receive(u8 byte) {
    if (has_room()) {
        received_.push(byte);
    } else {
        overrun_ = true;
    }
}

/// The index in registers_ of what is at `offset` now.
u64 Uart::select(u64 offset) const {
    return (registers_[LCR] & LCR_DLAB) && offset < 2 ? divisor + offset : offset;
}

/// Whether the UART is connected to itself: what it transmits it receives, and nothing else.
bool Uart::in_loop() const {
    return registers_[MCR] & MCR_loop;
}

bool Uart::fifo_enabled() const {
    return registers_[FCR] & FCR_enable;
}

/// Without the FIFO there is room for one byte.
bool Uart::has_room() const {
    return received_.size() < (fifo_enabled() ? received_.capacity : 1);
}

/// The most urgent reason for an interrupt, as in IIR ("Interrupt Control Functions"). Fewer bytes
/// than the FIFO's level tell interrupt after a while: here at once.
u8 Uart::identify_interrupt() const {
    const u8 enabled = registers_[IER];
    if ((enabled & IER_line_status) && overrun_) {
        return IIR_line_status;
    }
    if ((enabled & IER_received) && received_.size() != 0) {
        const bool few = received_.size() < trigger_levels[registers_[FCR] >> 6];
        return fifo_enabled() && few ? IIR_timeout : IIR_received;
    }
    const bool empty = (enabled & IER_transmitter_empty) && transmitter_emptied_;
    return empty ? IIR_transmitter_empty : IIR_none;
}

/// The other bits of FCR count only together with the one that enables the FIFO; when that changes,
/// it is cleared.
void Uart::control_fifo(u8 value) {
    const bool enable = value & FCR_enable;
    if (enable != fifo_enabled() || (enable && (value & FCR_clear_received))) {
        received_.clear();
    }
    registers_[FCR] = enable ? value & (FCR_enable | FCR_trigger) : 0;
}

void Uart::transmit(u8 byte) {
    if (in_loop()) {
        receive(byte);
    } else {
        transmitted_.push(byte);
    }
}

} // namespace machine
