// Every form of load and store, tried on a device's register: those that it takes, and those that
// it refuses, which must come back as access faults. It expects a disk of 0x8080 sectors: the
// capacity, which can be read in any width, then tells zero from sign extension.

#include "guest.hpp"

extern "C" std::uint64_t check_all_registers(std::uint64_t scratch); // registers.S

namespace {

constexpr std::uint64_t scratch = uart + 7;                 // takes 1 byte
constexpr std::uint64_t enables = plic + 0x2080;            // takes 4
constexpr std::uint64_t capacity = virtio + 0x100;          // reads as 1, 2, 4 or 8
constexpr std::uint64_t untouched = 0x5555'5555'5555'5555;

// The instruction has a0 as its register and (a1), or (sp), as its address. `next` becomes 1 in
// the instruction behind it, which must neither be skipped nor lost in the middle.
#define ACCESS(code, address, value)                                                               \
    register std::uint64_t a0 asm("a0") = value;                                                   \
    register std::uint64_t a1 asm("a1") = address;                                                 \
    register std::uint64_t next asm("a2") = 0;                                                     \
    asm volatile("mv t0, sp\n" code "\n c.li a2, 1\n mv sp, t0"                                    \
                 : "+r"(a0), "+r"(next)                                                            \
                 : "r"(a1)                                                                         \
                 : "t0", "memory");                                                                \
    const std::uint64_t result = a0, behind = next;                                                \
    check(code ": the instruction behind it", behind, 1)

#define LOADS(code, address, expected)                                                             \
    {                                                                                              \
        trap.cause = no_trap;                                                                      \
        ACCESS(code, address, untouched);                                                          \
        check(code ": trap", trap.cause, no_trap);                                                 \
        check(code ": value", result, expected);                                                   \
    }

#define STORES(code, address, value)                                                               \
    {                                                                                              \
        trap.cause = no_trap;                                                                      \
        ACCESS(code, address, value);                                                              \
        check(code ": trap", trap.cause, no_trap);                                                 \
        check(code ": register", result, value);                                                   \
    }

#define FAULTS(code, address, expected)                                                            \
    {                                                                                              \
        trap.cause = no_trap;                                                                      \
        ACCESS(code, address, untouched);                                                          \
        check(code ": register", result, untouched);                                               \
        check_trap(code ": fault", trap, expected, address);                                       \
    }

// An AMO's exit is reported as a load's by QEMU 7.2, so either of the two faults is right.
#define AMO_FAULTS(code, address)                                                                  \
    {                                                                                              \
        trap.cause = no_trap;                                                                      \
        ACCESS(code, address, untouched);                                                          \
        println(code ": cause ", trap.cause);                                                      \
        check(code ": register", result, untouched);                                               \
        check(code ": stval", trap.value, address);                                                \
    }

#define SP_FORM(code) "mv sp, a1\n" code

void loads() {
    LOADS("lb a0, (a1)", capacity, 0xffff'ffff'ffff'ff80);
    LOADS("lbu a0, (a1)", capacity, 0x80);
    LOADS("lh a0, (a1)", capacity, 0xffff'ffff'ffff'8080);
    LOADS("lhu a0, (a1)", capacity, 0x8080);
    LOADS("lw a0, -4(a1)", capacity + 4, 0x8080);
    LOADS("lwu a0, 4(a1)", capacity - 4, 0x8080);
    LOADS("ld a0, (a1)", capacity, 0x8080);
    LOADS("c.lw a0, (a1)", capacity, 0x8080);
    LOADS("c.ld a0, (a1)", capacity, 0x8080);
    LOADS(SP_FORM("c.lwsp a0, (sp)"), capacity, 0x8080);
    LOADS(SP_FORM("c.ldsp a0, (sp)"), capacity, 0x8080);
    LOADS("c.lw a0, 16(a1)", capacity - 16, 0x8080);
    LOADS(SP_FORM("c.ldsp a0, 16(sp)"), capacity - 16, 0x8080);
    LOADS("lbu a0, 1(a1)", capacity, 0x80);
    LOADS("lw zero, (a1)\n mv a0, zero", capacity, 0);
}

void stores() {
    STORES("sb a0, (a1)", scratch, 0x1ff);
    LOADS("lbu a0, (a1)", scratch, 0xff);
    LOADS("lb a0, (a1)", scratch, ~0ull);
    STORES("sb zero, (a1)", scratch, 5);
    LOADS("lbu a0, (a1)", scratch, 0);

    STORES("sw a0, (a1)", enables, 0x1234'5678'ffff'fffe);
    LOADS("lw a0, (a1)", enables, 0xffff'ffff'ffff'fffe);
    LOADS("lwu a0, (a1)", enables, 0xffff'fffe);
    LOADS("c.lw a0, (a1)", enables, 0xffff'ffff'ffff'fffe);
    LOADS(SP_FORM("c.lwsp a0, (sp)"), enables, 0xffff'ffff'ffff'fffe);
    STORES("c.sw a0, (a1)", enables, 0x402);
    LOADS("lw a0, (a1)", enables, 0x402);
    STORES(SP_FORM("c.swsp a0, (sp)"), enables, 0x404);
    LOADS("lw a0, (a1)", enables, 0x404);
    STORES("sw zero, (a1)", enables, 5);
    LOADS("lw a0, (a1)", enables, 0);

    // The configuration space takes every width and keeps nothing.
    STORES("sh a0, (a1)", capacity, 1);
    STORES("sd a0, (a1)", capacity, 1);
    STORES("c.sd a0, (a1)", capacity, 1);
    STORES(SP_FORM("c.sdsp a0, (sp)"), capacity, 1);
    LOADS("ld a0, (a1)", capacity, 0x8080);
}

void refused() {
    FAULTS("lh a0, (a1)", uart + 6, load_access_fault);
    FAULTS("lw a0, (a1)", uart + 4, load_access_fault);
    FAULTS("ld a0, (a1)", uart, load_access_fault);
    FAULTS("c.ld a0, (a1)", uart, load_access_fault);
    FAULTS("sh a0, (a1)", uart + 6, store_access_fault);
    FAULTS("sw a0, (a1)", uart + 4, store_access_fault);
    FAULTS("sd a0, (a1)", uart, store_access_fault);
    FAULTS("lb a0, (a1)", virtio, load_access_fault);
    FAULTS("lhu a0, (a1)", virtio, load_access_fault);
    FAULTS("sd a0, (a1)", virtio + 0x10, store_access_fault);
    FAULTS("sb a0, (a1)", virtio + 0x70, store_access_fault);
    FAULTS("lb a0, (a1)", enables, load_access_fault);
    FAULTS("ld a0, (a1)", enables, load_access_fault);
    FAULTS("sh a0, (a1)", enables, store_access_fault);
    FAULTS("c.sd a0, (a1)", enables, store_access_fault);
    FAULTS(SP_FORM("c.sdsp a0, (sp)"), enables, store_access_fault);
    FAULTS(SP_FORM("c.ldsp a0, (sp)"), enables, load_access_fault);
}

void misaligned() {
    FAULTS("lw a0, (a1)", enables + 2, load_access_fault);
    FAULTS("lh a0, (a1)", capacity + 1, load_access_fault);
    FAULTS("ld a0, (a1)", capacity + 4, load_access_fault);
    FAULTS("sw a0, (a1)", enables + 1, store_access_fault);
    FAULTS("sd a0, (a1)", capacity + 4, store_access_fault);
}

void nothing_there() {
    FAULTS("lb a0, (a1)", 0, load_access_fault);
    FAULTS("ld a0, (a1)", 0x2000'0000, load_access_fault);
    FAULTS("sw a0, (a1)", 0x10'0000, store_access_fault); // the host's test device
    FAULTS("lw a0, (a1)", 0x200'0000, load_access_fault); // the host's CLINT
    FAULTS("lw a0, (a1)", virtio + 0x1000, load_access_fault);
    FAULTS("lw a0, (a1)", plic + 0x60'0000, load_access_fault);
    FAULTS("lbu a0, (a1)", uart + 0x100, load_access_fault);
    FAULTS("c.sw a0, (a1)", 0x7fff'fffc, store_access_fault); // right before RAM
    FAULTS("ld a0, (a1)", 1ull << 40, load_access_fault);
    FAULTS("sd a0, (a1)", 1ull << 40, store_access_fault);
    FAULTS("ld a0, (a1)", 1ull << 50, load_access_fault); // more than the second stage translates
    FAULTS("sb a0, (a1)", 1ull << 50, store_access_fault);
}

void not_emulated() {
    AMO_FAULTS("lr.w a0, (a1)", enables);
    AMO_FAULTS("amoadd.w a0, a0, (a1)", enables);
    AMO_FAULTS("amoswap.d a0, a0, (a1)", capacity);
    asm volatile("csrs sstatus, %0" ::"r"(1 << 13)); // the floating-point registers can be used
    FAULTS(".option push\n .option arch, +d\n flw fa0, (a1)\n .option pop", capacity,
           load_access_fault);
    FAULTS(".option push\n .option arch, +d\n fld fa0, (a1)\n .option pop", capacity,
           load_access_fault);
    FAULTS(".option push\n .option arch, +d\n fsw fa0, (a1)\n .option pop", capacity,
           store_access_fault);
    FAULTS(".option push\n .option arch, +d\n c.fld fa0, (a1)\n .option pop", capacity,
           load_access_fault);
    FAULTS(".option push\n .option arch, +d\n c.fsd fa0, (a1)\n .option pop", capacity,
           store_access_fault);
}

void jump(std::uint64_t address) {
    const Trap got = attempt([=] { reinterpret_cast<void (*)()>(address)(); });
    check_trap("jump", got, instruction_access_fault, address);
    check("jump: sepc", got.pc, address);
}

} // namespace

void guest_main(std::uint64_t, std::uint64_t) {
    loads();
    stores();
    refused();
    misaligned();
    nothing_there();
    not_emulated();
    jump(uart);
    jump(0);
    jump(0x2000'0000);
    check("registers", check_all_registers(scratch), 0);
}
