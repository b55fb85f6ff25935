// No guest: it runs before the hypervisor and has that start on another hart than the one that
// booted, which is nearly always hart 0. The hypervisor's first instruction is a jump to here;
// the real one stands at SAVED (see configurations.test.mjs).
    .equ    HYPERVISOR, 0x80200000
    .equ    SAVED, 0x802ffff8
    .equ    HSM, 0x48534d

    .section .text.start, "ax"
    .global _start
_start:
    li      t0, SAVED
    lw      t0, (t0)
    li      t1, HYPERVISOR
    sw      t0, (t1)
    fence
    mv      a2, a1                  // the device tree: that hart finds it in a1
    addi    a0, a0, 1
    andi    a0, a0, 3               // of four harts the next one
    mv      a1, t1
    li      a6, 0                   // hart_start
    li      a7, HSM
    ecall
1:  li      a6, 1                   // hart_stop
    li      a7, HSM
    ecall
    j       1b
