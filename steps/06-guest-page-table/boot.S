// The first instructions: from OpenSBI's jump to a C++ function with a stack.

    .section .text.boot, "ax"
    .global _start, halt

// OpenSBI enters here on one hart and keeps the others. It is in HS-mode, with address translation
// off and interrupts disabled: a0 = hart id, a1 = physical address of the host's device tree.
// Nothing up to main changes them.
_start:
    la      sp, __stack_top

    // C++ expects zeros in .bss. Both ends are multiples of 16 (hypervisor.ld).
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
    wfi                             // nothing is left to do
    j       halt

    .text
    .balign 4                       // the low two bits of stvec are its mode
    .global trap_entry

// A trap that nobody handles ends here. Nothing goes on after it: no register is saved, and the
// stack is taken anew, since sp may hold anything by now.
trap_entry:
    la      sp, __stack_top
    call    report_trap
