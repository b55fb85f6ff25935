// Fills all registers, makes a call, and looks whether each is still what it was: prints "lost" and
// the register's number, or "kept" and all of them added up. a0, a1 and a7 belong to the call.

#include "digits.inc"

    .macro  all_but_those_of_the_call what:vararg
    .irp    n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \what   \n
    .endr
    .endm

    .macro  fill n
    li      x\n, FIRST * \n
    .endm

    .macro  look n
    li      a1, FIRST * \n
    beq     x\n, a1, 1f
    li      s0, \n
    j       lost
1:  add     a7, a7, x\n
    .endm

    .section .text.start, "ax"
    .global _start
_start:
    all_but_those_of_the_call fill
    li      a0, '\n'
    li      a7, 1
    ecall
    li      a7, 0
    all_but_those_of_the_call look
    keep_number a7
    print_text kept_text
    j       end
lost:
    keep_number s0
    print_text lost_text
end:
    print_kept_number
    print_end_of_line
    power_off

kept_text:
    .asciz  "kept"
lost_text:
    .asciz  "lost"
