#include "print.hpp"

#include "console.hpp"

namespace {

void print_text(std::string_view text) {
    for (const char byte : text) {
        console::put(byte);
    }
}

void print_number(std::uint64_t number, unsigned base) {
    std::array<char, 20> digits; // 2^64 has 20 decimal digits
    std::size_t first = digits.size();
    do {
        digits[--first] = "0123456789abcdef"[number % base];
        number /= base;
    } while (number != 0);
    print_text(base == 16 ? "0x" : "");
    print_text({digits.data() + first, digits.size() - first});
}

} // namespace

void print_line(std::string_view format, std::span<const Argument> arguments) {
    print_text("hypervisor: ");
    for (const Argument& argument : arguments) {
        const std::size_t place = format.find("{}");
        print_text(format.substr(0, place));
        if (argument.base == 0) {
            print_text(argument.text);
        } else {
            print_number(argument.number, argument.base);
        }
        format.remove_prefix(place + 2);
    }
    print_text(format);
    print_text("\n");
}

void panic(std::string_view message) {
    println("panic: {}", message);
    firmware::fail();
}
