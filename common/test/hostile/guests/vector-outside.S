// A guest whose trap vector lies right before its RAM, where it has nothing.
    .section .text.start, "ax"
    .global _start
_start:
    li      t0, 0x7ffffffc
    csrw    stvec, t0
    ld      t0, (zero)
