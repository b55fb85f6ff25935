// A guest whose page table lies where there is no RAM: from then on nothing can be fetched.
    .section .text.start, "ax"
    .global _start
_start:
    la      t0, _start
    csrw    stvec, t0
    li      t0, 8 << 60 | 0x20000000 >> 12
    csrw    satp, t0
    sfence.vma
1:  j       1b
