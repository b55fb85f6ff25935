#include "console.hpp"

#include "fake.hpp"

void console::put(char byte) {
    fake::output += byte;
}

bool console::readable() {
    return !fake::input.empty();
}

std::optional<char> console::get() {
    if (!readable()) {
        return std::nullopt;
    }
    const char byte = fake::input.front();
    fake::input.pop_front();
    return byte;
}
