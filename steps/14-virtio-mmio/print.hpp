/// @file
/// Lines for the person at the console.
#pragma once

#include "address.hpp"
#include "firmware.hpp"

#include <array>
#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

/// A number that is printed in hexadecimal, with 0x.
struct Hex {
    std::uint64_t value;
};

/// One value to print.
struct Argument {
    std::string_view text = {};
    std::uint64_t number = 0;
    unsigned base = 0; ///< of the number: 10 or 16; 0 for a text

    constexpr Argument(std::string_view text) : text(text) {}
    constexpr Argument(const char* text) : text(text) {}
    constexpr Argument(std::unsigned_integral auto number) : number(number), base(10) {}
    constexpr Argument(Hex hex) : number(hex.value), base(16) {}
    template <class Space>
    constexpr Argument(Address<Space> address) : number(address.value), base(16) {}
};

/// Never defined: a format that calls it while compiling is an error.
void format_needs_one_place_for_each_argument();

/// A format, checked while compiling: as many `{}` as there are arguments.
template <std::size_t Count>
struct Format {
    std::string_view text;

    consteval Format(const char* format) : text(format) {
        std::size_t places = 0;
        for (auto at = text.find("{}"); at != text.npos; at = text.find("{}", at + 2)) {
            ++places;
        }
        if (places != Count) {
            format_needs_one_place_for_each_argument();
        }
    }
};

/// Prints one line: `format` with each `{}` replaced by the next of `arguments`.
void print_line(std::string_view format, std::span<const Argument> arguments);

/// Prints one line, which begins with the hypervisor's name, so that nobody takes it for the
/// guest's: `format` with each `{}` replaced by the next argument.
template <class... Arguments>
void println(Format<sizeof...(Arguments)> format, const Arguments&... arguments) {
    print_line(format.text, std::array<Argument, sizeof...(Arguments)>{arguments...});
}

/// Prints one line and ends QEMU with status 1: for what only the user can put right.
template <class... Arguments>
[[noreturn]] void fatal(Format<sizeof...(Arguments)> format, const Arguments&... arguments) {
    println(format, arguments...);
    firmware::fail();
}

/// Prints one line and ends QEMU with status 1: for a mistake in the hypervisor itself.
[[noreturn]] void panic(std::string_view message);
