// Waits for a timer interrupt TICKS away, and says whether it came in time.

#include "guest.hpp"

namespace {

std::uint64_t time() {
    std::uint64_t value;
    asm volatile("rdtime %0" : "=r"(value));
    return value;
}

/// Sets the timer by the extension TIME and waits; the ticks until the interrupt came.
std::uint64_t wait(std::uint64_t ticks) {
    const std::uint64_t start = time();
    trap = {no_trap, 0, 0, 0, 0};
    asm volatile("csrc sstatus, 2; csrs sie, %0" : : "r"(1 << 5)); // STIE
    sbi(0x54494d45, 0, start + ticks);
    while (*const_cast<volatile std::uint64_t*>(&trap.count) == 0) {
        asm volatile("wfi; csrsi sstatus, 2; csrci sstatus, 2" ::: "memory");
    }
    return time() - start;
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    for (const std::uint64_t ticks : {std::uint64_t{TICKS}, std::uint64_t{TICKS} / 3}) {
        const std::uint64_t waited = wait(ticks);
        println("asked ", ticks, " waited ", waited, " cause ", trap.cause);
    }
    sbi(8); // legacy shutdown
}
