// What the firmware answers (SBI spec): right calls, wrong ones, and those that are not there.

#include "guest.hpp"

namespace {

constexpr std::uint64_t BASE = 0x10, TIME = 0x54494d45, IPI = 0x735049, RFENCE = 0x52464e43,
                        HSM = 0x48534d, SRST = 0x53525354, DBCN = 0x4442434e, SUSP = 0x53555350,
                        PMU = 0x504d55;
constexpr std::int64_t success = 0, failed = -1, not_supported = -2, invalid_param = -3;
constexpr std::uint64_t all = ~0ull;
constexpr std::uint64_t beyond_ram = 0x20'0000'0000;

void answers(const char* what, SbiReply reply, std::int64_t error) {
    check(what, static_cast<std::uint64_t>(reply.error), static_cast<std::uint64_t>(error));
}

void answers(const char* what, SbiReply reply, std::int64_t error, std::int64_t value) {
    answers(what, reply, error);
    check(what, static_cast<std::uint64_t>(reply.value), static_cast<std::uint64_t>(value));
}

void base() {
    answers("spec version", sbi(BASE, 0), success, 0x0200'0000);
    answers("implementation id", sbi(BASE, 1), success);
    answers("implementation version", sbi(BASE, 2), success);
    for (const std::uint64_t there : {BASE, TIME, IPI, RFENCE, SRST, DBCN}) {
        answers("probe of what is there", sbi(BASE, 3, there), success);
        check("probe of what is there", sbi(BASE, 3, there).value != 0, true);
    }
    for (const std::uint64_t absent : {0xabcdeful, HSM, SUSP, PMU, all}) {
        answers("probe of what is not there", sbi(BASE, 3, absent), success, 0);
    }
    answers("mvendorid", sbi(BASE, 4), success);
    answers("marchid", sbi(BASE, 5), success);
    answers("mimpid", sbi(BASE, 6), success);
    answers("BASE 7", sbi(BASE, 7), not_supported);
}

void unknown() {
    for (const std::uint64_t id : {0x0a00'0000ul, HSM, SUSP, PMU, all, 0xful}) {
        answers("unknown extension", sbi(id), not_supported);
    }
    answers("TIME 1", sbi(TIME, 1), not_supported);
    answers("IPI 1", sbi(IPI, 1), not_supported);
    answers("SRST 1", sbi(SRST, 1), not_supported);
    answers("DBCN 3", sbi(DBCN, 3), not_supported);
    answers("RFENCE of a hypervisor", sbi(RFENCE, 3, 1, 0), not_supported);
    answers("a function id of 64 bits", sbi(TIME, 1ull << 32), not_supported);
}

void hart_masks() {
    for (const std::uint64_t extension : {IPI, RFENCE}) {
        answers("hart 0", sbi(extension, 0, 1, 0), success);
        answers("no hart", sbi(extension, 0, 0, 0), success);
        answers("all harts", sbi(extension, 0, 0, all), success);
        answers("hart 1 by its mask", sbi(extension, 0, 2, 0), invalid_param);
        answers("hart 1 by the base", sbi(extension, 0, 1, 1), invalid_param);
        answers("harts 0 and 1", sbi(extension, 0, 3, 0), invalid_param);
        answers("hart 63", sbi(extension, 0, 1ull << 63, 0), invalid_param);
    }
    answers("remote sfence.vma", sbi(RFENCE, 1, 1, 0), success);
    answers("remote sfence.vma of an ASID", sbi(RFENCE, 2, 1, 0), success);
    answers("remote sfence.vma of hart 1", sbi(RFENCE, 1, 2, 0), invalid_param);
}

void software_interrupt() {
    asm volatile("csrci sip, 2"); // those of hart_masks
    std::uint64_t pending;
    asm volatile("csrr %0, sip" : "=r"(pending));
    check("no software interrupt pending", pending & 2, 0);
    answers("send IPI", sbi(IPI, 0, 1, 0), success);
    wait_for_interrupt(1 << 1);
    check("software interrupt", trap.cause, interrupt | software);
    asm volatile("csrci sip, 2");
    asm volatile("csrr %0, sip" : "=r"(pending));
    check("software interrupt cleared by the guest", pending & 2, 0);
}

void debug_console() {
    static const char text[] = "written by DBCN\n";
    const auto address = reinterpret_cast<std::uint64_t>(text);
    answers("DBCN write", sbi(DBCN, 0, sizeof text - 1, address), success, sizeof text - 1);
    answers("DBCN write of nothing", sbi(DBCN, 0, 0, address), success, 0);
    answers("DBCN write of a byte", sbi(DBCN, 2, '*'), success);
    print("\n");
    answers("DBCN write from nowhere", sbi(DBCN, 0, 1, 0x1000), invalid_param);
    answers("DBCN write from behind RAM", sbi(DBCN, 0, 1, beyond_ram), invalid_param);
    answers("DBCN write from RAM's end on", sbi(DBCN, 0, beyond_ram, address), invalid_param);
    answers("DBCN write of 2^64 - 1 bytes", sbi(DBCN, 0, all, address), invalid_param);
    answers("DBCN write to a device", sbi(DBCN, 0, 1, uart), invalid_param);
    answers("DBCN write, high address", sbi(DBCN, 0, 1, address, 1), invalid_param);
    answers("DBCN read to nowhere", sbi(DBCN, 1, 1, 0x1000), invalid_param);
}

void legacy() {
    answers("legacy putchar", sbi(1, 0, '*'), success);
    print("\n");
    // These calls give back a0 alone (SBI spec, chapter 5).
    answers("legacy putchar keeps a1", sbi(1, 0, ' ', 0x1234), success, 0x1234);
    answers("legacy set_timer", sbi(0, 0, all), success);
}

/// Here the test types "meow" at the terminal, and before that nothing.
void typed() {
    static char read[8];
    const auto address = reinterpret_cast<std::uint64_t>(read);
    answers("DBCN read, nothing typed", sbi(DBCN, 1, sizeof read, address), success, 0);
    answers("legacy getchar, nothing typed", sbi(2), failed);
    println("type");
    SbiReply reply;
    while ((reply = sbi(2)).error == failed) {
    }
    answers("legacy getchar", reply, 'm');
    for (const char expected : {'e', 'o', 'w'}) {
        while ((reply = sbi(DBCN, 1, 1, address)).value == 0) {
        }
        answers("DBCN read", reply, success, 1);
        check("DBCN read: byte", read[0] == expected, true);
    }
}

void reset() {
    answers("SRST of an unknown type", sbi(SRST, 0, 3, 0), invalid_param);
    answers("SRST for an unknown reason", sbi(SRST, 0, 0, 7), invalid_param);
}

} // namespace

void guest_main(std::uint64_t hart, std::uint64_t tree) {
    check("a0 is the hart id", hart, 0);
    check("a1 is the device tree", device<std::uint32_t>(tree), 0xedfe0dd0);
    base();
    unknown();
    hart_masks();
    software_interrupt();
    debug_console();
    legacy();
    typed();
    reset();
}
