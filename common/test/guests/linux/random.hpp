/// @file
/// Numbers that look random, and are the same for the same seed.
#pragma once

#include <cstdint>

/// SplitMix64, by Sebastiano Vigna.
struct Random {
    std::uint64_t state;

    std::uint64_t next() {
        std::uint64_t value = state += 0x9e3779b97f4a7c15;
        value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
        value = (value ^ value >> 27) * 0x94d049bb133111eb;
        return value ^ value >> 31;
    }
    std::uint64_t below(std::uint64_t limit) {
        return next() % limit;
    }
    bool one_in(unsigned times) {
        return below(times) == 0;
    }
    /// A size from 1 to `most`, about as often a small one as a large one.
    std::uint64_t size(std::uint64_t most) {
        unsigned bits = 0;
        while ((2ull << bits) <= most) {
            ++bits;
        }
        const std::uint64_t size = 1 + below(1ull << below(bits + 1));
        return size < most ? size : most;
    }
};
