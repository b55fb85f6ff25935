// A kernel with the header of a Linux Image that wants to be OFFSET above the start of RAM, and has
// SIZE bytes in memory. It prints where it is, clears what its file does not hold, and prints how
// its device tree begins then.

#include "digits.inc"

    .section .text.start, "ax"
    .global _start
_start:
    j       begin
    .balign 8
    .dword  OFFSET
    .dword  SIZE
    .dword  0, 2, 0                 // flags, version 0.2, reserved
    .ascii  "RISCV\0\0\0RSC\005"
    .word   0

begin:
    mv      s1, a1
    la      s0, _start
    print_text at_text
    print_number s0
    print_end_of_line
    la      t0, rest
    li      t1, SIZE
    add     t1, t1, s0
1:  sd      zero, (t0)
    addi    t0, t0, 8
    bltu    t0, t1, 1b
    lwu     s1, (s1)
    print_text tree_text
    print_number s1
    print_end_of_line
    power_off

at_text:
    .asciz  "at"
tree_text:
    .asciz  "tree"

    .org    _start + 0x20000
rest:
