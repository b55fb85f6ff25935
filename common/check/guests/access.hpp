// One load or store in the form that a guest wants, and what has come of it.
#pragma once

#include "guest.hpp"

struct Access {
    std::uint64_t value;  ///< what its register holds afterwards
    std::uint64_t after; ///< 1 if the instruction after it was executed, whole and as what it is
    Trap trap;            ///< what it trapped with, or no_trap
};

/// A form of four bytes, and one whose address is in sp.
#define WHOLE(code) ".option push\n .option norvc\n" code "\n .option pop"
#define BY_SP(code) "mv sp, a1\n" code

/// Executes `code`, which has a0 as its register and (a1), or (sp), as its address.
#define ACCESS(code, address, before)                                                              \
    [](std::uint64_t at, std::uint64_t held) {                                                     \
        register std::uint64_t a0 asm("a0") = held;                                                \
        register std::uint64_t a1 asm("a1") = at;                                                  \
        register std::uint64_t next asm("a2") = 0;                                                 \
        trap.cause = no_trap;                                                                      \
        trap.value = 0;                                                                            \
        asm volatile("mv t0, sp\n" code "\n c.li a2, 1\n mv sp, t0"                                \
                     : "+r"(a0), "+r"(next)                                                        \
                     : "r"(a1)                                                                     \
                     : "t0", "memory");                                                            \
        return Access{a0, next, trap};                                                             \
    }(address, before)

/// Plain words, by the forms of four bytes: who decodes no other ones comes through, too.
inline std::uint32_t load(std::uint64_t address) {
    std::uint32_t value;
    asm volatile(WHOLE("lw %0, (%1)") : "=r"(value) : "r"(address) : "memory");
    return value;
}
inline void store(std::uint64_t address, std::uint64_t value) {
    asm volatile(WHOLE("sw %0, (%1)") : : "r"(value), "r"(address) : "memory");
}
