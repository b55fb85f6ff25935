#include "print.hpp"

#include "console.hpp"

#include <array>

namespace {

/// Prints the digits of `number` in base 10 or 16.
void print_digits(std::uint64_t number, unsigned base) {
    std::array<char, 20> digits; // 2^64 has 20 decimal digits
    std::size_t first = digits.size();
    do {
        digits[--first] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    print({digits.data() + first, digits.size() - first});
}

} // namespace

void print(std::string_view text) {
    for (const char byte : text) {
        console::put(byte);
    }
}

void print(std::uint64_t number) {
    print_digits(number, 10);
}

void print(Hex number) {
    print("0x");
    print_digits(number.value, 16);
}

void panic(std::string_view message) {
    static constinit bool panicking = false;
    if (panicking) { // ending the machine has trapped, and would again
        halt();
    }
    panicking = true;
    println("panic: ", message);
    firmware::fail();
}
