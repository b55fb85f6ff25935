// A kernel with traps that it has only because it is a guest. Then it reads counters and computes
// with floating point.

#include "trap.hpp"

namespace {

/// Looks at floating point as it was at the start, and divides.
void tell_float() {
    std::uint64_t status, control = 0, registers = 0, quotient = 0;
    asm volatile("csrr %0, sstatus" : "=r"(status));
    const Trap got = attempt([&] {
        asm volatile(".option push\n .option arch, +d\n"
                     "csrr %0, fcsr\n"
                     ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,"
                     "26,27,28,29,30,31\n fmv.x.d t0, f\\n\n or %1, %1, t0\n .endr\n"
                     "fcvt.d.lu f0, %3\n fcvt.d.lu f1, %4\n fdiv.d f0, f0, f1\n"
                     "fmv.x.d %2, f0\n .option pop"
                     : "+r"(control), "+r"(registers), "+r"(quotient)
                     : "r"(std::uint64_t{DIVIDEND}), "r"(std::uint64_t{DIVISOR})
                     : "t0");
    });
    tell("float", status >> 13 & 3, got.cause, control, registers, quotient);
}

#define COUNTER(name)                                                                              \
    {                                                                                              \
        std::uint64_t first = 0, second = 0;                                                       \
        const Trap got = attempt([&] {                                                             \
            asm volatile(name " %0" : "+r"(first));                                                \
            for (int i = 0; i < 100'000; ++i) {                                                    \
                asm volatile("");                                                                  \
            }                                                                                      \
            asm volatile(name " %0" : "+r"(second));                                               \
        });                                                                                        \
        tell(name, got.cause, second > first);                                                     \
    }

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    tell_trap("load", [] { load(NOWHERE); });
    tell_trap("store", [] { device<char>(NOWHERE + 8) = 1; });
    tell_trap("fetch", [] { jump(NOWHERE + 16); });
    tell_trap("user-load", [] { run(program_load, NOWHERE); });
    tell_trap("hstatus", [] { asm volatile("csrr t0, 0x600" : : : "t0"); });
    with_page_table([] { tell_trap("page-fetch", [] { jump(NOWHERE + 16); }); });
    tell_float();
    COUNTER("rdtime")
    COUNTER("rdcycle")
    COUNTER("rdinstret")
    tell_trap("user-time", [] { run(program_time); });
    sbi(8); // legacy shutdown
}
