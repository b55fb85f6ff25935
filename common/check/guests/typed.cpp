// Waits for a typed line, one interrupt after the other, says it and how many interrupts brought
// it, and shuts down.

#include "uart.hpp"

namespace {

volatile std::uint32_t& plic_register(std::uint64_t offset) {
    return *reinterpret_cast<volatile std::uint32_t*>(plic + offset);
}

constexpr std::uint64_t claim = 0x20'1004, uart_interrupt = 10;

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    plic_register(4 * uart_interrupt) = 1;        // priority
    plic_register(0x2080) = 1u << uart_interrupt; // enabled, for S-mode
    plic_register(0x20'1000) = 0;                 // threshold
    uart_register(1) = 1;                         // IER: what is received
    put("ready\n");

    char line[64] = "";
    std::uint64_t length = 0, interrupts = 0;
    for (bool whole = false; !whole;) {
        trap.cause = no_trap;
        asm volatile("csrs sie, %0" : : "r"(1 << 9)); // SEIE; the trap handler clears it
        while (*const_cast<volatile std::uint64_t*>(&trap.cause) == no_trap) {
            asm volatile("wfi; csrsi sstatus, 2; csrci sstatus, 2" ::: "memory");
        }
        const std::uint32_t source = plic_register(claim);
        interrupts += trap.cause == (interrupt | external) && source == uart_interrupt;
        while (uart_register(5) & 1) { // LSR: a byte is there
            const char byte = static_cast<char>(uart_register(0));
            whole = whole || byte == '\n';
            if (byte > ' ' && length + 1 < sizeof line) {
                line[length++] = byte;
            }
        }
        plic_register(claim) = source;
    }
    put("typed ");
    put(line);
    put('\n');
    put_line("interrupts", interrupts);
    sbi(8); // legacy shutdown
}
