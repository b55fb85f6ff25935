// A guest whose trap vector is mapped nowhere: each fault there leads to the next.
    .section .text.start, "ax"
    .global _start
_start:
    la      t0, root_table          // Sv39: the GiB from 0x80000000 on is mapped to itself
    li      t1, 0x80000000 >> 12 << 10 | 0xcf
    sd      t1, 2 * 8(t0)
    srli    t0, t0, 12
    li      t1, 8 << 60
    or      t0, t0, t1
    csrw    satp, t0
    sfence.vma
    li      t0, 0x123456000
    csrw    stvec, t0
    unimp

    .bss
    .balign 4096
root_table:
    .space  4096
