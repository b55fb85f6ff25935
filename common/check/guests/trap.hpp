// Guests that trap, and tell what their handler has found.
#pragma once

#include "tell.hpp"

constexpr std::uint64_t SIE = 1 << 1, SPIE = 1 << 5, SPP = 1 << 8; // in sstatus

/// Tells what a trap was: its cause, the address of the instruction, its value, and what sstatus
/// says of the time before it. Interrupts are enabled then, but there are none.
template <class Action>
void tell_trap(const char* name, Action action) {
    asm volatile("csrsi sstatus, 2");
    const Trap got = attempt(action);
    tell(name, got.cause, got.pc, got.value, got.status & (SIE | SPIE | SPP));
}

inline void load(std::uint64_t address) {
    [[maybe_unused]] const char byte = device<char>(address);
}

inline void jump(std::uint64_t address) {
    reinterpret_cast<void (*)()>(address)();
}

// Programs, for user mode.
extern "C" const char program_load[], program_call[], program_time[];
asm(".text\n"
    "program_load: lbu a0, (a0)\n"
    "program_call: ecall\n"
    "program_time: rdtime a0\n"
    "ecall");

inline void run(const char* program, std::uint64_t argument = 0) {
    run_user(reinterpret_cast<std::uint64_t>(program), argument);
}

/// Does something with a page table that maps nothing but the GiB of RAM.
template <class Action>
void with_page_table(Action action) {
    alignas(4096) static std::uint64_t root[512];
    constexpr std::uint64_t gigabyte = 0x8000'0000 >> 12 << 10, leaf = 0xcf; // D A X W R V
    constexpr std::uint64_t Sv39 = 8ull << 60;
    root[2] = gigabyte | leaf;
    const auto place = reinterpret_cast<std::uint64_t>(root) >> 12;
    asm volatile("sfence.vma\n csrw satp, %0\n sfence.vma" ::"r"(Sv39 | place) : "memory");
    action();
    asm volatile("csrw satp, zero\n sfence.vma" ::: "memory");
}
