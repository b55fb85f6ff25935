/// @file
/// Control and status registers, read and written by name.
#pragma once

#include <cstdint>

/// The registers that the hypervisor uses, by their number (Privileged spec 2.2).
enum class Csr : std::uint16_t {
    stvec = 0x105,
    sepc = 0x141,
    scause = 0x142,
    stval = 0x143,
};

namespace csr {

/// The value of `Register`.
template <Csr Register>
std::uint64_t read() {
    std::uint64_t value;
    asm volatile("csrr %0, %1" : "=r"(value) : "i"(Register));
    return value;
}

/// Gives `Register` a new value. (K: a constant below 32 needs no register.)
template <Csr Register>
void write(std::uint64_t value) {
    asm volatile("csrw %0, %1" : : "i"(Register), "rK"(value) : "memory");
}

} // namespace csr
