#include "console.hpp"

#include "firmware.hpp"

void console::put(char byte) {
    const auto code = static_cast<unsigned char>(byte);
    firmware::call(SbiExtension::legacy_console_putchar, 0, code, 0);
}
