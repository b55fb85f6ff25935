#include "console.hpp"

#include "firmware.hpp"

void console::put(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    firmware::call(SbiExtension::legacy_console_putchar, 0, code, 0);
}

std::optional<char> console::get() {
    const std::uint64_t typed = firmware::call(SbiExtension::legacy_console_getchar, 0, 0, 0);
    return typed > 0xff ? std::nullopt : std::optional{static_cast<char>(typed)}; // -1: nothing
}
