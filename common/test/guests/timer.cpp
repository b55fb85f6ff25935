// The timer: the legacy call, TIME, and stimecmp, which is there only with Sstc.

#include "guest.hpp"

namespace {

constexpr std::uint64_t TIME = 0x54494d45;
constexpr std::uint64_t never = ~0ull;
constexpr std::uint64_t soon = 10'000; // a millisecond at QEMU's 10 MHz

std::uint64_t now() {
    std::uint64_t time;
    asm volatile("rdtime %0" : "=r"(time));
    return time;
}

/// Of a timer interrupt that is pending QEMU 7.2 shows nothing here.
bool pending() {
    std::uint64_t bits;
    asm volatile("csrr %0, sip" : "=r"(bits));
    return bits >> timer & 1;
}

/// Waits for the interrupt of a timer that `set` sets.
template <class Set>
void try_timer(const char* name, Set set) {
    for (int round = 0; round < 3; ++round) {
        const std::uint64_t deadline = now() + soon;
        set(deadline);
        check(name, pending() && now() < deadline, false); // not before
        trap.cause = no_trap;
        wait_for_interrupt(1 << timer);
        check(name, trap.cause, interrupt | timer);
        check(name, now() >= deadline, true);
        set(never);
        check(name, pending(), false);
    }
    set(0); // the past
    wait_for_interrupt(1 << timer);
    check(name, trap.cause, interrupt | timer);
    set(never);
    check(name, pending(), false);
}

void set_stimecmp(std::uint64_t deadline) {
    asm volatile("csrw 0x14d, %0" ::"r"(deadline) : "memory");
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    const std::uint64_t first = now();
    check("time goes on", now() > first, true);
    try_timer("legacy set_timer", [](std::uint64_t deadline) { sbi(0, 0, deadline); });
    try_timer("TIME", [](std::uint64_t deadline) { sbi(TIME, 0, deadline); });

    const Trap got = attempt([] { set_stimecmp(never); });
    if (got.cause == no_trap) {
        println("stimecmp: there");
        try_timer("stimecmp", set_stimecmp);
    } else {
        println("stimecmp: not there");
        check("stimecmp", got.cause, illegal_instruction);
    }

    std::uint64_t counter; // the guest may read them
    check("cycle", attempt([&] { asm volatile("rdcycle %0" : "=r"(counter)); }).cause, no_trap);
    check("instret", attempt([&] { asm volatile("rdinstret %0" : "=r"(counter)); }).cause, no_trap);
}
