/// @file
/// Lines for the person at the console.
#pragma once

#include "address.hpp"
#include "firmware.hpp"

#include <cstdint>
#include <string_view>

/// A number that is printed in hexadecimal, with 0x.
struct Hex {
    std::uint64_t value;
};

/// Prints `text`.
void print(std::string_view text);

/// Prints `number` in decimal.
void print(std::uint64_t number);

/// Prints `number` in hexadecimal.
void print(Hex number);

/// Prints `address` in hexadecimal.
template <class Space>
void print(Address<Space> address) {
    print(Hex{address.value});
}

/// Prints one line: texts, numbers and addresses, one behind the other. It begins with the
/// hypervisor's name, so that nobody takes it for the guest's.
template <class... Values>
void println(const Values&... values) {
    print("hypervisor: ");
    (print(values), ...);
    print("\n");
}

/// Prints one line and ends QEMU with status 1: for what only the user can put right.
template <class... Values>
[[noreturn]] void fatal(const Values&... values) {
    println(values...);
    firmware::fail();
}

/// Prints one line and ends QEMU with status 1: for a mistake in the hypervisor itself.
[[noreturn]] void panic(std::string_view message);
