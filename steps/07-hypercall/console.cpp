#include "console.hpp"

#include "address.hpp"

namespace {

/// The ns16550 of QEMU's virt machine.
constexpr HostPhysical uart = {0x1000'0000};
constexpr std::uint64_t data_register = 0;
constexpr std::uint64_t line_status = 5;
constexpr std::uint8_t transmitter_empty = 1 << 5;

volatile std::uint8_t& uart_register(std::uint64_t offset) {
    return *to_pointer<volatile std::uint8_t>(uart + offset);
}

} // namespace

void console::put(char byte) {
    while ((uart_register(line_status) & transmitter_empty) == 0) {
    }
    uart_register(data_register) = static_cast<std::uint8_t>(byte);
}
