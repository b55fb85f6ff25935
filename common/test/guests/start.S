// Where a bare-metal guest starts, in VS-mode with a0 = hart id and a1 = device tree, and its trap
// handler: it notes what the trap told and goes on behind the instruction that trapped.

    .equ    CAUSE, 0                // offsets in Trap (guest.hpp)
    .equ    PC, 8
    .equ    VALUE, 16
    .equ    COUNT, 24
    .equ    STATUS, 32

    .section .text.start, "ax"
    .global _start
_start:
    la      sp, stack_top
    la      t0, trap_stack_top
    csrw    sscratch, t0
    la      t0, trap_entry
    csrw    stvec, t0
    la      t0, bss_start
    la      t1, bss_end
1:  bgeu    t0, t1, 2f
    sd      zero, (t0)
    addi    t0, t0, 8
    j       1b
2:  call    guest_main
    j       finish

    .text
    .balign 4
    .global trap_entry
trap_entry:
    csrrw   sp, sscratch, sp        // the guest's own sp may point at a device
    addi    sp, sp, -32
    sd      t0, 0(sp)
    sd      t1, 8(sp)
    sd      t2, 16(sp)

    la      t0, trap
    ld      t1, COUNT(t0)
    addi    t1, t1, 1
    sd      t1, COUNT(t0)
    csrr    t1, sstatus
    sd      t1, STATUS(t0)
    csrr    t1, stval
    sd      t1, VALUE(t0)
    csrr    t1, sepc
    sd      t1, PC(t0)
    csrr    t2, scause
    sd      t2, CAUSE(t0)

    bltz    t2, interrupt
    csrr    t0, sstatus
    andi    t0, t0, 0x100           // SPP: zero if it came from user mode
    beqz    t0, from_user
    csrr    t0, stval               // it could not be fetched, so it cannot be skipped
    beq     t0, t1, to_caller
    lhu     t0, (t1)                // 2 bytes long unless its low bits are 11
    andi    t0, t0, 3
    addi    t0, t0, -3
    seqz    t0, t0
    slli    t0, t0, 1
    addi    t0, t0, 2
    add     t1, t1, t0
    j       2f
interrupt:
    csrw    sie, zero               // whoever waits for the next one enables it again
    j       2f
to_caller:
    mv      t1, ra
    j       2f
from_user:
    li      t0, 0x100
    csrs    sstatus, t0
    la      t1, user_return
2:  csrw    sepc, t1

    ld      t0, 0(sp)
    ld      t1, 8(sp)
    ld      t2, 16(sp)
    addi    sp, sp, 32
    csrrw   sp, sscratch, sp
    sret

// std::uint64_t run_user(entry, argument): runs `entry` in user mode with a0 = `argument` until it
// traps; returns its a0.
    .global run_user
run_user:
    addi    sp, sp, -16
    sd      ra, (sp)
    csrw    sepc, a0
    li      t0, 0x100
    csrc    sstatus, t0
    mv      a0, a1
    sret
user_return:
    ld      ra, (sp)
    addi    sp, sp, 16
    ret

    .bss
    .balign 16
    .space  8192
stack_top:
    .space  1024
trap_stack_top:
