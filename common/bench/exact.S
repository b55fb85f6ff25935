// A guest whose instructions and exits are known, for bench.test.mjs: how many of which there are
// between two marks stands beside the second. A mark counts itself.

    .text
    nop                             // the first instruction counts as mark 0
    slti    x0, x0, 1

    la      t1, word                // 2
    li      t0, 1000                // 1
loop:
    ld      t2, (t1)                // 4 each time
    sd      t2, (t1)
    addi    t0, t0, -1
    bnez    t0, loop
    slti    x0, x0, 2               // 4004, no exits

    li      a7, 0x10                // 1; BASE: get_spec_version
    .rept   5
    li      a6, 0                   // 2
    ecall
    .endr
    slti    x0, x0, 3               // 12, 5 SBI calls

    lui     t0, 0x10000             // 1; the UART's line status
    .rept   7
    lbu     t2, 5(t0)               // 1
    .endr
    slti    x0, x0, 4               // 9, 7 accesses of a device

    rdtime  t0
    li      t1, 1000
    add     a0, t0, t1
    add     t1, a0, t1              // twice as long
    li      a7, 0                   // legacy set_timer
    ecall
wait:
    rdtime  t0
    bltu    t0, t1, wait
    slti    x0, x0, 5               // an SBI call and, on a machine without Sstc, an interrupt

    li      a7, 8                   // legacy shutdown
    ecall

    .balign 8
word:
    .dword  0
