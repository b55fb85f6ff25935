// A guest whose trap vector lies where the machine has RAM, but not the guest: right before its own.
    .section .text.start, "ax"
    .global _start
_start:
    li      t0, 0x7ffffffc
    csrw    stvec, t0
    ld      t0, (zero)
