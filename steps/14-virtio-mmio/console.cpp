#include "console.hpp"

#include "address.hpp"

namespace {

/// The ns16550 of QEMU's virt machine.
constexpr HostPhysical uart = {0x1000'0000};
constexpr std::uint64_t data_register = 0;
constexpr std::uint64_t interrupt_enable = 1;
constexpr std::uint64_t line_status = 5;
constexpr std::uint8_t receive_interrupt = 1 << 0;
constexpr std::uint8_t data_ready = 1 << 0;
constexpr std::uint8_t transmitter_empty = 1 << 5;

volatile std::uint8_t& uart_register(std::uint64_t offset) {
    return *to_pointer<volatile std::uint8_t>(uart + offset);
}

/// The PLIC of that machine (PLIC spec, chapter 3). Every hart has two contexts there, and the
/// second is the one of S-mode.
constexpr HostPhysical plic = {0x0c00'0000};
constexpr std::uint32_t uart_interrupt = 10;
std::uint64_t context = 0;

volatile std::uint32_t& plic_register(std::uint64_t offset) {
    return *to_pointer<volatile std::uint32_t>(plic + offset);
}

/// Lets the next typed byte interrupt, unless one still waits to be read.
void enable_interrupt() {
    uart_register(interrupt_enable) = console::readable() ? 0 : receive_interrupt;
}

} // namespace

void console::put(char byte) {
    while ((uart_register(line_status) & transmitter_empty) == 0) {
    }
    uart_register(data_register) = static_cast<std::uint8_t>(byte);
}

bool console::readable() {
    return (uart_register(line_status) & data_ready) != 0;
}

std::optional<char> console::get() {
    if (!readable()) {
        return std::nullopt;
    }
    const char byte = static_cast<char>(uart_register(data_register));
    enable_interrupt();
    return byte;
}

void console::listen(std::uint64_t hart) {
    context = 2 * hart + 1;
    plic_register(4 * uart_interrupt) = 1;                        // priority
    plic_register(0x2000 + context * 0x80) = 1 << uart_interrupt; // enable
    plic_register(0x20'0000 + context * 0x1000) = 0;              // threshold
    uart_register(interrupt_enable) = receive_interrupt;
}

void console::take_interrupt() {
    enable_interrupt(); // what was typed may have been read already
    auto& claim = plic_register(0x20'0004 + context * 0x1000);
    claim = claim; // complete at once
}
