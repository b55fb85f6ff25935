// A guest whose page table does not map where its traps lead to.

    .section .text.start, "ax"
    .global _start
_start:
    la      t0, root
    srli    t0, t0, 12
    li      t1, 8 << 60             // Sv39
    or      t0, t0, t1
    li      t2, NOWHERE
    csrw    stvec, t2
    sfence.vma
    csrw    satp, t0
    sfence.vma
    addi    t2, t2, 64
    jr      t2                      // the first trap

    .data
    .balign 4096
root:
    .space  2 * 8
    .dword  0x200000cf              // a leaf for the third GiB: D A X W R V
    .space  509 * 8
