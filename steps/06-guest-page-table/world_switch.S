// The world switch between hypervisor and guest. A guest's registers live in its Vcpu (vcpu.hpp)
// while the hypervisor runs.

    .equ    PC, 32 * 8              // offsets in Vcpu; vcpu.cpp asserts them

    .text
    .global enter_guest

// Runs the guest whose Vcpu is at a0.
enter_guest:
    ld      t0, PC(a0)
    csrw    sepc, t0                // where sret goes

    // All but x0, which is zero, and x10 (a0), which we still need.
    .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld      x\n, \n * 8(a0)
    .endr
    ld      a0, 10 * 8(a0)
    sret                            // to sepc, in the mode that SPV and SPP name
