// A kernel with the header of a Linux Image ("Boot image header in RISC-V Linux") whose image_size,
// which counts .bss, is ten times its file. It fills its .bss, and the device tree must lie behind
// that.
    .equ    FILE_SIZE, 0x40000
    .equ    IMAGE_SIZE, 10 * FILE_SIZE

    .section .text.start, "ax"
    .global _start
_start:
    j       begin
    .balign 8
    .dword  0x200000                // text_offset
    .dword  IMAGE_SIZE
    .dword  0, 2, 0                 // flags, version 0.2, reserved
    .ascii  "RISCV\0\0\0RSC\005"
    .word   0

begin:
    la      t0, bss
    la      t1, _start
    li      t2, IMAGE_SIZE
    add     t1, t1, t2              // the end
1:  sd      t0, (t0)
    addi    t0, t0, 8
    bltu    t0, t1, 1b

    la      s0, failed
    bltu    a1, t1, print
    lwu     t0, (a1)
    li      t1, 0xedfe0dd0          // a tree's magic, which is big-endian
    bne     t0, t1, print
    la      s0, passed
print:
    lbu     a0, (s0)
    beqz    a0, 2f
    li      a7, 1                   // legacy console putchar
    ecall
    addi    s0, s0, 1
    j       print
2:  li      a7, 8                   // legacy shutdown
    ecall

passed:
    .asciz  "guest: 0x1 checks, 0x0 failed\n"
failed:
    .asciz  "guest: 0x1 checks, 0x1 failed\n"
    .org    FILE_SIZE
bss:
