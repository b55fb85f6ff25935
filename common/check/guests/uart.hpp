// What the guests that use the ns16550 share.
#pragma once

#include "guest.hpp"

inline volatile unsigned char& uart_register(std::uint64_t offset) {
    return *reinterpret_cast<volatile unsigned char*>(uart + offset);
}

inline void put(char byte) {
    while ((uart_register(5) & 0x20) == 0) { // LSR: the transmitter is empty
    }
    uart_register(0) = static_cast<unsigned char>(byte);
}

inline void put(const char* text) {
    while (*text != '\0') {
        put(*text++);
    }
}

/// Prints "NAME 0x…".
inline void put_line(const char* name, std::uint64_t number) {
    put(name);
    put(" 0x");
    for (int shift = 60; shift >= 0; shift -= 4) {
        put("0123456789abcdef"[number >> shift & 15]);
    }
    put('\n');
}
