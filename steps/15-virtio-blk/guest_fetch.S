// An instruction read from the guest's memory, which may fault (guest_fetch.hpp).

    .text
    .global fetch_guest_instruction

// FetchedInstruction fetch_guest_instruction(GuestVirtual pc): a0 = bits, a1 = fault.
fetch_guest_instruction:
    csrr    t1, sstatus             // a fault here overwrites the mode to which sret returns
    csrr    t2, hstatus
    la      t0, fetch_fault
    csrrw   t0, stvec, t0

    mv      t3, a0
    hlvx.hu a0, (t3)
    andi    t4, a0, 3
    addi    t4, t4, -3
    bnez    t4, fetched             // the low bits are not 11: it has 2 bytes
    addi    t3, t3, 2
    hlvx.hu t4, (t3)                // the other half may lie in another page
    slli    t4, t4, 16
    or      a0, a0, t4
fetched:
    csrw    stvec, t0
    li      a1, 0
    ret

    .balign 4
fetch_fault:
    csrw    stvec, t0
    csrw    sstatus, t1
    csrw    hstatus, t2
    csrr    a1, scause
    ret
