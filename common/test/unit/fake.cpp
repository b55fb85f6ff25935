#include "fake.hpp"

std::string fake::output;
std::deque<char> fake::input;
std::vector<std::uint64_t> fake::deadlines;
std::uint64_t fake::pending = 0;
unsigned fake::instruction_fences = 0;
unsigned fake::address_fences = 0;

void fake::type(std::string_view text) {
    input.insert(input.end(), text.begin(), text.end());
}

void fake::reset() {
    output.clear();
    input.clear();
    deadlines.clear();
    pending = 0;
    instruction_fences = 0;
    address_fences = 0;
}
