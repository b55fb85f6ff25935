// Prints WORD, then COUNT numbers of which each is made of the one before, and shuts down.

#include "digits.inc"

    .section .text.start, "ax"
    .global _start
_start:
    print_text word
    print_end_of_line
    print_text name
    li      s1, FIRST
    li      s2, COUNT
next:
    print_number s1
    li      t0, 0x41c64e6d
    mul     s1, s1, t0
    li      t0, 0x3039
    add     s1, s1, t0
    addi    s2, s2, -1
    bgtz    s2, next
    print_end_of_line
    power_off

word:
    .asciz  WORD
name:
    .asciz  "numbers"
