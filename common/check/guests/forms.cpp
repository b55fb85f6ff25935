// Stores BYTE to the UART's scratch register and loads it in each way that a register of one byte
// allows, tries two that it does not, prints the results through the UART, and shuts down.

#include "uart.hpp"

void guest_main(std::uint64_t, std::uint64_t) {
    const std::uint64_t scratch = uart + 7;
    std::uint64_t value = BYTE;
    asm volatile("sb %0, (%1)" : : "r"(value), "r"(scratch) : "memory");
    asm volatile("lb %0, (%1)" : "=r"(value) : "r"(scratch) : "memory");
    put_line("lb", value);
    asm volatile("lbu %0, -3(%1)" : "=r"(value) : "r"(scratch + 3) : "memory");
    put_line("lbu", value);
    asm volatile("lb x0, (%1)\n mv %0, x0" : "=r"(value) : "r"(scratch) : "memory");
    put_line("x0", value);

    trap.cause = no_trap;
    asm volatile("lw %0, (%1)" : "=r"(value) : "r"(uart + 4) : "memory");
    put_line("lw", trap.cause);
    trap.cause = no_trap;
    asm volatile("sb %0, (%1)" : : "r"(value), "r"(uart + 0x800) : "memory");
    put_line("nowhere", trap.cause);
    put(WORD "\n");
    sbi(8); // legacy shutdown
}
