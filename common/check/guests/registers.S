// Loads from and stores to the UART's scratch register with each register of the hart in each role,
// and prints a line of 32 numbers for each of the three:
//   target  what xN holds after `lbu xN`, when the byte was FIRST + 37 * N
//   source  what is there after `sb xN`, when xN was FIRST + 37 * N + 1
//   base    what `lbu` finds there, when xN holds the address
// What faults is skipped.

#include "digits.inc"

    .equ    SCRATCH, 0x10000007

    // \at and \work are registers that the roles need besides xN.
    .macro  try_roles n, at, work
    li      \at, SCRATCH
    li      \work, FIRST + 37 * \n
    sb      \work, (\at)
    li      x\n, 0x5555
    lbu     x\n, (\at)
    la      \work, target + 8 * \n
    sd      x\n, (\work)

    li      x\n, FIRST + 37 * \n + 1
    sb      x\n, (\at)
    li      \work, 0x5555
    lbu     \work, (\at)
    la      \at, source + 8 * \n
    sd      \work, (\at)

    li      x\n, SCRATCH + 3
    li      \work, 0x5555
    lbu     \work, -3(x\n)
    la      \at, base + 8 * \n
    sd      \work, (\at)
    .endm

    .macro  try n
    .if     \n == 5 || \n == 6
    try_roles \n, a0, a1
    .else
    try_roles \n, t0, t1
    .endif
    .endm

    .macro  print_table name
    print_text \name\()_text
    la      s1, \name
    li      s2, 32
9:  ld      a0, (s1)
    keep_number a0
    print_kept_number
    addi    s1, s1, 8
    addi    s2, s2, -1
    bgtz    s2, 9b
    print_end_of_line
    .endm

    .section .text.start, "ax"
    .global _start
_start:
    la      t0, skip
    csrw    stvec, t0
    .irp    n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    try     \n
    .endr
    .irp    n, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    try     \n
    .endr
    print_table target
    print_table source
    print_table base
    power_off

    .balign 4
skip:                               // all that may fault has four bytes
    csrw    sscratch, t0
    csrr    t0, sepc
    addi    t0, t0, 4
    csrw    sepc, t0
    csrr    t0, sscratch
    sret

target_text:
    .asciz  "target"
source_text:
    .asciz  "source"
base_text:
    .asciz  "base"

    .bss
    .balign 8
target:
    .space  32 * 8
source:
    .space  32 * 8
base:
    .space  32 * 8
