// Tries all forms of load and store that the UART does not have, and some where there is no device:
// each must end as a fault, and change nothing. For each it tells:
//   NAME CAUSE STVAL REGISTER BEHIND
// BEHIND is 1 if the instruction behind the tried one was executed, whole and as what it is.

#include "tell.hpp"

namespace {

constexpr std::uint64_t untouched = 0x5555'5555'5555'5555;

// The instruction has a0 as its register and (a1), or (sp), as its address.
#define TRY(name, code, address)                                                                   \
    {                                                                                              \
        register std::uint64_t a0 asm("a0") = untouched;                                           \
        register std::uint64_t a1 asm("a1") = address;                                             \
        register std::uint64_t next asm("a2") = 0;                                                 \
        trap = {no_trap, 0, 0, 0, 0};                                                              \
        asm volatile("mv t0, sp\n" code "\n c.li a2, 1\n mv sp, t0"                                \
                     : "+r"(a0), "+r"(next)                                                        \
                     : "r"(a1)                                                                     \
                     : "t0", "memory");                                                            \
        const std::uint64_t result = a0, behind = next;                                            \
        tell(name, trap.cause, trap.value, result, behind);                                        \
    }

#define WHOLE(name, code, address)                                                                 \
    TRY(name, ".option push\n .option norvc\n" code "\n .option pop", address)
#define BY_SP(name, code, address) TRY(name, "mv sp, a1\n" code, address)

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    WHOLE("lh", "lh a0, (a1)", uart + 6);
    WHOLE("lhu", "lhu a0, (a1)", uart + 6);
    WHOLE("lw", "lw a0, (a1)", uart + 4);
    WHOLE("lwu", "lwu a0, (a1)", uart + 4);
    WHOLE("ld", "ld a0, (a1)", uart);
    WHOLE("sh", "sh a0, (a1)", uart + 6);
    WHOLE("sw", "sw a0, (a1)", uart + 4);
    WHOLE("sd", "sd a0, (a1)", uart);
    TRY("c-lw", "c.lw a0, (a1)", uart + 4);
    TRY("c-ld", "c.ld a0, (a1)", uart);
    TRY("c-sw", "c.sw a0, (a1)", uart + 4);
    TRY("c-sd", "c.sd a0, (a1)", uart);
    BY_SP("c-lwsp", "c.lwsp a0, (sp)", uart + 4);
    BY_SP("c-ldsp", "c.ldsp a0, (sp)", uart);
    BY_SP("c-swsp", "c.swsp a0, (sp)", uart + 4);
    BY_SP("c-sdsp", "c.sdsp a0, (sp)", uart);
    WHOLE("no-load", "lbu a0, (a1)", NOWHERE);
    WHOLE("no-store", "sb a0, (a1)", NOWHERE);
    WHOLE("behind-load", "lbu a0, (a1)", uart + 0x800);
    WHOLE("behind-store", "sb a0, (a1)", uart + 0x800);
    sbi(8); // legacy shutdown
}
