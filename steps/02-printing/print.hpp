/// @file
/// Lines for the person at the console.
#pragma once

#include <cstdint>
#include <string_view>

/// Prints `text`.
void print(std::string_view text);

/// Prints `number` in decimal.
void print(std::uint64_t number);

/// Prints one line: texts and numbers, one behind the other. It begins with the
/// hypervisor's name, so that nobody takes it for the guest's.
template <class... Values>
void println(const Values&... values) {
    print("hypervisor: ");
    (print(values), ...);
    print("\n");
}
