// A guest that says hello, one character a call, and asks to be shut down (SBI spec, chapter 5).

    .equ    console_putchar, 1
    .equ    shutdown, 8

    .text
    .global _start
_start:
    la      s0, text
next:
    lbu     a0, 0(s0)
    beqz    a0, end
    li      a7, console_putchar
    ecall
    addi    s0, s0, 1
    j       next
end:
    li      a7, shutdown
    ecall

text:
    .asciz  "hello from the guest\n"
