/// @file
/// What all parts of the workload need: sizes, marks, and an end when something fails.
#pragma once

#include "system.hpp"

constexpr long KiB = 1024, MiB = 1024 * KiB;
constexpr long page = 4 * KiB, large = 128 * KiB;
constexpr long disk_size = 16 * MiB;

/// An instruction that does nothing, with a number in it.
template <int Number>
void mark() {
    asm volatile("slti x0, x0, %0" ::"i"(Number) : "memory");
}

/// The last mark: without it the workload has failed, and measured nothing.
constexpr int end = 99;

inline void require(bool good) {
    if (!good) {
        constexpr char text[] = "bench: the workload failed\n";
        call(SYS_write, 1, pointer(text), sizeof text - 1);
        end_machine(power_off);
    }
}
