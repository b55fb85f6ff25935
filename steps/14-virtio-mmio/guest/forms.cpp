// A guest that tries every form of load and store on the UART's scratch register. That has one byte:
// wider accesses of it are no more than access faults, with the cause and address that are right.

#include <cstdint>

asm(R"(
    .text
    .global _start
_start:
    lla     sp, stack_top
    lla     t0, skip
    csrw    stvec, t0
    j       try_all

    // Notes a fault, and goes on behind the instruction. What it uses nobody else does.
    .balign 4
skip:
    lla     t5, cause
    csrr    t6, scause
    sd      t6, 0(t5)
    csrr    t6, stval
    sd      t6, 8(t5)
    csrr    t5, sepc
    lbu     t6, 0(t5)
    andi    t6, t6, 3
    addi    t6, t6, -3
    seqz    t6, t6              // 1 if it has 4 bytes
    addi    t6, t6, 1
    slli    t6, t6, 1
    add     t5, t5, t6
    csrw    sepc, t5
    sret

    // std::uint64_t form(address, value): what is in the register afterwards.
    .macro  form name, instruction:vararg
form_\name:
    mv      t0, sp
    mv      sp, a0
    .option push
    .option norvc
    \instruction
    .option pop
    mv      sp, t0
    mv      a0, a1
    ret
    .endm
    .macro  compressed_form name, instruction:vararg
form_\name:
    mv      t0, sp
    mv      sp, a0
    \instruction
    mv      sp, t0
    mv      a0, a1
    ret
    .endm
    form    lb, lb a1, 0(a0)
    form    lbu, lbu a1, -5(a0)
    form    lh, lh a1, 0(a0)
    form    lhu, lhu a1, 0(a0)
    form    lw, lw a1, 0(a0)
    form    lwu, lwu a1, 0(a0)
    form    ld, ld a1, 0(a0)
    form    sb, sb a1, 5(a0)
    form    sh, sh a1, 0(a0)
    form    sw, sw a1, 0(a0)
    form    sd, sd a1, 0(a0)
    compressed_form c_lw, c.lw a1, 0(a0)
    compressed_form c_ld, c.ld a1, 0(a0)
    compressed_form c_sw, c.sw a1, 0(a0)
    compressed_form c_sd, c.sd a1, 0(a0)
    compressed_form c_lwsp, c.lwsp a1, 0(sp)
    compressed_form c_ldsp, c.ldsp a1, 0(sp)
    compressed_form c_swsp, c.swsp a1, 0(sp)
    compressed_form c_sdsp, c.sdsp a1, 0(sp)
form_lb_zero:
    lb      zero, 0(a0)
    mv      a0, zero
    ret

    .pushsection .bss
    .balign 16
    .skip   4096
stack_top:
    .popsection
)");

/// Executes one form of load or store. Returns what is in its register afterwards.
using Run = std::uint64_t(std::uint64_t address, std::uint64_t value);
extern "C" Run form_lb, form_lbu, form_lh, form_lhu, form_lw, form_lwu, form_ld, form_sb, form_sh,
    form_sw, form_sd, form_c_lw, form_c_ld, form_c_sw, form_c_sd, form_c_lwsp, form_c_ldsp,
    form_c_swsp, form_c_sdsp, form_lb_zero;

/// The last fault.
extern "C" {
volatile std::uint64_t cause[2];
}

namespace {

constexpr std::uint64_t uart = 0x1000'0000, line_status = uart + 5, scratch = uart + 7;
constexpr std::uint64_t load_fault = 5, store_fault = 7;
constexpr std::uint64_t in_scratch = 0x9c, before = 0x1122'3344'5566'77a5;

/// The byte at `address`, which may be a register of the UART.
volatile unsigned char& byte(std::uint64_t address) {
    return *reinterpret_cast<volatile unsigned char*>(address);
}

/// Prints `text` through the UART.
void print(const char* text) {
    for (; *text != '\0'; ++text) {
        while ((byte(line_status) & 0x20) == 0) {
        }
        byte(uart) = static_cast<unsigned char>(*text);
    }
}

/// A form, and what is right for it.
struct Form {
    const char* name;
    Run* run;
    std::uint64_t address;  ///< what is in its address register
    std::uint64_t result;   ///< what is in the other register afterwards
    std::uint64_t stored;   ///< what is in the scratch register afterwards
    std::uint64_t fault = 0;
};

/// The forms that are wider include the scratch register as their last byte.
const Form forms[] = {
    {"LB", form_lb, scratch, 0xffff'ffff'ffff'ff9c, in_scratch},
    {"LBU", form_lbu, scratch + 5, 0x9c, in_scratch},
    {"LB into register 0", form_lb_zero, scratch, 0, in_scratch},
    {"SB", form_sb, scratch - 5, before, 0xa5},
    {"LH", form_lh, uart + 6, before, in_scratch, load_fault},
    {"LHU", form_lhu, uart + 6, before, in_scratch, load_fault},
    {"LW", form_lw, uart + 4, before, in_scratch, load_fault},
    {"LWU", form_lwu, uart + 4, before, in_scratch, load_fault},
    {"LD", form_ld, uart, before, in_scratch, load_fault},
    {"SH", form_sh, uart + 6, before, in_scratch, store_fault},
    {"SW", form_sw, uart + 4, before, in_scratch, store_fault},
    {"SD", form_sd, uart, before, in_scratch, store_fault},
    {"C.LW", form_c_lw, uart + 4, before, in_scratch, load_fault},
    {"C.LD", form_c_ld, uart, before, in_scratch, load_fault},
    {"C.LWSP", form_c_lwsp, uart + 4, before, in_scratch, load_fault},
    {"C.LDSP", form_c_ldsp, uart, before, in_scratch, load_fault},
    {"C.SW", form_c_sw, uart + 4, before, in_scratch, store_fault},
    {"C.SD", form_c_sd, uart, before, in_scratch, store_fault},
    {"C.SWSP", form_c_swsp, uart + 4, before, in_scratch, store_fault},
    {"C.SDSP", form_c_sdsp, uart, before, in_scratch, store_fault},
};
constexpr unsigned count = sizeof forms / sizeof forms[0];

/// Whether `form` does what is right for it.
bool works(const Form& form) {
    byte(scratch) = in_scratch;
    cause[0] = 0;
    cause[1] = 0;
    const std::uint64_t result = form.run(form.address, before);
    return result == form.result && byte(scratch) == form.stored && cause[0] == form.fault &&
           cause[1] == (form.fault != 0 ? form.address : 0);
}

} // namespace

/// Tries all forms, says which do not work, and ends the guest.
extern "C" [[noreturn]] void try_all() {
    unsigned good = 0;
    for (const Form& form : forms) {
        if (works(form)) {
            ++good;
        } else {
            print("guest: this does not work: ");
            print(form.name);
            print("\n");
        }
    }
    if (good == count) {
        const char number[] = {'0' + count / 10, '0' + count % 10, '\0'};
        print("guest: all ");
        print(number);
        print(" forms work\n");
    }
    register std::uint64_t a7 asm("a7") = 8; // legacy shutdown
    asm volatile("ecall" : : "r"(a7) : "a0", "memory");
    for (;;) {
    }
}
