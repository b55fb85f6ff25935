// Tries all forms of load and store that the UART does not have, and some where there is no device:
// each must end as a fault, and change nothing. For each it tells:
//   NAME CAUSE STVAL REGISTER AFTER
// AFTER is 1 if the instruction after the tried one was executed, whole and as what it is.

#include "access.hpp"
#include "tell.hpp"

namespace {

constexpr std::uint64_t untouched = 0x5555'5555'5555'5555;

void show(const char* name, const Access& access) {
    tell(name, access.trap.cause, access.trap.value, access.value, access.after);
}

#define TRY(name, code, address) show(name, ACCESS(code, address, untouched))

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    TRY("lh", WHOLE("lh a0, (a1)"), uart + 6);
    TRY("lhu", WHOLE("lhu a0, (a1)"), uart + 6);
    TRY("lw", WHOLE("lw a0, (a1)"), uart + 4);
    TRY("lwu", WHOLE("lwu a0, (a1)"), uart + 4);
    TRY("ld", WHOLE("ld a0, (a1)"), uart);
    TRY("sh", WHOLE("sh a0, (a1)"), uart + 6);
    TRY("sw", WHOLE("sw a0, (a1)"), uart + 4);
    TRY("sd", WHOLE("sd a0, (a1)"), uart);
    TRY("c-lw", "c.lw a0, (a1)", uart + 4);
    TRY("c-ld", "c.ld a0, (a1)", uart);
    TRY("c-sw", "c.sw a0, (a1)", uart + 4);
    TRY("c-sd", "c.sd a0, (a1)", uart);
    TRY("c-lwsp", BY_SP("c.lwsp a0, (sp)"), uart + 4);
    TRY("c-ldsp", BY_SP("c.ldsp a0, (sp)"), uart);
    TRY("c-swsp", BY_SP("c.swsp a0, (sp)"), uart + 4);
    TRY("c-sdsp", BY_SP("c.sdsp a0, (sp)"), uart);
    TRY("no-load", WHOLE("lbu a0, (a1)"), NOWHERE);
    TRY("no-store", WHOLE("sb a0, (a1)"), NOWHERE);
    TRY("after-load", WHOLE("lbu a0, (a1)"), uart + 0x800);
    TRY("after-store", WHOLE("sb a0, (a1)"), uart + 0x800);
    sbi(8); // legacy shutdown
}
