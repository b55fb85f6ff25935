// Prints TEXT with the legacy call for a character and shuts down.

    .section .text.start, "ax"
    .global _start
_start:
    la      s0, text
next:
    lbu     a0, 0(s0)
    beqz    a0, end
    li      a7, 1
    ecall
    addi    s0, s0, 1
    j       next
end:
    li      a7, 8
    ecall

text:
    .ascii  TEXT
    .asciz  "\n"
