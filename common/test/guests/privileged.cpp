// To this guest the machine is one without a hypervisor extension and without M-mode: their
// registers and instructions are illegal.

#include "guest.hpp"

namespace {

#define ILLEGAL(code)                                                                              \
    {                                                                                              \
        const Trap got = attempt([] { asm volatile(code ::: "t0", "memory"); });                   \
        check(code, got.cause, illegal_instruction);                                               \
    }

#define ILLEGAL_IN_USER_MODE(code)                                                                 \
    {                                                                                              \
        std::uint64_t entry;                                                                       \
        asm volatile("la %0, 1f\n j 2f\n .balign 4\n1: " code "\n ecall\n2:" : "=r"(entry));       \
        trap.cause = no_trap;                                                                      \
        run_user(entry, 0);                                                                        \
        check("user mode: " code, trap.cause, illegal_instruction);                                \
    }

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    ILLEGAL("csrr t0, hstatus");
    ILLEGAL("csrw hstatus, zero");
    ILLEGAL("csrr t0, hgatp");
    ILLEGAL("csrw hgatp, zero");
    ILLEGAL("csrr t0, htval");
    ILLEGAL("csrr t0, hvip");
    ILLEGAL("csrr t0, hideleg");
    ILLEGAL("csrr t0, henvcfg");
    ILLEGAL("csrr t0, vsstatus");
    ILLEGAL("csrw vsatp, zero");
    ILLEGAL("hfence.gvma");
    ILLEGAL("hfence.vvma");
    ILLEGAL("hlv.w t0, (sp)");
    ILLEGAL("hsv.w t0, (sp)");
    ILLEGAL("hlvx.hu t0, (sp)");
    ILLEGAL("csrr t0, mstatus");
    ILLEGAL("csrw mie, zero");
    ILLEGAL("mret");
    ILLEGAL("csrr t0, 0x8ff"); // there is none of that number
    ILLEGAL(".option push\n .option norvc\n .word 0\n .option pop");

    trap.cause = no_trap;
    std::uint64_t entry;
    asm volatile("la %0, 1f\n j 2f\n .balign 4\n1: addi a0, a0, 1\n ecall\n2:" : "=r"(entry));
    check("user mode: result", run_user(entry, 41), 42);
    check("user mode: ecall", trap.cause, user_call);
    check("user mode: sepc", trap.pc - entry <= 4, true);
    ILLEGAL_IN_USER_MODE("csrr t0, sstatus");
    ILLEGAL_IN_USER_MODE("csrr t0, hstatus");
    ILLEGAL_IN_USER_MODE("sret");
    ILLEGAL_IN_USER_MODE("sfence.vma");
    ILLEGAL_IN_USER_MODE("wfi");
}
