// Every way to touch a device, and what is none: the guest gets a value or a fault, never the
// machine's own devices or memory.

#include "driver.hpp"

namespace {

/// One load or store of `width` bytes.
Trap access(bool store, unsigned width, std::uint64_t address, std::uint64_t& value) {
    return attempt([&] {
        switch (width * 2 + store) {
        case 2:
            asm volatile("lbu %0, (%1)" : "+r"(value) : "r"(address) : "memory");
            break;
        case 3:
            asm volatile("sb %0, (%1)" ::"r"(value), "r"(address) : "memory");
            break;
        case 4:
            asm volatile("lhu %0, (%1)" : "+r"(value) : "r"(address) : "memory");
            break;
        case 5:
            asm volatile("sh %0, (%1)" ::"r"(value), "r"(address) : "memory");
            break;
        case 8:
            asm volatile("lwu %0, (%1)" : "+r"(value) : "r"(address) : "memory");
            break;
        case 9:
            asm volatile("sw %0, (%1)" ::"r"(value), "r"(address) : "memory");
            break;
        case 16:
            asm volatile("ld %0, (%1)" : "+r"(value) : "r"(address) : "memory");
            break;
        case 17:
            asm volatile("sd %0, (%1)" ::"r"(value), "r"(address) : "memory");
            break;
        }
    });
}

constexpr unsigned widths[] = {1, 2, 4, 8};

/// A fault of the right kind, which names the address.
void expect_fault(const char* what, const Trap& got, bool store, std::uint64_t address) {
    const std::uint64_t fault = store ? store_access_fault : load_access_fault;
    if (got.cause != fault || got.value != address) {
        println(what, " at ", address);
        verify_trap(what, got, fault, address);
    }
}

void every_uart_access() {
    for (const unsigned width : widths) {
        for (std::uint64_t offset = 0; offset < 0x100; ++offset) {
            for (const bool store : {false, true}) {
                std::uint64_t value = store && offset == 0 ? '.' : 0;
                const Trap got = access(store, width, uart + offset, value);
                if (width == 1 && offset < 8) {
                    verify("a register of the UART", got.cause, no_trap);
                } else {
                    expect_fault("none of the UART", got, store, uart + offset);
                }
            }
        }
    }
    print("\n");
}

/// While DLAB is set the divisor is in the place of the first two registers, and of no others.
void uart_divisor() {
    constexpr std::uint64_t LCR = uart + 3, SCR = uart + 7;
    device<std::uint8_t>(SCR) = 0x5a;
    device<std::uint8_t>(LCR) = 0x83;
    device<std::uint8_t>(uart) = 1;
    device<std::uint8_t>(uart + 1) = 2;
    verify("DLL", device<std::uint8_t>(uart), 1);
    verify("DLM", device<std::uint8_t>(uart + 1), 2);
    verify("LCR", device<std::uint8_t>(LCR), 0x83);
    verify("SCR", device<std::uint8_t>(SCR), 0x5a);
    device<std::uint8_t>(SCR) = 0xa5;
    device<std::uint8_t>(LCR) = 3;
    verify("LCR", device<std::uint8_t>(LCR), 3);
    verify("SCR", device<std::uint8_t>(SCR), 0xa5);
    verify("IER", device<std::uint8_t>(uart + 1), 0);
}

/// 4.2.2.2 of virtio: registers are 32 bits wide; the configuration space behind them is not.
void every_virtio_access() {
    for (const unsigned width : widths) {
        for (std::uint64_t offset = 0; offset < 0x1000; ++offset) {
            for (const bool store : {false, true}) {
                std::uint64_t value = offset * 0x0101'0101;
                const Trap got = access(store, width, virtio + offset, value);
                const bool aligned = offset % width == 0;
                if (!aligned || (offset < Config && width != 4)) {
                    expect_fault("no register of the disk", got, store, virtio + offset);
                } else {
                    verify("a register of the disk", got.cause, no_trap);
                }
            }
        }
        reg(Status) = 0;
    }
}

void try_plic(std::uint64_t from, std::uint64_t to, std::uint64_t by) {
    for (std::uint64_t offset = from; offset < to; offset += by) {
        for (const unsigned width : widths) {
            for (const bool store : {false, true}) {
                std::uint64_t value = ~0ul;
                const Trap got = access(store, width, plic + offset, value);
                if (width != 4 || offset % 4 != 0) {
                    expect_fault("no register of the PLIC", got, store, plic + offset);
                } else {
                    verify("a register of the PLIC", got.cause, no_trap);
                }
            }
        }
    }
}

void every_plic_access() {
    try_plic(0, 0x100, 1);
    try_plic(0x100, 0x1000, 0x3c);
    try_plic(0x1000, 0x1010, 1);
    try_plic(0x1080, 0x2000, 0xfc);
    try_plic(0x2000, 0x2110, 1);
    try_plic(0x2110, 0x20'0000, 0x3ffc);
    try_plic(0x20'0ff0, 0x20'1010, 1);
    try_plic(0x20'1000, 0x60'0000, 0x7ffc);
    try_plic(0x5f'fff0, 0x60'0000, 1);
    // Priorities have three bits, and source 0 does not exist.
    verify("priority", device<std::uint32_t>(plic + 4 * 10), 7);
    verify("enabled", device<std::uint32_t>(plic + 0x2080), 0xffff'fffe);
    verify("claim", device<std::uint32_t>(plic + 0x20'1004), 0);
    for (std::uint64_t source = 0; source < 1024; ++source) {
        device<std::uint32_t>(plic + 4 * source) = 0;
    }
    device<std::uint32_t>(plic + 0x2080) = 0;
}

/// Sources and contexts that the guest's PLIC does not have: nothing is kept there.
void absent_plic_registers() {
    for (std::uint64_t offset = 4 * 32; offset < 0x1000; offset += 4) {
        device<std::uint32_t>(plic + offset) = 7;
        verify("priority of no source", device<std::uint32_t>(plic + offset), 0);
    }
    for (const std::uint64_t offset : {0x2000, 0x2084, 0x2100, 0x20'0000, 0x20'2000, 0x20'2004}) {
        device<std::uint32_t>(plic + offset) = 7;
        verify("register of no context", device<std::uint32_t>(plic + offset), 0);
    }
}

/// Sources that do not exist, claimed and completed.
void plic_garbage() {
    for (const std::uint32_t source :
         {0u, 1u, 10u, 31u, 32u, 33u, 63u, 64u, 1023u, 0x8000'0000u, 0xffff'ffffu}) {
        device<std::uint32_t>(plic + 0x20'1004) = source;
        device<std::uint32_t>(plic + 0x20'0004) = source;
        verify("claim", device<std::uint32_t>(plic + 0x20'1004), 0);
    }
}

/// A completed request interrupts once for each claim, whatever was done to the PLIC before.
void plic_still_works() {
    device<std::uint32_t>(plic + 4 * 1) = 1;
    device<std::uint32_t>(plic + 0x2080) = 1 << 1;
    device<std::uint32_t>(plic + 0x20'1000) = 0;
    start();
    verify("status", request(IN, 3, data(), 512), OK);
    wait_for_interrupt(1 << external);
    verify("interrupt", trap.cause, interrupt | external);
    verify("claim", device<std::uint32_t>(plic + 0x20'1004), 1);
    verify("claimed once", device<std::uint32_t>(plic + 0x20'1004), 0);
    for (const std::uint32_t other : {0u, 2u, 33u, 65u, 0x8000'0001u}) {
        device<std::uint32_t>(plic + 0x20'1004) = other; // completes another one, or none
        verify("still being served", device<std::uint32_t>(plic + 0x20'1004), 0);
    }
    reg(InterruptACK) = 1;
    device<std::uint32_t>(plic + 0x20'1004) = 1;
    verify("acknowledged", device<std::uint32_t>(plic + 0x20'1004), 0);
    device<std::uint32_t>(plic + 0x2080) = 0;
}

/// A fault while interrupts are on or off: the handler finds them off, and gets back to how it was.
void faults_keep_the_interrupt_state() {
    for (const std::uint64_t enabled : {0, 2}) {
        std::uint64_t after, value = 0;
        asm volatile("csrs sstatus, %0" ::"r"(enabled));
        const Trap got = access(false, 8, uart, value);
        asm volatile("csrr %0, sstatus" : "=r"(after));
        asm volatile("csrci sstatus, 2");
        expect_fault("refused", got, false, uart);
        verify("sstatus.SIE", after & 2, enabled);

        std::uint64_t inside;
        asm volatile("la t0, 1f\n"
                     "csrrw t1, stvec, t0\n"
                     "csrs sstatus, %2\n"
                     "ld t2, (%1)\n"
                     ".balign 4\n"
                     "1: csrr %0, sstatus\n"
                     "csrw stvec, t1\n"
                     "csrci sstatus, 2"
                     : "=&r"(inside)
                     : "r"(uart), "r"(enabled)
                     : "t0", "t1", "t2", "memory");
        verify("SIE in the handler", inside & 2, 0);
        verify("SPIE in the handler", inside & 0x20, enabled << 4);
        verify("SPP in the handler", inside & 0x100, 0x100);
    }
}

/// What is neither RAM nor a device: whether the machine has something there or not.
void expect_nothing(std::uint64_t address) {
    for (const unsigned width : widths) {
        for (const bool store : {false, true}) {
            std::uint64_t value = untouched;
            const Trap got = access(store, width, address & ~std::uint64_t{width - 1}, value);
            expect_fault("nothing", got, store, address & ~std::uint64_t{width - 1});
            verify("the value", value, untouched);
        }
    }
}

bool is_ours(std::uint64_t address) {
    return (address >= ram.start && address < ram.end) ||
           (address >= plic && address < plic + 0x60'0000) ||
           (address >= virtio && address < virtio + 0x1000) ||
           (address >= uart && address < uart + 0x100);
}

void nothing_around_ram() {
    for (std::uint64_t distance = 8; distance <= 64 * MiB; distance *= 2) {
        expect_nothing(ram.start - distance);
        expect_nothing(ram.end + distance - 8);
    }
}

/// In steps of what the second stage maps at once, and in smaller ones where it could have smaller.
void nothing_below_16_gib() {
    for (std::uint64_t address = 0; address < 16ul << 30; address += 2 * MiB) {
        if (!is_ours(address)) {
            std::uint64_t value = untouched;
            expect_fault("nothing", access(false, 8, address, value), false, address);
            verify("the value", value, untouched);
            if (address % (16 * MiB) == 0) {
                expect_fault("nothing", access(true, 4, address, value), true, address);
            }
        }
    }
    for (std::uint64_t page = 0x1000'0000; page < 0x1010'0000; page += 4 * KiB) {
        if (page != uart && page != virtio) {
            expect_nothing(page);
        }
    }
}

/// Sv39x4 translates 41 bits, but an address has 64.
void nothing_far_away() {
    for (unsigned bit = 12; bit < 64; ++bit) {
        for (const std::uint64_t low : {0ul, ram.start, uart, virtio, plic + 0x20'1000}) {
            const std::uint64_t address = low ^ 1ul << bit;
            if (!is_ours(address)) {
                expect_nothing(address);
            }
        }
    }
    expect_nothing(~0ul);
    expect_nothing(1ul << 63);
    expect_nothing((1ul << 63) - 1);
}

/// The machine's own devices: none of them is the guest's.
void devices_of_the_machine() {
    for (const std::uint64_t address : {0x1000ul,    // the reset vector
                                        0x10'0000ul, // the test device, which would end the machine
                                        0x10'1000ul, // the clock
                                        0x200'0000ul,  // the CLINT
                                        0x200'4000ul,  // and its timer
                                        0x200'bff8ul,  // and its time
                                        0x300'0000ul,  // PCI
                                        0x1000'0100ul, // behind the UART
                                        0x1000'2000ul, // more virtio devices
                                        0x1000'8000ul, 0x1010'0000ul, 0x2000'0000ul, 0x2400'0000ul,
                                        0x3000'0000ul, 0x4000'0000ul}) {
        expect_nothing(address);
    }
}

void jump(std::uint64_t address, const char* what = "jump") {
    const Trap got = attempt([=] {
        reinterpret_cast<void (*)()>(address)();
    });
    if (got.cause != instruction_access_fault || got.value != address || got.pc != address) {
        println(what, " to ", address);
        verify_trap(what, got, instruction_access_fault, address);
        verify("sepc", got.pc, address);
    }
}

void jumps() {
    for (const std::uint64_t address :
         {uart, uart + 8, virtio, virtio + Config, plic, plic + 0x20'1004, 0ul, 0x1000ul,
          0x10'0000ul, ram.end, ram.end + 2 * MiB, ram.start - 2, ram.start - 2 * MiB,
          0x2000'0000ul, 1ul << 40, 1ul << 41, 1ul << 55, 1ul << 63, ~1ul}) {
        jump(address);
    }
    // An instruction of 4 bytes of which only two are in RAM.
    device<std::uint16_t>(ram.end - 2) = 0x0513; // the first half of an addi
    asm volatile("fence.i" ::: "memory");
    const std::uint64_t last = ram.end - 2;
    const Trap got = attempt([=] {
        reinterpret_cast<void (*)()>(last)();
    });
    verify("half an instruction", got.cause, instruction_access_fault);
    // The handler goes on behind it, where there is nothing either.
    expect("its stval", got.value == ram.end || got.value == ram.end + 2);
}

#define TRY(code, address)                                                                         \
    [&] {                                                                                          \
        register std::uint64_t a0 asm("a0") = 0x1234;                                              \
        register std::uint64_t a1 asm("a1") = address;                                             \
        register std::uint64_t next asm("a2") = 0;                                                 \
        trap.cause = no_trap;                                                                      \
        asm volatile("mv t0, sp\n" code "\n c.li a2, 1\n mv sp, t0"                                \
                     : "+r"(a0), "+r"(next)                                                        \
                     : "r"(a1)                                                                     \
                     : "t0", "memory");                                                            \
        const std::uint64_t result = a0, behind = next;                                            \
        verify(code ": the instruction behind it", behind, 1);                                     \
        return result;                                                                             \
    }()

/// An AMO's exit is a store's, but QEMU 7.2 calls it a load's: either fault is taken here. It must
/// be one, as nothing of that kind was done.
#define ATOMIC(code, address)                                                                      \
    {                                                                                              \
        verify(code, TRY(code, address), 0x1234);                                                  \
        expect(code, trap.cause == store_access_fault || trap.cause == load_access_fault);         \
        verify(code ": stval", trap.value, address);                                               \
    }

void atomics() {
    constexpr std::uint64_t enables = plic + 0x2080;
    device<std::uint32_t>(enables) = 0x402;
    ATOMIC("lr.w a0, (a1)", enables);
    ATOMIC("lr.d a0, (a1)", virtio + Config);
    ATOMIC("amoadd.w a0, a0, (a1)", enables);
    ATOMIC("amoswap.w a0, a0, (a1)", enables);
    ATOMIC("amoor.w a0, a0, (a1)", enables);
    ATOMIC("amominu.w a0, a0, (a1)", enables);
    ATOMIC("amoswap.d a0, a0, (a1)", virtio + Config);
    ATOMIC("amoadd.w a0, a0, (a1)", virtio + Status);
    ATOMIC("amoadd.w a0, a0, (a1)", 0x2000'0000ul);
    ATOMIC("amoadd.d a0, a0, (a1)", ram.end);
    verify("what was there", device<std::uint32_t>(enables), 0x402);
    device<std::uint32_t>(enables) = 0;
    // A store-conditional without a reservation fails by itself, or faults.
    const std::uint64_t result = TRY("sc.w a0, a0, (a1)", enables);
    expect("sc.w", trap.cause != no_trap || result != 0);
    verify("what was there", device<std::uint32_t>(enables), 0);
}

#define FLOAT(code, address, fault)                                                                \
    {                                                                                              \
        const std::uint64_t at = address;                                                          \
        TRY(".option push\n .option arch, +d\n " code "\n .option pop", at);                       \
        verify(code, trap.cause, fault);                                                           \
        verify(code ": stval", trap.value, at);                                                    \
    }

void floating_point() {
    asm volatile("csrs sstatus, %0" ::"r"(1 << 13)); // the registers can be used
    for (const std::uint64_t address : {virtio + Config, plic + 0x2080, 0x2000'0000ul}) {
        FLOAT("flw fa0, (a1)", address, load_access_fault);
        FLOAT("fld fa0, (a1)", address, load_access_fault);
        FLOAT("fsw fa0, (a1)", address, store_access_fault);
        FLOAT("fsd fa0, (a1)", address, store_access_fault);
        FLOAT("c.fld fa0, (a1)", address, load_access_fault);
        FLOAT("c.fsd fa0, (a1)", address, store_access_fault);
        FLOAT("mv sp, a1\n c.fldsp fa0, (sp)", address, load_access_fault);
        FLOAT("mv sp, a1\n c.fsdsp fa0, (sp)", address, store_access_fault);
    }
    verify("what was there", device<std::uint32_t>(plic + 0x2080), 0);
}

/// x0 stays 0, and what is loaded there is still loaded.
void register_zero() {
    verify("lw zero", TRY("lw zero, (a1)\n mv a0, zero", virtio), 0);
    verify("trap", trap.cause, no_trap);
    verify("lbu zero", TRY("lbu zero, (a1)\n mv a0, zero", uart + 5), 0);
    verify("ld zero", TRY("ld zero, (a1)\n mv a0, zero", virtio + Config), 0);
    device<std::uint8_t>(uart + 7) = 0x77;
    TRY("sb zero, (a1)", uart + 7);
    verify("sb zero", device<std::uint8_t>(uart + 7), 0);
    verify("lw zero, nothing there", TRY("lw zero, (a1)", 0x2000'0000ul), 0x1234);
    verify("trap", trap.cause, load_access_fault);
    std::uint64_t zero;
    asm volatile("mv %0, zero" : "=r"(zero));
    verify("zero", zero, 0);
}

/// The stack pointer is a device's address while an exit saves and restores it.
void stack_in_a_device() {
    verify("c.lwsp", TRY("mv sp, a1\n c.lwsp a0, 0(sp)", virtio), 0x7472'6976);
    verify("trap", trap.cause, no_trap);
    verify("c.ldsp", TRY("mv sp, a1\n c.ldsp a0, 0(sp)", virtio + Config), capacity());
    TRY("mv sp, a1\n c.swsp a0, 0(sp)", plic + 0x2080);
    verify("c.swsp", device<std::uint32_t>(plic + 0x2080), 0x1234);
    device<std::uint32_t>(plic + 0x2080) = 0;
    verify("c.ldsp refused", TRY("mv sp, a1\n c.ldsp a0, 0(sp)", virtio), 0x1234);
    verify("its trap", trap.cause, load_access_fault);
    verify("c.sdsp refused", TRY("mv sp, a1\n c.sdsp a0, 0(sp)", uart), 0x1234);
    verify("its trap", trap.cause, store_access_fault);
    verify("into sp itself", TRY("mv sp, a1\n c.lwsp sp, 0(sp)\n mv a0, sp", virtio), 0x7472'6976);
    verify("into its own address", TRY("lw a1, (a1)\n mv a0, a1", virtio), 0x7472'6976);
    TRY("li sp, -1\n lw a0, (a1)", virtio);
    verify("a stack that is nowhere", trap.cause, no_trap);
}

constexpr Case cases[] = {
    {"every-uart-access", every_uart_access},
    {"uart-divisor", uart_divisor},
    {"every-virtio-access", every_virtio_access},
    {"every-plic-access", every_plic_access},
    {"absent-plic-registers", absent_plic_registers},
    {"plic-garbage", plic_garbage},
    {"plic-still-works", plic_still_works},
    {"faults-keep-the-interrupt-state", faults_keep_the_interrupt_state},
    {"nothing-around-ram", nothing_around_ram},
    {"nothing-below-16-gib", nothing_below_16_gib},
    {"nothing-far-away", nothing_far_away},
    {"devices-of-the-machine", devices_of_the_machine},
    {"jumps", jumps},
    {"atomics", atomics},
    {"floating-point", floating_point},
    {"register-zero", register_zero},
    {"stack-in-a-device", stack_in_a_device},
};

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    read_tree(tree);
    run_cases(cases, works);
}
