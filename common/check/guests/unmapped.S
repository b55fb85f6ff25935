// Runs by a mapping, takes it away without telling the hart, and loads from the UART. Who reads the
// instruction for that finds no code there: then the guest has a fault to take, in its own mode. It
// says "answered", or "fault" and the cause, and shuts down.

#include "digits.inc"

    .section .text.start, "ax"
    .global _start
_start:
    la      t0, fault
    csrw    stvec, t0

    // Sv39, entries for 1 GiB each: 0 and 2 at their own addresses, and 4 is RAM again.
    la      s1, root
    li      t1, 0xcf                // D, A, X, W, R, V
    sd      t1, 0(s1)
    li      t1, 0x80000 << 10 | 0xcf
    sd      t1, 2 * 8(s1)
    sd      t1, 4 * 8(s1)
    srli    t1, s1, 12
    li      t2, 8 << 60
    or      t1, t1, t2
    csrw    satp, t1
    sfence.vma
    la      s2, back
    la      t0, again
    li      t1, 2 << 30
    add     t0, t0, t1
    jr      t0                      // the same instructions, by entry 4
again:
    ld      t0, 0(s1)
    sd      t0, 4 * 8(s1)           // which leads to no RAM from now on
    li      t1, 0x10000000
    lbu     t1, 5(t1)
    jr      s2

    .balign 4
fault:
    csrr    s0, scause
    keep_number s0
    print_text fault_text
    print_kept_number
    print_end_of_line
    power_off

back:
    print_text answered_text
    print_end_of_line
    power_off

fault_text:
    .asciz  "fault"
answered_text:
    .asciz  "answered"

    .bss
    .balign 4096
root:
    .space  4096
