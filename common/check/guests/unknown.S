// Makes a call that no firmware has, at _start + 4 * NUMBER, and then shuts down.

    .section .text.start, "ax"
    .global _start
_start:
    li      a7, EXTENSION
    j       1f
    .balign 4
    .org    _start + 4 * NUMBER
1:  ecall
    li      a7, 8
    ecall
