// Sleeps until a typed line has come, one interrupt after the other, and tells how many brought it;
// then a second one. Of a last key it takes the interrupt, and does not read it: "held". Where no
// interrupt comes for 8 seconds, it tells what it sees, and shuts down.

#include "plic.hpp"
#include "tell.hpp"

namespace {

constexpr std::uint64_t second = 10'000'000; // QEMU's clock

bool readable() {
    return byte(uart + 5) & 1; // LSR: a byte is there
}

/// Sleeps until an interrupt of a device, and claims it.
std::uint32_t wait_for_device() {
    std::uint64_t time;
    asm volatile("rdtime %0" : "=r"(time));
    sbi(0x54494d45, 0, time + 8 * second); // TIME
    wait_for_interrupt(1 << external | 1 << timer);
    if (trap.cause == (interrupt | timer)) {
        tell("silence", readable(), load(pending_bits));
        sbi(8); // legacy shutdown
    }
    return load(claim_complete);
}

/// Reads a line, and says it.
void read_line(const char* name) {
    char line[64] = "";
    std::uint64_t length = 0, interrupts = 0, empty = 0;
    for (bool whole = false; !whole && empty < 100;) {
        const std::uint32_t source = wait_for_device();
        ++(source != 0 ? interrupts : empty);
        while (readable()) {
            const char typed = static_cast<char>(byte(uart));
            whole = whole || typed == '\n' || typed == '\r';
            if (typed > ' ' && length + 1 < sizeof line) {
                line[length++] = typed;
            }
        }
        store(claim_complete, source);
    }
    tell(name, sum_of(line, length), interrupts, empty);
    println("typed ", line);
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    enable_all_sources();
    byte(uart + 1) = 1; // IER: what is received
    println("ready");
    read_line("first");
    read_line("second");
    wait_for_device();
    tell("held", readable());
    for (;;) {
        asm volatile("csrw sie, zero\n wfi");
    }
}
