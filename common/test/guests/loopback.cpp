// The UART connected to itself: what is transmitted is received at once, and does not leave
// (16550 data sheet, "Modem Control Register", bit 4). What the runner types for everybody, Ctrl-U
// and Ctrl-D, does not arrive in the meantime.

#include "guest.hpp"

namespace {

constexpr std::uint64_t data = uart, IER = uart + 1, IIR = uart + 2, MCR = uart + 4, LSR = uart + 5,
                        MSR = uart + 6;
constexpr std::uint8_t loop = 1 << 4;

volatile std::uint8_t& reg(std::uint64_t address) {
    return device<std::uint8_t>(address);
}

void bytes_come_back() {
    for (unsigned byte = 0; byte < 256; ++byte) {
        check("nothing is there before", reg(LSR), 0x60);
        reg(data) = static_cast<std::uint8_t>(byte);
        check("the byte is there", reg(LSR), 0x61);
        check("the byte", reg(data), byte);
    }
    check("it is gone", reg(LSR), 0x60);
}

void by_interrupt() {
    device<std::uint32_t>(plic + 4 * 10) = 1;
    device<std::uint32_t>(plic + 0x2080) = 1 << 10;
    device<std::uint32_t>(plic + 0x20'1000) = 0;
    reg(IER) = 1;
    check("no interrupt yet", reg(IIR) & 15, 1);
    reg(data) = 0xae;
    wait_for_interrupt(1 << external);
    check("interrupt", trap.cause, interrupt | external);
    check("source", device<std::uint32_t>(plic + 0x20'1004), 10);
    check("reason: received", reg(IIR) & 15, 4);
    check("the byte", reg(data), 0xae);
    check("no reason any more", reg(IIR) & 15, 1);
    device<std::uint32_t>(plic + 0x20'1004) = 10;
    std::uint64_t pending;
    asm volatile("csrr %0, sip" : "=r"(pending));
    check("no interrupt any more", pending >> external & 1, 0);
    reg(IER) = 0;
}

void modem_signals() {
    for (unsigned outputs = 0; outputs < 16; ++outputs) {
        reg(MCR) = static_cast<std::uint8_t>(loop | outputs);
        const unsigned dtr = outputs & 1, rts = outputs >> 1 & 1, others = outputs >> 2;
        check("MSR", reg(MSR) & 0xf0, rts << 4 | dtr << 5 | others << 6);
    }
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    reg(IER) = 0;
    reg(MCR) = loop;
    bytes_come_back();
    by_interrupt();
    modem_signals();
    reg(MCR) = 0;
    for (const char* text = "this left\n"; *text != '\0'; ++text) {
        reg(data) = static_cast<std::uint8_t>(*text);
        check("it does not come back", reg(data) == static_cast<std::uint8_t>(*text), false);
    }
}
