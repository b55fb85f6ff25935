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
