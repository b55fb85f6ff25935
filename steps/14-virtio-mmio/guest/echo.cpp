// A guest that prints back each line that is typed, until that is "exit". The UART interrupts it
// through the PLIC (PLIC spec, chapter 3, context 1); between two bytes it sleeps.

#include <cstdint>

asm(R"(
    .text
    .global _start
_start:
    lla     sp, stack_top
    j       echo

    .pushsection .bss
    .balign 16
    .skip   4096
stack_top:
    .popsection
)");

namespace {

constexpr std::uint64_t plic = 0x0c00'0000, uart = 0x1000'0000;
constexpr std::uint32_t uart_interrupt = 10;

/// The register at `offset` of the PLIC.
volatile std::uint32_t& plic_register(std::uint64_t offset) {
    return *reinterpret_cast<volatile std::uint32_t*>(plic + offset);
}

/// The register at `offset` of the UART.
volatile unsigned char& uart_register(std::uint64_t offset) {
    return *reinterpret_cast<volatile unsigned char*>(uart + offset);
}

/// Prints `byte`.
void put(char byte) {
    while ((uart_register(5) & 0x20) == 0) {
    }
    uart_register(0) = static_cast<unsigned char>(byte);
}

/// Prints `text`.
void print(const char* text) {
    while (*text != '\0') {
        put(*text++);
    }
}

char line[80];
unsigned length = 0;
volatile bool done = false;

/// Whether the line that was typed is `text`.
bool line_is(const char* text) {
    unsigned at = 0;
    for (; at < length && text[at] == line[at]; ++at) {
    }
    return at == length && text[at] == '\0';
}

/// Takes one typed byte.
void take(char byte) {
    if (byte != '\r' && byte != '\n') {
        put(byte);
        length += length + 1 < sizeof line;
        line[length - 1] = byte;
        return;
    }
    line[length] = '\0';
    print("\nguest: ");
    print(line);
    print("\n");
    done = done || line_is("exit");
    length = 0;
}

/// Where the guest's traps go: there is no other than this interrupt.
__attribute__((interrupt("supervisor"), aligned(4))) void handle_interrupt() {
    const std::uint32_t source = plic_register(0x20'1004); // claim
    while (source == uart_interrupt && (uart_register(5) & 1) != 0) {
        take(static_cast<char>(uart_register(0)));
    }
    plic_register(0x20'1004) = source; // complete
}

} // namespace

/// Repeats what is typed until that is "exit", and ends the guest.
extern "C" [[noreturn]] void echo() {
    constexpr std::uint64_t SIE = 1 << 1, SEIE = 1 << 9;
    print("guest: type lines; \"exit\" is the last\n");
    plic_register(4 * uart_interrupt) = 1;       // priority
    plic_register(0x2080) = 1 << uart_interrupt; // enable
    plic_register(0x20'1000) = 0;                // threshold
    uart_register(1) = 1;                        // received data
    asm volatile("csrw stvec, %0" : : "r"(handle_interrupt));
    asm volatile("csrs sie, %0" : : "r"(SEIE));
    while (!done) {
        // Interrupts are off from the question to the sleep, so that none is missed in between; one
        // that is pending ends wfi all the same.
        asm volatile("wfi\n csrs sstatus, %0\n csrc sstatus, %0" : : "r"(SIE) : "memory");
    }
    register std::uint64_t a7 asm("a7") = 8; // legacy shutdown
    asm volatile("ecall" : : "r"(a7) : "a0", "memory");
    for (;;) {
    }
}
