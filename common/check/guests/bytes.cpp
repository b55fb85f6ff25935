// Stores bytes to the UART: WORD, and a product that it computes. Then loads the registers of the
// UART in each way in which a byte is loaded, and tells what has come.

#include "tell.hpp"

namespace {

/// No look at the line status before: a hypervisor that knows no loads yet comes through, too.
void send(const char* text) {
    for (; *text != '\0'; ++text) {
        device<char>(uart) = *text;
    }
}

void send(std::uint64_t number) {
    send(" 0x");
    for (int shift = 60; shift >= 0; shift -= 4) {
        const char text[] = {"0123456789abcdef"[number >> shift & 15], '\0'};
        send(text);
    }
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    send(WORD);
    send(std::uint64_t{FACTOR} * FACTOR);
    send("\n");
    tell("faults", trap.count, trap.cause);

    const std::uint64_t scratch = uart + 7;
    std::uint64_t value = BYTE;
    asm volatile("sb %0, (%1)" : : "r"(value), "r"(scratch) : "memory");
    value = 0;
    asm volatile("lb %0, (%1)" : "+r"(value) : "r"(scratch) : "memory");
    tell("lb", value);
    value = 0;
    asm volatile("lbu %0, (%1)" : "+r"(value) : "r"(scratch) : "memory");
    tell("lbu", value);
    asm volatile("lbu %0, -3(%1)" : "+r"(value) : "r"(scratch + 3) : "memory");
    tell("before", value);
    asm volatile("lbu %0, 7(%1)" : "+r"(value) : "r"(uart) : "memory");
    tell("after", value);
    asm volatile("lbu %0, 5(%1)" : "+r"(value) : "r"(uart) : "memory");
    tell("line", value);
    sbi(8); // legacy shutdown
}
