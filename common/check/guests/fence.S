// A kernel, OFFSET above the start of RAM, that waits at _start + 0x1000 until somebody from
// outside sets s1; then it asks for remote fence s1 - 1 on its own hart, and waits again.

#include "digits.inc"

    .equ    RFENCE, 0x52464e43

    .section .text.start, "ax"
    .global _start
_start:
    j       begin
    .balign 8
    .dword  OFFSET
    .dword  0x10000
    .dword  0, 2, 0                 // flags, version 0.2, reserved
    .ascii  "RISCV\0\0\0RSC\005"
    .word   0

begin:
    print_text ready
    li      s1, 0
    j       waiting
ready:
    .asciz  "ready\n"

    .org    _start + 0x1000
waiting:
    beqz    s1, waiting
    addi    a6, s1, -1
    li      s1, 0
    li      a0, 1
    li      a1, 0
    li      a7, RFENCE
    ecall
    j       waiting
