// A firmware of the check's, in the place of OpenSBI, for what OpenSBI never does. It has calls for
// a character and a timer, and says "not supported" to others. Exceptions of the program it hands
// on to where stvec leads. The first one of a guest stops the machine, with the guest's registers as
// they were, and a line "caught".
//
//   HART      what the program finds in a0
//   CAUSE, PC, VALUE
//             the program's illegal instructions are handed on with these in scause, sepc and stval
//   LOST_SP   what sp holds after an illegal instruction of the program
//   BARE      hgatp stays 0, as on a hart without any mode for it: the program's instructions for it
//             are exchanged for such as read 0
//   DIRT      what the guest's CSRs and the program's registers hold when the program starts

    .equ    UART, 0x10000000
    .equ    PROGRAM, 0x80200000
    .equ    CODE, 0x40000           // how much of it is looked at
    .equ    HGATP, 0x680 << 20 | 0x73 // of an instruction for it: the CSR's number, and SYSTEM
    .equ    ILLEGAL, 2              // mcause: an illegal instruction
    .equ    CALL, 9                 // and an environment call from HS-mode
    .equ    MPP_S, 1 << 11          // mstatus: mret leads to S-mode
    .equ    TIME, 0x54494d45
    .equ    BASE, 0x10
    .equ    MPV, 39                 // the number of the bit that says: from a guest

    .macro  text at                 // prints it, and changes a0, t0, t1 and t2
    la      t2, \at
1:  lbu     a0, 0(t2)
    beqz    a0, 2f
    call    put
    addi    t2, t2, 1
    j       1b
2:
    .endm

    .macro  save_or_load what       // what the code below changes
    \what   t0, 0(sp)
    \what   t1, 8(sp)
    \what   t2, 16(sp)
    \what   ra, 24(sp)
    \what   a0, 32(sp)
    .endm

    .section .text.start, "ax"
    .global _start
_start:
    csrr    t0, mhartid
    beqz    t0, first
1:  wfi                             // one hart is enough
    j       1b
first:
    la      t0, trap
    csrw    mtvec, t0
    la      t0, stack
    csrw    mscratch, t0
    li      t0, -1                  // all of memory is open to the program
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0
    li      t0, 1 << 63             // the guest may have a timer of its own (Sstc)
    csrw    menvcfg, t0
    csrwi   mcounteren, 7
#ifdef DIRT
    li      t0, DIRT
    csrw    vstvec, t0
    csrw    vsscratch, t0
    csrw    vsepc, t0
    csrw    vscause, t0
    csrw    vstval, t0
    li      t0, 8 << 60 | 0x80000   // Sv39, with its table at the beginning of RAM
    csrw    vsatp, t0
    li      t0, 1 << 32 | 2         // programs of 32 bits, and interrupts are enabled
    csrw    vsstatus, t0
#endif
#ifdef BARE
    li      t0, PROGRAM
    li      t3, PROGRAM + CODE
1:  lhu     t1, 0(t0)
    andi    t2, t1, 3
    addi    t2, t2, -3
    bnez    t2, 3f                  // of two bytes
    lhu     t2, 2(t0)
    slli    t2, t2, 16
    or      t1, t1, t2
    srli    t2, t1, 12
    andi    t2, t2, 3
    beqz    t2, 2f                  // nothing with a CSR
    li      t2, 0xfff0007f
    and     t2, t1, t2
    li      t4, HGATP
    bne     t2, t4, 2f
    li      t2, 31 << 7             // addi rd, zero, 0
    and     t1, t1, t2
    ori     t1, t1, 0x13
    sh      t1, 0(t0)
    sh      zero, 2(t0)
2:  addi    t0, t0, 2
3:  addi    t0, t0, 2
    bltu    t0, t3, 1b
    fence.i
#endif
    text    banner
    li      t0, PROGRAM
    csrw    mepc, t0
    csrw    stvec, t0               // as OpenSBI does it
    li      t0, MPP_S
    csrw    mstatus, t0
#ifdef DIRT
    .irp    n, 1,2,3,4,5,6,7,8,9,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    li      x\n, DIRT
    .endr
#endif
    li      a0, HART
    mret

// Prints the character in a0. Changes t0 and t1.
put:
    li      t0, UART
1:  lbu     t1, 5(t0)               // LSR, and whether there is room
    andi    t1, t1, 0x20
    beqz    t1, 1b
    sb      a0, 0(t0)
    ret

    .balign 4
trap:
    csrrw   sp, mscratch, sp
    save_or_load sd
    csrr    t0, mstatus
    srli    t0, t0, MPV
    andi    t0, t0, 1
    bnez    t0, caught
    csrr    t0, mcause
    li      t1, CALL
    beq     t0, t1, answer

    // Hands it on.
    csrw    scause, t0
    csrr    t0, mepc
    csrw    sepc, t0
    csrr    t0, mtval
    csrw    stval, t0
    csrr    t0, mcause
    li      t1, ILLEGAL
    bne     t0, t1, 1f
#ifdef CAUSE
    li      t0, CAUSE
    csrw    scause, t0
    li      t0, PC
    csrw    sepc, t0
    li      t0, VALUE
    csrw    stval, t0
#endif
#ifdef LOST_SP
    li      t0, LOST_SP
    csrw    mscratch, t0
#endif
1:  csrr    t0, stvec
    csrw    mepc, t0
    li      t0, MPP_S | 1 << 8      // to S-mode, and from there: SPP
    csrs    mstatus, t0
    li      t0, 1 << 7              // SPV: from no guest
    csrc    hstatus, t0
    j       back

answer:
    csrr    t0, mepc
    addi    t0, t0, 4
    csrw    mepc, t0
    li      t0, 1                   // legacy putchar
    bne     a7, t0, 1f
    call    put
    j       succeed
1:  beqz    a7, succeed             // legacy set_timer: nobody is woken
    li      t0, TIME
    beq     a7, t0, succeed
    li      t0, BASE
    bne     a7, t0, 2f
    seqz    a1, a6                  // get_spec_version: 1.0; of all else there is nothing
    slli    a1, a1, 24
succeed:
    li      t0, 0
    j       3f
2:  li      t0, -2                  // not supported
3:  sd      t0, 32(sp)              // its a0
back:
    save_or_load ld
    csrrw   sp, mscratch, sp
    mret

caught:
    text    caught_text
    save_or_load ld
    csrrw   sp, mscratch, sp
    csrwi   mscratch, 1             // all is as it was
1:  wfi
    j       1b

banner:
    .asciz  "Boot HART MEDELEG: a firmware of the check\n"
caught_text:
    .asciz  "\ncaught\n"

    .data
stack:
    .space  64
