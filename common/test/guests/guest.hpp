// What the bare-metal guests share: a console, SBI calls, traps that can be looked at, and checks.
#pragma once

#include <cstdint>
#include <initializer_list>

extern "C" void guest_main(std::uint64_t hart, std::uint64_t tree);

constexpr std::uint64_t uart = 0x1000'0000;
constexpr std::uint64_t virtio = 0x1000'1000;
constexpr std::uint64_t plic = 0x0c00'0000;

// scause
constexpr std::uint64_t instruction_access_fault = 1, illegal_instruction = 2,
                        load_access_fault = 5, store_access_fault = 7, user_call = 8,
                        instruction_page_fault = 12, load_page_fault = 13, store_page_fault = 15;
constexpr std::uint64_t interrupt = 1ull << 63;
constexpr std::uint64_t software = 1, timer = 5, external = 9;
constexpr std::uint64_t no_trap = 0x7777;

/// What the last trap told; start.S writes it.
struct Trap {
    std::uint64_t cause, pc, value, count, status;
};
[[gnu::used]] inline Trap trap asm("trap") = {no_trap, 0, 0, 0, 0};

struct SbiReply {
    std::int64_t error;
    std::int64_t value;
};

inline SbiReply sbi(std::uint64_t extension, std::uint64_t function = 0,
                    std::uint64_t argument0 = 0, std::uint64_t argument1 = 0,
                    std::uint64_t argument2 = 0) {
    register std::uint64_t a0 asm("a0") = argument0;
    register std::uint64_t a1 asm("a1") = argument1;
    register std::uint64_t a2 asm("a2") = argument2;
    register std::uint64_t a6 asm("a6") = function;
    register std::uint64_t a7 asm("a7") = extension;
    asm volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return {static_cast<std::int64_t>(a0), static_cast<std::int64_t>(a1)};
}

inline void print(const char* text) {
    for (; *text != '\0'; ++text) {
        sbi(1, 0, static_cast<unsigned char>(*text)); // legacy console putchar
    }
}

inline void print(std::uint64_t number) {
    print("0x");
    bool started = false;
    for (int shift = 60; shift >= 0; shift -= 4) {
        const unsigned digit = number >> shift & 15;
        if (digit != 0 || started || shift == 0) {
            const char text[] = {"0123456789abcdef"[digit], '\0'};
            print(text);
            started = true;
        }
    }
}

template <class... Parts>
void println(Parts... parts) {
    (print(parts), ...);
    print("\n");
}

inline std::uint64_t checks = 0, failures = 0;

/// Counts a check, and says so when it failed.
inline void check(const char* what, std::uint64_t got, std::uint64_t expected) {
    ++checks;
    if (got != expected) {
        ++failures;
        println("FAIL ", what, ": got ", got, ", expected ", expected);
    }
}

/// The end of every guest: the tests look for this line.
extern "C" [[noreturn, gnu::used]] inline void finish() {
    println("guest: ", checks, " checks, ", failures, " failed");
    sbi(0x53525354); // SRST: shut down
    for (;;) {
    }
}

/// Runs `action` and returns what it trapped with, or {no_trap}.
template <class Action>
Trap attempt(Action action) {
    trap = {no_trap, 0, 0, trap.count, 0};
    asm volatile("" ::: "memory");
    action();
    asm volatile("" ::: "memory");
    return trap;
}

inline void check_trap(const char* what, const Trap& got, std::uint64_t cause,
                       std::uint64_t value) {
    check(what, got.cause, cause);
    if (got.cause == cause && cause != no_trap) {
        check(what, got.value, value);
    }
}

/// Sleeps until the interrupts of `enable` (bits of sie) bring a trap.
inline void wait_for_interrupt(std::uint64_t enable) {
    const std::uint64_t before = trap.count;
    asm volatile("csrw sie, %0" ::"r"(enable) : "memory");
    do { // taken only after the wfi, so that none is missed between a look and the wfi
        asm volatile("wfi\n csrsi sstatus, 2\n nop\n csrci sstatus, 2" ::: "memory");
    } while (const_cast<volatile Trap&>(trap).count == before);
}

template <class T>
volatile T& device(std::uint64_t address) {
    return *reinterpret_cast<volatile T*>(address);
}

/// A fence of all that the guest's page table says.
inline void sfence_vma() {
    asm volatile("sfence.vma" ::: "memory");
}

extern "C" std::uint64_t run_user(std::uint64_t entry, std::uint64_t argument); // start.S
