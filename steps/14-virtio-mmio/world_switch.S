// The way into the guest and back out of it. A guest's registers live in its Vcpu (vcpu.hpp)
// while the hypervisor runs.
// Of ours only the way back and the stack are kept while the guest runs: Vcpu::run tells the
// compiler that all others change.

    .equ    PC, 32 * 8              // offsets in Vcpu; vcpu.cpp asserts them
    .equ    HOST_RA, 33 * 8
    .equ    HOST_SP, 34 * 8

    .text
    .global enter_guest

// Runs the guest whose Vcpu is at a0.
// Returns when the guest traps to us; all registers but sp have changed then.
enter_guest:
    sd      ra, HOST_RA(a0)
    sd      sp, HOST_SP(a0)

    csrw    sscratch, a0            // exit_guest finds the Vcpu there
    la      t0, exit_guest
    csrw    stvec, t0
    ld      t0, PC(a0)
    csrw    sepc, t0

    // All but x0, which is zero, and x10 (a0), which we still need.
    .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld      x\n, \n * 8(a0)
    .endr
    ld      a0, 10 * 8(a0)
    sret

    .balign 4
exit_guest:
    csrrw   a0, sscratch, a0        // a0 = the Vcpu, sscratch = the guest's a0
    .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\n, \n * 8(a0)
    .endr
    csrr    t0, sscratch
    sd      t0, 10 * 8(a0)
    csrr    t0, sepc
    sd      t0, PC(a0)

    la      t0, trap_entry          // from here on a trap is our own again
    csrw    stvec, t0

    ld      sp, HOST_SP(a0)
    ld      ra, HOST_RA(a0)
    ret
