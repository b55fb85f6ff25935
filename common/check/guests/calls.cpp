// Asks its firmware for all that the SBI has, and for what it has not, and tells the answers.

#include "tell.hpp"
#include "tree.hpp"

namespace {

constexpr std::uint64_t BASE = 0x10, IPI = 0x735049, RFENCE = 0x52464e43, DBCN = 0x4442434e;
constexpr std::uint64_t probe = 3, all = ~0ull;

char text[64];

void tell_answer(const char* name, SbiReply reply) {
    tell(name, reply.error, reply.value);
}

void ask_base() {
    tell_answer("version", sbi(BASE, 0));
    tell_answer("implementation", sbi(BASE, 1));
    tell_answer("implementation-version", sbi(BASE, 2));
    tell_answer("vendor", sbi(BASE, 4));
    tell_answer("architecture", sbi(BASE, 5));
    tell_answer("machine", sbi(BASE, 6));
    tell_answer("probe-base", sbi(BASE, probe, BASE));
    tell_answer("probe-unknown", sbi(BASE, probe, UNKNOWN));
}

void ask_for_what_is_not_there() {
    tell_answer("unknown", sbi(UNKNOWN, FUNCTION, KEY, KEY));
    tell_answer("unknown-function", sbi(BASE, FUNCTION));
    tell_answer("unknown-legacy", sbi(0xf, 0, KEY, KEY));
}

/// Has a text printed that it makes of KEY, however often it has to ask for the rest.
void write_text() {
    tell_answer("probe-console", sbi(BASE, probe, DBCN));
    std::uint64_t state = KEY;
    for (std::uint64_t i = 0; i < sizeof text - 1; ++i) {
        state = mix(state, i);
        text[i] = static_cast<char>('a' + (state >> 40) % 26);
    }
    text[sizeof text - 1] = '\n';
    SbiReply reply = {};
    std::uint64_t written = 0;
    do {
        const auto rest = reinterpret_cast<std::uint64_t>(text) + written;
        reply = sbi(DBCN, 0, sizeof text - written, rest);
        written += static_cast<std::uint64_t>(reply.value);
    } while (reply.error == 0 && reply.value > 0 && written < sizeof text);
    print("\n");
    tell("written", reply.error, written);
    for (const char letter : {text[0], text[1], text[2], '\n'}) {
        reply = sbi(DBCN, 2, static_cast<unsigned char>(letter));
    }
    print("\n");
    tell("byte", reply.error);
}

/// What is not its memory, or not as a whole. What then comes to the console comes on a line of its
/// own.
void write_what_is_not_mine(std::uint64_t tree) {
    const auto mine = reinterpret_cast<std::uint64_t>(text);
    const auto refused = [](const char* name, std::uint64_t function, std::uint64_t length,
                            std::uint64_t address, std::uint64_t high) {
        const SbiReply reply = sbi(DBCN, function, length, address, high);
        print("\n");
        tell_answer(name, reply);
    };
    refused("outside", 0, 16, 0x1000, 0);
    refused("across", 0, 128, end_of_ram(tree) - 1, 0);
    refused("wrapped", 0, all, mine, 0);
    refused("high", 0, 16, mine, 1);
    refused("read-outside", 1, 16, 0x1000, 0);
    refused("read-across", 1, 128, end_of_ram(tree) - 1, 0);
}

void fence() {
    tell_answer("probe-fence", sbi(BASE, probe, RFENCE));
    tell_answer("fence-i", sbi(RFENCE, 0, 1, 0));
    tell_answer("fence-vma", sbi(RFENCE, 1, 1, 0));
    tell_answer("fence-asid", sbi(RFENCE, 2, 1, 0));
    tell_answer("fence-all", sbi(RFENCE, 1, 0, all));
    tell_answer("fence-none", sbi(RFENCE, 1, 0, 0));
    tell_answer("fence-base", sbi(RFENCE, 0, 1, ABSENT));
    tell_answer("fence-mask", sbi(RFENCE, 1, 1ull << ABSENT, 0));
    tell_answer("fence-two", sbi(RFENCE, 1, 1 | 1ull << ABSENT, 0));
    tell_answer("fence-guest", sbi(RFENCE, 3, 1, 0));
}

constexpr std::uint64_t SSIP = 1 << software; // in sip and sie

/// Sends an interrupt, and tells what is pending then.
void interrupt_harts(const char* name, std::uint64_t mask, std::uint64_t base) {
    asm volatile("csrc sip, %0" ::"r"(SSIP));
    const SbiReply reply = sbi(IPI, 0, mask, base);
    std::uint64_t pending;
    asm volatile("csrr %0, sip" : "=r"(pending));
    tell(name, reply.error, pending & SSIP);
}

void interrupt_myself() {
    tell_answer("probe-ipi", sbi(BASE, probe, IPI));
    interrupt_harts("ipi-mine", 1, 0);
    interrupt_harts("ipi-all", 0, all);
    interrupt_harts("ipi-none", 0, 0);
    interrupt_harts("ipi-base", 1, ABSENT);
    interrupt_harts("ipi-mask", 1ull << ABSENT, 0);
    asm volatile("csrc sip, %0" ::"r"(SSIP));
    trap.cause = no_trap;
    sbi(IPI, 0, 1, 0);
    asm volatile("csrw sie, %0\n csrsi sstatus, 2\n nop\n csrci sstatus, 2" ::"r"(SSIP) : "memory");
    tell("ipi-taken", trap.cause);
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    ask_base();
    ask_for_what_is_not_there();
    write_text();
    write_what_is_not_mine(tree);
    fence();
    interrupt_myself();
    sbi(8); // legacy shutdown
}
