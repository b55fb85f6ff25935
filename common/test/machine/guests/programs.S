# Runs programs of random instructions in M-mode, and stores how each left the registers.
#
# At `input` are runs one behind the other: where a program is that is to be copied to where it
# runs, or 0 to run the one before it again, its size (both in bytes, multiples of 8; the last run
# has size ~0), FS of mstatus, fcsr, x1 to x31, and f0 to f31. A program ends with ebreak. For each
# run there is a record at `output`: x1 to x31, f0 to f31, fcsr, mstatus, a hash of the scratch
# memory, the number of exceptions, a hash of them, and cause, place and value of the first one.

.equ scratch, 0x80010000 # 4 KiB
.equ place, 0x80018000
.equ input, 0x80020000
.equ output, 0x80900000
.equ FS, 3 << 13

# Offsets from `save`.
.equ save_count, 0
.equ save_hash, 8
.equ save_cause, 16
.equ save_place, 24
.equ save_value, 32
.equ save_x27, 40
.equ save_x28, 48
.equ save_x29, 56
.equ save_x30, 64
.equ save_input, 72
.equ save_output, 80

.section .text.start, "ax"
.global _start
_start:
        la t0, handler
        csrw mtvec, t0
        la t0, save
        csrw mscratch, t0
        li s0, input
        li s1, output

next_run:
        ld a0, 0(s0)
        ld a1, 8(s0)
        bltz a1, finish
        beqz a0, fill
        li a2, place
        add a1, a1, a2
1:      ld a3, 0(a0)
        sd a3, 0(a2)
        addi a0, a0, 8
        addi a2, a2, 8
        bltu a2, a1, 1b
        fence.i

fill:   li a0, scratch
        li a1, scratch + 4096
        li a2, 0x9e3779b97f4a7c15
1:      mul a3, a0, a2
        sd a3, 0(a0)
        addi a0, a0, 8
        bltu a0, a1, 1b

        la a0, save
        sd zero, save_count(a0)
        sd zero, save_hash(a0)
        sd zero, save_cause(a0)
        sd zero, save_place(a0)
        sd zero, save_value(a0)
        sd s0, save_input(a0)
        sd s1, save_output(a0)
        sc.d zero, zero, (a0) # nothing is reserved by the run before

        li a0, FS
        csrs mstatus, a0
.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        fld f\n, 280 + 8 * \n(s0)
.endr
        ld a1, 24(s0)
        csrw fcsr, a1
        csrc mstatus, a0
        ld a1, 16(s0)
        csrs mstatus, a1
        li x1, place
        csrw mepc, x1
        li x1, 3 << 11
        csrs mstatus, x1
        mv x31, s0
.irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        ld x\n, 24 + 8 * \n(x31)
.endr
        mret

.balign 4
handler:
        csrrw x31, mscratch, x31
        sd x30, save_x30(x31)
        sd x29, save_x29(x31)
        sd x28, save_x28(x31)
        csrr x30, mcause
        addi x29, x30, -3
        beqz x29, end_of_program
        csrr x29, mepc
        lhu x28, 0(x29) # the instruction's length
        not x28, x28
        andi x28, x28, 3
        snez x28, x28
        slli x28, x28, 1
        sub x28, x29, x28
        addi x28, x28, 4
        csrw mepc, x28
        csrr x28, mtval
        addi x30, x30, -2
        bnez x30, 1f
        li x28, 0 # mtval of an illegal instruction may be that, or 0
1:      addi x30, x30, 2
        sd x27, save_x27(x31)
        ld x27, save_count(x31)
        bnez x27, 1f
        sd x30, save_cause(x31)
        sd x29, save_place(x31)
        sd x28, save_value(x31)
1:      addi x27, x27, 1
        sd x27, save_count(x31)
        ld x27, save_hash(x31)
        xor x30, x30, x27
        li x27, 0x9e3779b97f4a7c15
        mul x30, x30, x27
        xor x30, x30, x29
        mul x30, x30, x27
        xor x30, x30, x28
        mul x30, x30, x27
        sd x30, save_hash(x31)
        ld x27, save_x27(x31)
        ld x28, save_x28(x31)
        ld x29, save_x29(x31)
        ld x30, save_x30(x31)
        csrrw x31, mscratch, x31
        mret

end_of_program:
        ld x30, save_output(x31)
.irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27
        sd x\n, 8 * \n - 8(x30)
.endr
        mv s1, x30
        ld a0, save_x28(x31)
        sd a0, 8 * 27(s1)
        ld a0, save_x29(x31)
        sd a0, 8 * 28(s1)
        ld a0, save_x30(x31)
        sd a0, 8 * 29(s1)
        csrr a0, mscratch
        sd a0, 8 * 30(s1)
        csrw mscratch, x31
        csrr a2, mstatus
        li a0, FS
        csrs mstatus, a0
.irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
        fsd f\n, 248 + 8 * \n(s1)
.endr
        csrr a1, fcsr
        sd a1, 504(s1)
        sd a2, 512(s1)

        li a0, scratch
        li a1, scratch + 4096
        li a2, 0x9e3779b97f4a7c15
        li a4, 0
1:      ld a3, 0(a0)
        xor a4, a4, a3
        mul a4, a4, a2
        srli a3, a4, 32
        xor a4, a4, a3
        addi a0, a0, 8
        bltu a0, a1, 1b
        sd a4, 520(s1)
.irp n, 0,1,2,3,4
        ld a0, save_count + 8 * \n(x31)
        sd a0, 528 + 8 * \n(s1)
.endr
        ld s0, save_input(x31)
        addi s0, s0, 536
        addi s1, s1, 568
        j next_run

finish:
        li t0, 0x100000 # the test device: the end
        li t1, 0x5555
        sw t1, 0(t0)
1:      j 1b

.balign 64
save:   .fill 12, 8, 0
