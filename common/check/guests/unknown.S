// Makes a call that no firmware has.

    .section .text.start, "ax"
    .global _start
_start:
    li      a7, EXTENSION
    ecall
    li      a7, 8
    ecall
