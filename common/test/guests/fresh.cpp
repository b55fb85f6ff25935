// Writes all that a hart keeps, reboots, and looks: a hart that starts again holds nothing of what
// was there. It has Sstc.

#include "reboots.hpp"

/// stvec and sscratch, read by the very first instructions: start.S needs both itself.
[[gnu::used]] std::uint64_t at_entry[2] asm("at_entry") = {1, 1};
asm(".section .text.start, \"ax\"\n"
    "    la t0, at_entry\n"
    "    csrr t1, stvec\n"
    "    sd t1, 0(t0)\n"
    "    csrr t1, sscratch\n"
    "    sd t1, 8(t0)\n"
    "    j _start\n"
    ".text\n");

namespace {

/// The whole machine where it is, in pages of 1 GiB.
alignas(4096) std::uint64_t root[512];

struct Register {
    const char* name;
    std::uint64_t (*read)();
    void (*write)(); // something that a fresh hart does not hold
};

#define CSR(name, number, value)                                                                   \
    {name,                                                                                         \
     [] {                                                                                          \
         std::uint64_t result;                                                                     \
         asm volatile("csrr %0, " #number : "=r"(result));                                         \
         return result;                                                                            \
     },                                                                                            \
     [] {                                                                                          \
         asm volatile("csrw " #number ", %0" ::"r"(value) : "memory");                             \
     }}

constexpr std::uint64_t SPIE = 1 << 5, FS = 3 << 13, SUM = 1 << 18, MXR = 1 << 19;

/// Those that a fresh hart holds as zero.
constexpr Register zero[] = {
    CSR("senvcfg", senvcfg, 0xf1),
    CSR("fcsr", fcsr, 0x61),
    CSR("sepc", sepc, 0x8020'0000ul),
    CSR("scause", scause, 15),
    CSR("stval", stval, 0x1234),
    CSR("sip", sip, 1 << software),
    CSR("sie", sie, 1 << software | 1 << timer | 1 << external),
    CSR("satp", satp, 8ull << 60 | 1ull << 44 | reinterpret_cast<std::uint64_t>(root) >> 12),
};

/// Which counters its programs may read: all three, as firmware leaves it.
constexpr Register counters = CSR("scounteren", scounteren, 0);

/// Those that it holds as something else.
constexpr Register others[] = {
    CSR("sstatus", sstatus, SPIE | FS | SUM | MXR),
    CSR("stimecmp", 0x14d, 1),
};

#define EACH_FLOAT(code)                                                                           \
    ".option push\n .option arch, +d\n"                                                            \
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,"  \
    "31\n" code "\n .endr\n .option pop"

void read_floats(std::uint64_t (&values)[32]) {
    asm volatile(EACH_FLOAT("fsd f\\n, \\n * 8(%0)")::"r"(values) : "memory");
}

void write_floats() {
    asm volatile(EACH_FLOAT("addi t0, %0, \\n\n fmv.d.x f\\n, t0")::"r"(0x1234'5678'0000'0001)
                 : "t0");
}

/// Looks for pending interrupts by taking them: QEMU 7.2 does not show them all in sip.
void expect_no_interrupt() {
    const std::uint64_t before = trap.count;
    asm volatile("csrw sie, %0\n csrsi sstatus, 2\n nop\n csrci sstatus, 2\n csrw sie, zero" ::"r"(
                     1 << software | 1 << timer | 1 << external)
                 : "memory");
    check("an interrupt", const_cast<volatile Trap&>(trap).count, before);
}

/// Has all three interrupts pending. The UART's comes because its transmitter is empty.
void interrupt_ourselves() {
    device<std::uint32_t>(plic + 4 * 10) = 1;
    device<std::uint32_t>(plic + 0x2080) = 1 << 10;
    device<std::uint8_t>(uart + 1) = 2;
    asm volatile("csrsi sip, 2\n csrw 0x14d, zero" ::: "memory");
    for (const std::uint64_t cause : {software, timer, external}) {
        wait_for_interrupt(1 << cause);
        check("interrupt", trap.cause, interrupt | cause);
    }
}

void leave_a_mess() {
    interrupt_ourselves();
    write_floats();
    for (const Register& one : others) {
        one.write();
    }
    counters.write();
    check("scounteren can be written", counters.read(), 0);
    for (std::uint64_t index = 0; index < 4; ++index) {
        root[index] = index << 28 | 0xcf;
    }
    for (const Register& one : zero) {
        one.write();
        check("it can be written", one.read() != 0, true);
    }
    std::uint64_t floats[32];
    read_floats(floats);
    check("f31", floats[31], 0x1234'5678'0000'0020);
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    // All are read before anything is done that might change them.
    std::uint64_t zeros[sizeof zero / sizeof *zero], kept[2], floats[32];
    for (std::uint64_t* at = zeros; const Register& one : zero) {
        *at++ = one.read();
    }
    for (std::uint64_t* at = kept; const Register& one : others) {
        *at++ = one.read();
    }
    const std::uint64_t readable = counters.read();
    read_floats(floats);

    const bool first = is_first_start();
    check("stvec", at_entry[0], 0);
    check("sscratch", at_entry[1], 0);
    check("scounteren", readable, 7);
    for (const std::uint64_t* at = zeros; const Register& one : zero) {
        println(one.name, " = ", *at);
        check(one.name, *at++, 0);
    }
    for (const std::uint64_t value : floats) {
        check("a floating-point register", value, 0);
    }
    for (std::uint64_t index = 0; index < 2; ++index) {
        volatile auto& noted = device<std::uint64_t>(notes + 8 * index);
        println(others[index].name, " = ", kept[index]);
        if (first) {
            noted = kept[index];
        } else {
            check(others[index].name, kept[index], noted);
        }
    }
    expect_no_interrupt();
    if (first) {
        leave_a_mess();
        reboot();
    }
}
