// A guest whose page table is the virtio device. Nothing can be fetched from then on.
    .section .text.start, "ax"
    .global _start
_start:
    la      t0, _start
    csrw    stvec, t0
    li      t0, 8 << 60 | 0x10001000 >> 12
    csrw    satp, t0
    sfence.vma
1:  j       1b
