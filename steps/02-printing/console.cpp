#include "console.hpp"

#include "firmware.hpp"

void console::put(char byte) {
    firmware::put(byte);
}
