// A firmware of the check's, in the place of OpenSBI, that starts the program on hart HOST: which
// one it is with OpenSBI, nobody can choose. It has calls for a character, a timer and the end, and
// leaves a guest's traps to the program. In floating-point registers it leaves what it likes.

    .equ    PROGRAM, 0x80200000
    .equ    UART, 0x10000000
    .equ    TEST_DEVICE, 0x100000
    .equ    PASS, 0x5555            // what ends the machine with status 0
    .equ    CALL, 9                 // mcause: an environment call from HS-mode
    .equ    SRST, 0x53525354
    .equ    TIME, 0x54494d45
    .equ    BASE, 0x10
    .equ    EXCEPTIONS, 0xf0b5ff    // all that OpenSBI delegates or hands on
    .equ    INTERRUPTS, 0x1666

    .macro  text at                 // prints it, and changes a0, t0, t1 and t2
    la      t2, \at
1:  lbu     a0, 0(t2)
    beqz    a0, 2f
    call    put
    addi    t2, t2, 1
    j       1b
2:
    .endm

    .section .text.start, "ax"
    .global _start
_start:
    csrr    s0, mhartid
    li      t0, HOST
    beq     s0, t0, 2f
1:  wfi                             // one hart is enough
    j       1b
2:  mv      s1, a1                  // the device tree
    la      t0, trap
    csrw    mtvec, t0
    la      t0, stack
    csrw    mscratch, t0
    li      t0, -1                  // all of memory is open to the program
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0
    li      t0, EXCEPTIONS
    csrw    medeleg, t0
    li      t0, INTERRUPTS
    csrw    mideleg, t0
    li      t0, 7                   // time, cycle, instret
    csrw    mcounteren, t0
    li      t0, 1 << 63             // STCE
    csrw    0x30a, t0               // menvcfg
    text    banner
    li      t0, PROGRAM
    csrw    mepc, t0
    li      t0, 1 << 11 | 3 << 13   // MPP: mret leads to S-mode; FS: floating point is on
    csrw    mstatus, t0
    li      t1, 0x3f                // another rounding mode, and all flags
    csrw    fcsr, t1
    .option push
    .option arch, +d
    .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fmv.d.x f\n, t0
    .endr
    .option pop
    mv      a0, s0
    mv      a1, s1
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
    sd      t0, 0(sp)
    sd      t1, 8(sp)
    sd      ra, 16(sp)
    csrr    t0, mcause
    li      t1, CALL
    bne     t0, t1, died
    csrr    t0, mepc
    addi    t0, t0, 4
    csrw    mepc, t0
    li      t0, SRST
    beq     a7, t0, power_off
    li      t0, 8                   // legacy shutdown
    beq     a7, t0, power_off
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
    li      a0, 0
    j       3f
2:  li      a0, -2                  // not supported
3:  ld      t0, 0(sp)
    ld      t1, 8(sp)
    ld      ra, 16(sp)
    csrrw   sp, mscratch, sp
    mret

power_off:
    li      t0, TEST_DEVICE
    li      t1, PASS
    sw      t1, 0(t0)
died:
    wfi
    j       died

banner:
    .asciz  "Boot HART MEDELEG: a firmware of the check\n"

    .bss
    .balign 16
stack:
    .space  32
