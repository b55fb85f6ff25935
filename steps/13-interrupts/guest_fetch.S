// An instruction read from the guest's memory, which may fault (exit.cpp).

    .text
    .global fetch_guest_instruction
fetch_guest_instruction:
    csrr    t1, sstatus             // a fault here overwrites the mode to which sret returns
    csrr    t2, hstatus
    la      t0, fetch_fault
    csrrw   t0, stvec, t0

    hlvx.hu t3, (a0)
    not     t4, t3
    andi    t4, t4, 3
    bnez    t4, fetched             // the low bits are not 11: it has 2 bytes
    addi    a0, a0, 2
    hlvx.hu t4, (a0)                // the other half may lie in another page
    slli    t4, t4, 16
    or      t3, t3, t4
fetched:
    csrw    stvec, t0
    mv      a0, t3
    ret

    .balign 4
fetch_fault:
    csrw    sstatus, t1
    csrw    hstatus, t2
    li      t3, 0
    j       fetched
