// A guest whose trap vector is a device, from which nothing can be fetched.
    .section .text.start, "ax"
    .global _start
_start:
    li      t0, 0x10000000
    csrw    stvec, t0
    unimp
