// Registers and instructions of a machine that the guest does not have: that of M-mode and of the
// hypervisor. All of them are illegal instructions (Privileged spec 2.1 and 18.6.1: the guest is
// not to know that it is one).

#include "driver.hpp"

namespace {

alignas(4096) volatile std::uint32_t code[4];

/// Runs `instruction`, with a0 as `value` and a1 at data that it may ruin.
Trap execute(std::uint32_t instruction, std::uint64_t& value) {
    code[0] = instruction;
    code[1] = 0x00008067; // ret
    asm volatile("fence.i" ::: "memory");
    register std::uint64_t a0 asm("a0") = value;
    register std::uint64_t a1 asm("a1") = data_address();
    register std::uint64_t a2 asm("a2") = address_of(code);
    trap.cause = no_trap;
    asm volatile("jalr a2" : "+r"(a0), "+r"(a1), "+r"(a2)::"ra", "t0", "t1", "memory");
    value = a0;
    return trap;
}

constexpr std::uint32_t csrrw(std::uint32_t csr) {
    return csr << 20 | 10 << 15 | 1 << 12 | 10 << 7 | 0x73; // csrrw a0, csr, a0
}
constexpr std::uint32_t csrr(std::uint32_t csr) {
    return csr << 20 | 0 << 15 | 2 << 12 | 10 << 7 | 0x73; // csrrs a0, csr, zero
}

/// What S-mode has without the hypervisor extension (Privileged spec 2.2).
constexpr std::uint32_t supervisor_registers[] = {
    0x001, 0x002, 0x003,                      // fflags, frm, fcsr
    0x100, 0x104, 0x105, 0x106, 0x10a,        // sstatus, sie, stvec, scounteren, senvcfg
    0x140, 0x141, 0x142, 0x143, 0x144, 0x14d, // sscratch to sip, stimecmp
    0x180,                                    // satp
    0xc00, 0xc01, 0xc02,                      // cycle, time, instret
};

bool is_ours(std::uint32_t csr) {
    for (const std::uint32_t one : supervisor_registers) {
        if (one == csr) {
            return true;
        }
    }
    return false;
}

void every_register() {
    asm volatile("csrs sstatus, %0" ::"r"(1 << 13)); // floating point is on
    for (std::uint32_t csr = 0; csr < 0x1000; ++csr) {
        std::uint64_t value = 0x1234;
        const Trap got = execute(csrr(csr), value);
        if (is_ours(csr)) {
            if (csr != 0x14d) { // which is there with Sstc
                verify("a register of S-mode", got.cause, no_trap);
            }
        } else {
            if (got.cause != illegal_instruction) {
                println("register ", csr);
            }
            verify("none of ours", got.cause, illegal_instruction);
            verify("its value", value, 0x1234);
        }
    }
}

void write_every_register() {
    for (std::uint32_t csr = 0; csr < 0x1000; ++csr) {
        if (is_ours(csr)) {
            continue;
        }
        for (const std::uint64_t hostile : {0ul, ~0ul}) {
            std::uint64_t value = hostile;
            const Trap got = execute(csrrw(csr), value);
            if (got.cause != illegal_instruction) {
                println("register ", csr);
            }
            verify("none of ours", got.cause, illegal_instruction);
        }
    }
}

/// Our own, with everything in them that can be; each is put back before anything else happens.
void write_our_registers() {
    asm volatile("csrw sie, zero");
    for (const std::uint32_t csr : supervisor_registers) {
        if (csr >= 0xc00 || csr == 0x14d) {
            continue;
        }
        for (unsigned bit = 0; bit <= 64; ++bit) {
            const std::uint64_t hostile = bit == 64 ? ~0ul : 1ul << bit;
            if (csr == 0x180 && hostile >> 60 >= 8 && hostile >> 60 <= 10) {
                continue; // a page table that is there
            }
            code[0] = csrrw(csr);
            code[1] = csrrw(csr); // puts back what was there
            code[2] = 0x00008067; // ret
            asm volatile("fence.i" ::: "memory");
            register std::uint64_t a0 asm("a0") = hostile;
            register std::uint64_t a2 asm("a2") = address_of(code);
            asm volatile("jalr a2" : "+r"(a0), "+r"(a2)::"ra", "t0", "t1", "memory");
        }
    }
    std::uint64_t pending;
    asm volatile("csrw sip, %1\n csrr %0, sip\n csrw sip, zero" : "=r"(pending) : "r"(~0ul));
    verify("of all interrupts it can only make the software's pending", pending & ~2ul, 0);
}

constexpr std::uint32_t system = 0x73;

/// Loads and stores of the hypervisor (18.3.1), in all their encodings.
void hypervisor_loads_and_stores() {
    for (std::uint32_t funct7 = 0x30; funct7 < 0x38; ++funct7) {
        for (std::uint32_t rs2 = 0; rs2 < 32; ++rs2) {
            std::uint64_t value = 0x1234;
            const std::uint32_t rd = funct7 & 1 ? 0 : 10; // a store has none
            const std::uint32_t instruction =
                funct7 << 25 | rs2 << 20 | 11 << 15 | 4 << 12 | rd << 7 | system;
            const Trap got = execute(instruction, value);
            verify("a hypervisor's load or store", got.cause, illegal_instruction);
            verify("its value", value, 0x1234);
        }
    }
}

void fences_and_returns() {
    const struct {
        const char* name;
        std::uint32_t instruction;
    } instructions[] = {
        {"mret", 0x3020'0073},
        {"uret", 0x0020'0073},
        {"dret", 0x7b20'0073},
        {"hret", 0x2020'0073},
        {"mnret", 0x7020'0073},
        {"hfence.gvma", 0x6200'0073},
        {"hfence.gvma a0, a0", 0x62a5'0073},
        {"hfence.vvma", 0x2200'0073},
        {"hfence.vvma a0, a0", 0x22a5'0073},
        {"hinval.gvma", 0x6600'0073},
        {"hinval.vvma", 0x2600'0073},
    };
    for (const auto& one : instructions) {
        std::uint64_t value = 0x1234;
        verify(one.name, execute(one.instruction, value).cause, illegal_instruction);
    }
}

/// Any number where the system instructions are, but for those that the guest has.
void any_system_instruction() {
    std::uint32_t state = 1;
    for (int count = 0; count < 3000; ++count) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        // funct3 = 0, with rd as x0 or a0 and rs1 as a1.
        const std::uint32_t upper = state >> 20;
        const std::uint32_t instruction =
            upper << 20 | 11 << 15 | (state & 1 ? 10 << 7 : 0) | system;
        if (upper >> 5 == 0x09) {
            continue; // sfence.vma
        }
        std::uint64_t value = 0x1234;
        const Trap got = execute(instruction, value);
        if (got.cause != illegal_instruction) {
            println("instruction ", instruction);
        }
        verify("no instruction", got.cause, illegal_instruction);
    }
}

/// User mode's tries end in the guest's own kernel.
void user_mode() {
    for (const std::uint32_t instruction :
         {csrr(0x100), csrrw(0x180), csrr(0x600), csrrw(0x680), csrr(0x300), csrrw(0x3a0),
          0x1020'0073u /* sret */, 0x3020'0073u, 0x1200'0073u /* sfence.vma */, 0x6200'0073u,
          0x1050'0073u /* wfi */, 0x6c05'c573u /* hlv.d */}) {
        code[0] = instruction;
        code[1] = 0x0000'0073; // ecall
        asm volatile("fence.i" ::: "memory");
        trap.cause = no_trap;
        run_user(address_of(code), 0);
        verify("user mode", trap.cause, illegal_instruction);
    }
    // Its environment calls are its kernel's, and not the firmware's: this one would end the guest.
    code[0] = 0x0000'0073;
    asm volatile("fence.i" ::: "memory");
    trap.cause = no_trap;
    asm volatile("li a7, 8" ::: "a7");
    run_user(address_of(code), 0);
    verify("user mode's call", trap.cause, user_call);
}

/// A device's registers from user mode, by a page table that allows it: the fault is the kernel's.
void user_mode_at_devices() {
    code[0] = 0x0005'2503; // lw a0, (a0)
    code[1] = 0x0000'0073;
    asm volatile("fence.i" ::: "memory");
    trap.cause = no_trap;
    verify("value", run_user(address_of(code), virtio),
           0x7472'6976); // no translation: all is allowed
    verify("trap", trap.cause, user_call);
    run_user(address_of(code), 0x10'0000);
    verify_trap("the machine's test device", trap, load_access_fault, 0x10'0000);
    run_user(address_of(code), uart);
    verify_trap("a register that is refused", trap, load_access_fault, uart);
}

constexpr Case cases[] = {
    {"every-register", every_register},
    {"write-every-register", write_every_register},
    {"write-our-registers", write_our_registers},
    {"hypervisor-loads-and-stores", hypervisor_loads_and_stores},
    {"fences-and-returns", fences_and_returns},
    {"any-system-instruction", any_system_instruction},
    {"user-mode", user_mode},
    {"user-mode-at-devices", user_mode_at_devices},
};

} // namespace

void guest_main(std::uint64_t, std::uint64_t tree) {
    read_tree(tree);
    run_cases(cases, works);
}
