// Sets its timer in all ways that there are, and tells when the interrupt came. At the end it sets
// a deadline that is far away, and waits for somebody who looks at the hart's CSRs.

#include "tell.hpp"
#include "tree.hpp"

namespace {

constexpr std::uint64_t TIME = 0x54494d45, never = ~0ull, STIE = 1 << timer;

std::uint64_t now() {
    std::uint64_t value;
    asm volatile("rdtime %0" : "=r"(value));
    return value;
}

std::int64_t set_timer(std::uint64_t deadline) {
    return sbi(TIME, 0, deadline).error;
}

std::int64_t set_timer_by_legacy_call(std::uint64_t deadline) {
    return sbi(0, 0, deadline).error;
}

std::int64_t set_stimecmp(std::uint64_t deadline) {
    asm volatile("csrw 0x14d, %0" ::"r"(deadline) : "memory");
    return 0;
}

/// Waits for an interrupt, but not for longer than `ticks`: how many came. It is awake: from its
/// sleep, only the interrupt would wake it.
std::uint64_t interrupts_within(std::uint64_t ticks) {
    const std::uint64_t before = trap.count, end = now() + ticks;
    asm volatile("csrw sie, %0\n csrsi sstatus, 2" ::"r"(STIE) : "memory");
    while (const_cast<volatile std::uint64_t&>(trap.count) == before && now() < end) {
    }
    asm volatile("csrci sstatus, 2\n csrw sie, zero" ::: "memory");
    return trap.count - before;
}

/// After an interrupt that has not come, nobody waits for another.
bool has_patience = true;

/// Tells how long after `start` an interrupt comes, and what it is.
void tell_wait(const char* name, std::int64_t error, std::uint64_t start) {
    trap.cause = no_trap;
    if (error == 0 && has_patience) {
        has_patience = interrupts_within(PATIENCE) != 0;
    }
    tell(name, error, now() - start, trap.cause);
}

void wait_in_all_ways() {
    std::uint64_t start = now();
    tell_wait("first", set_timer(start + TICKS), start);
    start = now();
    tell_wait("again", set_timer(start + TICKS / 3), start);
    start = now();
    tell_wait("legacy", set_timer_by_legacy_call(start + TICKS / 2), start);

    start = now();
    set_timer(start + TICKS / 4);
    tell_wait("replaced", set_timer(start + TICKS), start);

    start = now();
    tell_wait("past", set_timer(start - TICKS), start);
    start = now();
    tell_wait("zero", set_timer(0), start);
}

void wait_in_vain() {
    constexpr std::uint64_t soon = 3000;
    set_timer(now() + soon);
    set_timer(never);
    tell("never", interrupts_within(3 * soon));
    set_timer(now() + soon);
    for (const std::uint64_t end = now() + 2 * soon; now() < end;) {
    }
    set_timer(never); // takes back what is pending
    tell("cleared", interrupts_within(soon));
}

/// Whether a property of the hart's node has a word.
bool has_word(const Property& property, const char* word) {
    const std::uint32_t size = length_of(word);
    for (std::uint32_t at = 0; at + size <= property.length; ++at) {
        std::uint32_t same = 0;
        while (same < size && property.value[at + same] == word[same]) {
            ++same;
        }
        if (same == size) {
            return true;
        }
    }
    return false;
}

void use_sstc(std::uint64_t tree) {
    tell("promised", has_word(find_property(tree, "cpu@", "riscv,isa"), "sstc"),
         has_word(find_property(tree, "cpu@", "riscv,isa-extensions"), "sstc"));
    const Trap got = attempt([] { set_stimecmp(never); });
    tell("stimecmp", got.cause);
    if (got.cause == no_trap) {
        has_patience = true;
        const std::uint64_t start = now();
        tell_wait("own", set_stimecmp(start + TICKS), start);
    }
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    wait_in_all_ways();
    wait_in_vain();
    use_sstc(tree);
    set_timer(FAR);
    tell("ready");
    for (;;) {
    }
}
