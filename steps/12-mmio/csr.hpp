/// @file
/// Control and status registers, read and written by name, and the fence instructions.
#pragma once

#include <cstdint>

/// The registers that the hypervisor uses, by their number (Privileged spec 2.2). Those that
/// begin with `vs` are the guest's copies of the supervisor registers.
enum class Csr : std::uint16_t {
    sstatus = 0x100,
    sie = 0x104,
    stvec = 0x105,
    sepc = 0x141,
    scause = 0x142,
    stval = 0x143,

    vsstatus = 0x200,
    vsie = 0x204,
    vstvec = 0x205,
    vsscratch = 0x240,
    vsepc = 0x241,
    vscause = 0x242,
    vstval = 0x243,
    vstimecmp = 0x24d,
    vsatp = 0x280,

    hstatus = 0x600,
    hedeleg = 0x602,
    hideleg = 0x603,
    htimedelta = 0x605,
    hcounteren = 0x606,
    henvcfg = 0x60a,
    htval = 0x643,
    hvip = 0x645,
    htinst = 0x64a,
    hgatp = 0x680,
};

namespace csr {

template <Csr Register>
std::uint64_t read() {
    std::uint64_t value;
    asm volatile("csrr %0, %1" : "=r"(value) : "i"(Register));
    return value;
}

template <Csr Register>
void write(std::uint64_t value) {
    asm volatile("csrw %0, %1" : : "i"(Register), "rK"(value) : "memory");
}

/// Sets the bits of `mask` and leaves the others.
template <Csr Register>
void set(std::uint64_t mask) {
    asm volatile("csrs %0, %1" : : "i"(Register), "rK"(mask) : "memory");
}

/// Clears the bits of `mask` and leaves the others.
template <Csr Register>
void clear(std::uint64_t mask) {
    asm volatile("csrc %0, %1" : : "i"(Register), "rK"(mask) : "memory");
}

/// Makes this hart fetch what has been written to memory (Unprivileged spec, Zifencei).
inline void fence_i() {
    asm volatile("fence.i" : : : "memory");
}

/// Forgets all cached translations of stage 2 (Privileged spec 18.3.2).
inline void hfence_gvma() {
    asm volatile("hfence.gvma" : : : "memory");
}

/// Forgets all cached translations of the guest's own page tables (Privileged spec 18.3.2).
inline void hfence_vvma() {
    asm volatile("hfence.vvma" : : : "memory");
}

} // namespace csr

/// sstatus and vsstatus (Privileged spec 12.1.1).
namespace status {
inline constexpr std::uint64_t SIE = 1 << 1;
inline constexpr std::uint64_t SPIE = 1 << 5;
inline constexpr std::uint64_t SPP = 1 << 8;
inline constexpr std::uint64_t FS_initial = 1 << 13;
inline constexpr std::uint64_t FS_mask = 3 << 13;
inline constexpr std::uint64_t UXL_64 = 2ull << 32;
} // namespace status

/// hstatus (Privileged spec 18.2.1).
namespace hstatus {
inline constexpr std::uint64_t SPV = 1 << 7;
inline constexpr std::uint64_t SPVP = 1 << 8;
inline constexpr std::uint64_t VSXL_64 = 2ull << 32;
} // namespace hstatus
