#include "strict.hpp"

namespace machine {

void Line::add(std::string_view part) {
    for (const char letter : part) {
        if (size_ < text_.size()) {
            text_[size_++] = letter;
        }
    }
}

void Line::add(Hex number) {
    add("0x");
    unsigned digits = 1;
    while (digits < 16 && number.value >> 4 * digits != 0) {
        ++digits;
    }
    while (digits-- > 0) {
        const char digit = "0123456789abcdef"[number.value >> 4 * digits & 15];
        add(std::string_view{&digit, 1});
    }
}

} // namespace machine
