// Tells numbers by a name: "NAME 0x1 0x2 told 0x…". The last number is computed of the name, of the
// others and of KEY, so nobody else can have told them.
#pragma once

#include "guest.hpp"

constexpr std::uint64_t mix(std::uint64_t sum, std::uint64_t part) {
    return (sum ^ part) * 0x1'0000'01b3;
}

/// A sum of `length` bytes in which each place counts.
inline std::uint64_t sum_of(const void* bytes, std::uint64_t length, std::uint64_t sum = KEY) {
    for (std::uint64_t i = 0; i < length; ++i) {
        sum = mix(sum, static_cast<const unsigned char*>(bytes)[i]);
    }
    return sum;
}

constexpr std::uint64_t length_of(const char* text) {
    std::uint64_t length = 0;
    while (text[length] != '\0') {
        ++length;
    }
    return length;
}

template <class... Numbers>
void tell(const char* name, Numbers... numbers) {
    std::uint64_t sum = sum_of(name, length_of(name));
    ((sum = mix(sum, static_cast<std::uint64_t>(numbers))), ...);
    print(name);
    ((print(" "), print(static_cast<std::uint64_t>(numbers))), ...);
    println(" told ", sum);
}
