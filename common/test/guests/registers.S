// Does the exit to the hypervisor and back keep every register, and can each be stored and loaded,
// and hold the address?

    .equ    ENABLES, 0x0c002080     // of the PLIC: takes 4 bytes, aligned

// One register: stores an odd number, loads it back. \base holds the address, \tmp is free. Then
// the register itself is the base: if the hypervisor still had the odd number there, the access
// would be a misaligned one.
.macro  through base, tmp, numbers:vararg
    .irp    n, \numbers
    li      x\n, \n * 2 | 0x81
    sb      x\n, (x\base)
    li      x\n, -1
    lbu     x\n, (x\base)
    li      x\tmp, \n * 2 | 0x81
    bne     x\n, x\tmp, 1f
    li      x\n, ENABLES
    li      x\tmp, \n << 8
    sw      x\tmp, (x\n)
    li      x\tmp, -1
    lw      x\tmp, (x\n)
    li      x\n, \n << 8
    beq     x\n, x\tmp, 2f
1:  li      x10, \n
    j       end
2:
    .endr
    li      x\tmp, ENABLES
    sw      zero, (x\tmp)
.endm

    .text
    .global check_all_registers

// std::uint64_t check_all_registers(scratch): 0, or the number of a register that came out wrong.
check_all_registers:
    la      t0, saved
    .irp    n, 1,2,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    sd      x\n, \n * 8(t0)
    .endr

    mv      x5, x10
    through 5, 6, 1,2,3,4,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    mv      x28, x5
    through 28, 29, 5,6

    // Now all hold something of their own while an access to the device exits.
    mv      x31, x28
    .irp    n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    li      x\n, 0x1234567 * \n
    .endr
    sb      x0, (x31)
    lbu     x31, (x31)
    .irp    n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30
    li      x31, 0x1234567 * \n
    beq     x\n, x31, 1f
    li      x10, \n
    j       end
1:
    .endr
    li      x10, 0
end:
    la      t0, saved
    .irp    n, 1,2,3,4,8,9,18,19,20,21,22,23,24,25,26,27
    ld      x\n, \n * 8(t0)
    .endr
    ret

    .bss
    .balign 8
saved:
    .space  32 * 8
