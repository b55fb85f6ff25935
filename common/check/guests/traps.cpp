// A kernel with the traps that each kernel has by itself. Then it waits for somebody who looks at
// the hart's CSRs.

#include "trap.hpp"

// A function, as start.S leads back to its caller where stval is the instruction's own address.
extern "C" const char stop_here[];
asm("stop_here: ebreak\n ret");

void guest_main(std::uint64_t, std::uint64_t) {
    tell_trap("illegal", [] { asm volatile(".half 0"); });
    tell_trap("breakpoint", [] { jump(reinterpret_cast<std::uint64_t>(stop_here)); });
    tell_trap("user-call", [] { run(program_call); });
    with_page_table([] {
        tell_trap("page-load", [] { load(NOWHERE); });
        tell_trap("page-store", [] { device<char>(NOWHERE + 8) = 1; });
    });
    tell("ready");
    for (;;) {
    }
}
