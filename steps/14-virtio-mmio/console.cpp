#include "console.hpp"

#include "address.hpp"

namespace {

/// The ns16550 of QEMU's virt machine.
constexpr HostPhysical uart = {0x1000'0000};
// Its registers (16550 data sheet), and what of them is used.
constexpr std::uint64_t data_register = 0, interrupt_enable = 1, line_status = 5;
constexpr std::uint8_t receive_interrupt = 1, data_ready = 1, transmitter_empty = 1 << 5;

/// The register at `offset`.
volatile std::uint8_t& uart_register(std::uint64_t offset) {
    return *to_pointer<volatile std::uint8_t>(uart + offset);
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
    listen();
    return byte;
}

void console::listen() {
    uart_register(interrupt_enable) = readable() ? 0 : receive_interrupt;
}
