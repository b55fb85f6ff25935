# Sets up states of a hart, lets it execute an instruction or two in each, stores what came of it.
#
# At `input` are cases one behind the other: the size of the case (0: the end), the number of words
# to be stored, pc, msip, mtimecmp, mstatus, the registers of SETUP, x1 to x31, and the words to be
# stored, each behind its address. Whatever the case does ends in a trap to M-mode: its tables map
# the page of handlers at `stubs`, and one of the causes that these raise is not delegated. At
# `output` is a record for each: x1 to x31, mstatus, the registers of DUMPED, and the ends of the
# pages that the case may have stored to. states.mjs knows the rest.

.equ input, 0x80600000
.equ output, 0x80b00000
.equ data_pages, 0x80220000 # four, of whose first and last 16 bytes each are looked at
.equ last_window, 4096 - 16

.equ case_count, 8
.equ case_pc, 16
.equ case_msip, 24
.equ case_mtimecmp, 32
.equ case_mstatus, 40
.equ case_setup, 48

.section .text.start, "ax"
.global _start
_start:
        la t0, save
        li t1, input
        sd t1, 0(t0)
        li t1, output
        sd t1, 8(t0)

next_case:
        csrw mie, zero
        la t0, 1f
        csrw mtvec, t0
        ecall # clears MPV, which not every QEMU lets us write
.balign 4
1:      la t0, handler
        csrw mtvec, t0
        la t0, save
        ld s0, 0(t0)
        ld t1, 0(s0)
        beqz t1, finish
        add t1, t1, s0
        sd t1, 0(t0)

        li a0, data_pages # to begin with, they hold what depends on the address
        li a1, data_pages + 4 * 4096
        li a2, 0x9e3779b97f4a7c15
        li a3, last_window
1:      mul a4, a0, a2
        add a5, a0, a3
        sd a4, 0(a0)
        not a4, a4
        sd a4, 8(a0)
        slli a4, a4, 1
        sd a4, 0(a5)
        not a4, a4
        sd a4, 8(a5)
        li a4, 4096
        add a0, a0, a4
        bltu a0, a1, 1b

        .set offset, case_setup
.irp csr, SETUP
        .set offset, offset + 8
.endr
        .equ case_x1, offset
        addi a0, s0, case_x1 + 31 * 8
        ld a1, case_count(s0)
        beqz a1, 2f
1:      ld a2, 0(a0)
        ld a3, 8(a0)
        sd a3, 0(a2)
        addi a0, a0, 16
        addi a1, a1, -1
        bnez a1, 1b

2:      csrw menvcfg, zero # nothing is pending of the case before, on QEMU either
        csrw mip, zero
        csrw hvip, zero
        li a0, -1
        csrw stimecmp, a0
        csrw vstimecmp, a0

        li a0, 0x2000000 # the ACLINT
        ld a1, case_msip(s0)
        sw a1, 0(a0)
        li a0, 0x2004000
        ld a1, case_mtimecmp(s0)
        sd a1, 0(a0)

        .set offset, case_setup
.irp csr, SETUP
        ld t0, offset(s0)
        csrw \csr, t0
        .set offset, offset + 8
.endr
        fence.i
        sfence.vma
        hfence.vvma
        hfence.gvma
        la a0, save
        sc.d zero, zero, (a0)

        ld t0, case_pc(s0)
        csrw mepc, t0
        ld t0, case_x1 + 4 * 8(s0)
        csrw mscratch, t0
        mv x31, s0
.irp n, 1,2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
        ld x\n, case_x1 + (\n - 1) * 8(x31)
.endr
        ld x5, case_mstatus(x31)
        ld x31, case_x1 + 30 * 8(x31)
        csrw mstatus, x5 # with MPRV, from here on memory may be a guest's
        csrr x5, mscratch
        mret

.balign 256
handler: # as a table, too
.rept 64
        j trapped
.endr

trapped:
        csrw vsscratch, x5 # no case has its eyes on it
        lui x5, 1 << 17 >> 12 # MPRV
        csrrc x5, mstatus, x5
        csrw mscratch, x5
        la x5, save
        ld x5, 8(x5)
.irp n, 1,2,3,4,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        sd x\n, \n * 8 - 8(x5)
.endr
        csrr x6, vsscratch
        sd x6, 4 * 8(x5)
        csrr x6, mscratch
        sd x6, 31 * 8(x5)
        .set offset, 32 * 8
.irp csr, DUMPED
        csrr x6, \csr
        sd x6, offset(x5)
        .set offset, offset + 8
.endr
        addi x5, x5, offset
        li a0, data_pages
        li a1, data_pages + 4 * 4096
        li a3, last_window
1:      add a2, a0, a3
        ld a4, 0(a0)
        sd a4, 0(x5)
        ld a4, 8(a0)
        sd a4, 8(x5)
        ld a4, 0(a2)
        sd a4, 16(x5)
        ld a4, 8(a2)
        sd a4, 24(x5)
        addi x5, x5, 32
        li a4, 4096
        add a0, a0, a4
        bltu a0, a1, 1b

        la t1, save
        sd x5, 8(t1)
        j next_case

finish:
        li t0, 0x100000 # the test device: the end
        li t1, 0x5555
        sw t1, 0(t0)
1:      j 1b

.balign 64
save:   .fill 2, 8, 0 # the next case, and where its record goes
