// A guest that calls its firmware at once, with an extension and a function that nobody has.

    .text
    .global _start
_start:
    li      a6, 6
    li      a7, 0x1234
    ecall
