// Instructions for decode_test.cpp, one section for each table. The test knows their order.

    .altmacro

// Every load and store of 4 bytes with every register, in the order of decode_test.cpp's list.
    .section .long, "ax"
    .option norvc
    .macro with_every_register instruction
    .set number, 0
    .rept 32
    one_register \instruction, %number
    .set number, number + 1
    .endr
    .endm
    .macro one_register instruction, number
    \instruction x\number, -1365(x21)
    .endm
    .irp instruction, lb, lh, lw, ld, lbu, lhu, lwu, sb, sh, sw, sd
    with_every_register \instruction
    .endr

// Compressed ones, and beside each what it expands to: the same access, but with no offset.
    .macro pair_of instruction, expansion, reg, offset, base
    .section .short, "ax"
    .option rvc
    \instruction x\reg, \offset(x\base)
    .section .expanded, "ax"
    .option norvc
    \expansion x\reg, 0(x\base)
    .endm
    .macro registers_of_3_bits instruction, expansion, offset, base
    .irp reg, 8, 9, 10, 11, 12, 13, 14, 15
    pair_of \instruction, \expansion, \reg, \offset, \base
    .endr
    .endm
    .macro bases_of_3_bits instruction, expansion, offset
    .irp base, 8, 9, 10, 11, 12, 13, 14, 15
    registers_of_3_bits \instruction, \expansion, \offset, \base
    .endr
    .endm
    .irp offset, 0, 4, 8, 16, 32, 64, 124
    bases_of_3_bits c.lw, lw, \offset
    bases_of_3_bits c.sw, sw, \offset
    .endr
    .irp offset, 0, 8, 16, 32, 64, 128, 248
    bases_of_3_bits c.ld, ld, \offset
    bases_of_3_bits c.sd, sd, \offset
    .endr

    .macro any_register instruction, expansion, offset, first
    .set number, \first
    .rept 32 - \first
    pair_of_number \instruction, \expansion, %number, \offset
    .set number, number + 1
    .endr
    .endm
    .macro pair_of_number instruction, expansion, number, offset
    pair_of \instruction, \expansion, \number, \offset, 2
    .endm
    .irp offset, 0, 4, 8, 16, 32, 64, 128, 252
    any_register c.lwsp, lw, \offset, 1     // with x0 it is reserved
    any_register c.swsp, sw, \offset, 0
    .endr
    .irp offset, 0, 8, 16, 32, 64, 128, 256, 504
    any_register c.ldsp, ld, \offset, 1
    any_register c.sdsp, sd, \offset, 0
    .endr

// What accesses memory in another way, or not at all.
    .section .rejected, "ax"
    .option norvc
    flw     f1, 4(x5)
    fld     f31, 8(x5)
    fsw     f1, 4(x5)
    fsd     f31, 8(x5)
    vle8.v  v1, (x5)
    vse32.v v1, (x5)
    lr.w    x5, (x6)
    lr.d    x5, (x6)
    sc.w    x5, x7, (x6)
    sc.d    x5, x7, (x6)
    .irp operation, amoswap, amoadd, amoand, amoor, amoxor, amomax, amomin, amomaxu, amominu
    \operation\().w x5, x7, (x6)
    \operation\().d x5, x7, (x6)
    .endr
    .irp branch, beq, bne, blt, bge, bltu, bgeu
    \branch x5, x6, .
    .endr
    jal     x1, .
    jalr    x1, 4(x5)
    lui     x5, 0x12345
    auipc   x5, 0x12345
    addi    x5, x6, 7
    add     x5, x6, x7
    addiw   x5, x6, 7
    addw    x5, x6, x7
    mul     x5, x6, x7
    fence   rw, rw
    fence.i
    ecall
    ebreak
    csrrw   x5, sscratch, x6
    sret
    wfi
    fadd.d  f1, f2, f3

    .section .rejected_short, "ax"
    .option rvc
    .irp reg, 8, 15
    c.fld   f\reg, 8(x9)
    c.fsd   f\reg, 8(x9)
    c.fldsp f\reg, 8(sp)
    c.fsdsp f\reg, 8(sp)
    c.addi4spn x\reg, sp, 16
    c.addi  x\reg, 3
    c.addiw x\reg, 3
    c.li    x\reg, 3
    c.lui   x\reg, 3
    c.srli  x\reg, 3
    c.srai  x\reg, 3
    c.andi  x\reg, 3
    c.sub   x\reg, x9
    c.xor   x\reg, x9
    c.or    x\reg, x9
    c.and   x\reg, x9
    c.subw  x\reg, x9
    c.addw  x\reg, x9
    c.beqz  x\reg, .
    c.bnez  x\reg, .
    c.slli  x\reg, 3
    c.jr    x\reg
    c.jalr  x\reg
    c.mv    x\reg, x9
    c.add   x\reg, x9
    .endr
    c.addi16sp sp, 32
    c.j     .
    c.nop
    c.ebreak
    c.unimp
