// For guests that start twice. RAM keeps what was there, but for the kernel and what it is told of.
#pragma once

#include "guest.hpp"

/// Behind the guest's own memory: what the first start has noted for the second one.
constexpr std::uint64_t notes = 0x8060'0000;

/// Whether this is the first start. The next one is not.
inline bool is_first_start() {
    constexpr std::uint64_t mark = 0x6265'656e'2068'6572;
    const bool first = device<std::uint64_t>(notes - 8) != mark;
    device<std::uint64_t>(notes - 8) = mark;
    return first;
}

[[noreturn]] inline void reboot() {
    sbi(0x53525354, 0, 1); // SRST: cold reboot
    println("FAIL: the guest goes on behind its reboot");
    for (;;) {
    }
}
