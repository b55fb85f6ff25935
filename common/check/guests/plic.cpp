// Uses its PLIC in all ways. Its UART interrupts without anybody's help: its transmitter is empty.
// Tells what the tree says, what the registers keep, what claims bring, and which interrupts come.

#include "nodes.hpp"
#include "plic.hpp"
#include "tell.hpp"

namespace {

void tell_tree(std::uint64_t tree) {
    const Wiring wiring = wiring_of(tree, uart);
    tell("tree", wiring.source, wiring.controller, wiring.context, wiring.sources);
}

/// What some registers keep: priority and threshold, and the enable bits through each form of load
/// and store of a word. Of each of these, also what is after it.
void tell_registers() {
    store(plic + 4 * 10, PRIORITY);
    store(threshold, THRESHOLD);
    tell("kept", load(plic + 4 * 10), load(threshold));
    tell("faults", trap.count, trap.cause, trap.value);

    const auto show = [](const char* name, const Access& access) {
        tell(name, access.trap.cause, access.value, access.after, load(enable_bits));
    };
    show("sw", ACCESS(WHOLE("sw a0, (a1)"), enable_bits, ENABLED));
    show("lw", ACCESS(WHOLE("lw a0, (a1)"), enable_bits, 0));
    show("lwu", ACCESS(WHOLE("lwu a0, (a1)"), enable_bits, 0));
    show("c-lw", ACCESS("c.lw a0, (a1)", enable_bits, 0));
    show("c-lwsp", ACCESS(BY_SP("c.lwsp a0, (sp)"), enable_bits, 0));
    show("c-sw", ACCESS("c.sw a0, (a1)", enable_bits, OTHERS));
    show("c-swsp", ACCESS(BY_SP("c.swsp a0, (sp)"), enable_bits, ENABLED));

    asm volatile("csrs sstatus, %0" : : "r"(1 << 13)); // floating-point registers may be used
    show("flw", ACCESS(".option push\n .option arch, +d\n flw fa0, (a1)\n .option pop", enable_bits,
                       OTHERS));
    show("amoadd", ACCESS("amoadd.w a0, a0, (a1)", enable_bits, OTHERS));
}

/// Makes the UART want an interrupt, or no longer.
void raise_line() {
    byte(uart + 1) = 2; // IER: an empty transmitter
}
void lower_line() {
    byte(uart + 1) = 0;
}
std::uint64_t identify() {
    return byte(uart + 2) & 15; // IIR: reading it acknowledges the empty transmitter
}

std::uint32_t claim() {
    return load(claim_complete);
}
void complete(std::uint32_t source) {
    store(claim_complete, source);
}

void tell_claims() {
    enable_all_sources();
    tell("before", load(pending_bits), claim());
    raise_line();
    tell("raised", load(pending_bits));

    const std::uint32_t first = claim(), second = claim();
    tell("claimed", first, second, load(pending_bits));
    complete(first); // its line is high still
    const std::uint32_t again = claim();
    tell("again", again);
    tell("identified", identify());
    complete(again);
    tell("after", load(pending_bits), claim());

    lower_line();
    store(enable_bits, 0);
    raise_line();
    const std::uint32_t disabled = claim();
    complete(disabled);
    store(enable_bits, ~1u);
    set_priorities(0);
    const std::uint32_t without_priority = claim();
    complete(without_priority);
    set_priorities(1);
    const std::uint32_t last = claim();
    tell("masked", disabled, without_priority, last);
    identify();
    complete(last);
    lower_line();
}

/// How often the hart is interrupted while that is possible for a short time.
std::uint64_t interrupts() {
    const std::uint64_t before = trap.count;
    asm volatile("csrw sie, %0\n csrsi sstatus, 2" : : "r"(1 << external) : "memory");
    for (int i = 0; i < 100; ++i) {
        asm volatile("nop");
    }
    asm volatile("csrci sstatus, 2\n csrw sie, zero" : : : "memory");
    return const_cast<volatile Trap&>(trap).count - before;
}

void tell_interrupts() {
    enable_all_sources();
    const std::uint64_t none = interrupts();
    trap.cause = no_trap;
    raise_line();
    const std::uint64_t first = interrupts(); // start.S's handler clears sie: one at a time
    tell("cause", const_cast<volatile Trap&>(trap).cause);
    const std::uint64_t unclaimed = interrupts();
    const std::uint32_t source = claim();
    const std::uint64_t claimed = interrupts();
    identify();
    complete(source);
    const std::uint64_t completed = interrupts();
    lower_line();

    store(threshold, 7);
    raise_line();
    const std::uint64_t below = interrupts();
    store(threshold, 0);
    const std::uint64_t above = interrupts();
    tell("interrupts", none, first, unclaimed, claimed, completed, below, above);
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    tell_tree(tree);
    tell_registers();
    tell_claims();
    tell_interrupts();
    sbi(8); // legacy shutdown
}
