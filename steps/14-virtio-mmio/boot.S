// The first instructions: from OpenSBI's jump to a C++ function with a stack.

    .section .text.boot, "ax"
    .global _start

// OpenSBI enters here in HS-mode with address translation off and interrupts disabled:
// a0 = hart id, a1 = physical address of the host's device tree. Both go on to main untouched.
_start:
    la      sp, __stack_top

    la      t0, __bss_start
    la      t1, __bss_end
clear_bss:
    bgeu    t0, t1, call_main
    sd      zero, 0(t0)
    addi    t0, t0, 8
    j       clear_bss

call_main:
    call    main
halt:
    wfi
    j       halt

    .text
    .balign 4
    .global trap_entry

// Our own traps land here (stvec). None of them is expected, so nothing is saved: the stack
// is taken anew, since a stack that ran over may be the very reason, and the trap is reported.
trap_entry:
    la      sp, __stack_top
    call    report_trap
