// Stores a number to each of the pages after its own, up to 2 MiB from its beginning, each number
// made of the one before; reads them back, and loads from an address that it makes of all of them.
// There is nothing, from 2^40 on.

    .equ    STRIDE, 4096 + 8
    .equ    MULTIPLIER, 0x41c64e6d
    .equ    INCREMENT, 0x3039

    .section .text.start, "ax"
    .global _start
_start:
    li      s0, FIRST
    li      s1, MULTIPLIER
    li      s2, INCREMENT
    li      s3, STRIDE
    li      s4, 0x80400000
    li      t0, 0x80201000
1:  mul     s0, s0, s1
    add     s0, s0, s2
    sd      s0, 0(t0)
    add     t0, t0, s3
    bltu    t0, s4, 1b

    li      a0, 0
    li      t0, 0x80201000
2:  ld      t1, 0(t0)
    mul     a0, a0, s1
    add     a0, a0, t1
    add     t0, t0, s3
    bltu    t0, s4, 2b

    slli    a0, a0, 28              // 36 bits of it, times 8
    srli    a0, a0, 25
    li      t0, 1 << 40
    add     a0, a0, t0
    ld      a0, 0(a0)
