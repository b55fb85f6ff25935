/// @file
/// Control and status registers, read and written by name.
#pragma once

#include <cstdint>

/// The registers that the hypervisor uses, by their number (Privileged spec 2.2).
enum class Csr : std::uint16_t {
    sstatus = 0x100,
    stvec = 0x105,
    sepc = 0x141,
    scause = 0x142,
    stval = 0x143,

    // The guest's copies of the supervisor registers.
    vsstatus = 0x200,
    vsie = 0x204,
    vstvec = 0x205,
    vsscratch = 0x240,
    vsepc = 0x241,
    vscause = 0x242,
    vstval = 0x243,
    vsatp = 0x280,

    hstatus = 0x600,
    hgatp = 0x680,
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

/// Sets the bits of `mask` and leaves the others.
template <Csr Register>
void set(std::uint64_t mask) {
    asm volatile("csrs %0, %1" : : "i"(Register), "rK"(mask) : "memory");
}

/// Stage 2 now translates by its tables as they are in memory: earlier stores to them count, cached
/// translations are gone (Privileged spec 18.3.2).
inline void hfence_gvma() {
    asm volatile("hfence.gvma" : : : "memory");
}

/// The same for the guest's own page tables, for the VMID in hgatp (Privileged spec 18.3.2).
inline void hfence_vvma() {
    asm volatile("hfence.vvma" : : : "memory");
}

} // namespace csr

/// Bits of sstatus and vsstatus (Privileged spec 10.1.1 and 18.2.11).
namespace status {
inline constexpr std::uint64_t SIE = 1 << 1;         ///< interrupts are enabled
inline constexpr std::uint64_t SPIE = 1 << 5;        ///< they were before the trap
inline constexpr std::uint64_t SPP = 1 << 8;         ///< the trap came from S-mode; sret goes there
inline constexpr std::uint64_t FS_initial = 1 << 13; ///< floating point is on, and unused so far
inline constexpr std::uint64_t FS_dirty = 3 << 13;   ///< floating point is on, and has been used
inline constexpr std::uint64_t UXL_64 = 2ull << 32;  ///< U-mode has registers of 64 bits
} // namespace status

/// Bits of hstatus (Privileged spec 18.2.1).
namespace hstatus {
inline constexpr std::uint64_t SPV = 1 << 7;         ///< sret goes to VS-mode or VU-mode
inline constexpr std::uint64_t VSXL_64 = 2ull << 32; ///< VS-mode has registers of 64 bits
} // namespace hstatus
