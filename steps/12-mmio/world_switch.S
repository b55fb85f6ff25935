// The world switch between hypervisor and guest. A guest's registers live in its Vcpu (vcpu.hpp)
// while the hypervisor runs.

    .equ    PC, 32 * 8              // offsets in Vcpu; vcpu.cpp asserts them
    .equ    HOST_RA, 33 * 8
    .equ    HOST_SP, 34 * 8

    .text
    .global enter_guest, exit_guest

// Runs the guest whose Vcpu is at a0.
// Returns when the guest traps to us, with a0, ra and sp as they were. No other register survives,
// not even s0 to s11: Vcpu::run tells the compiler so. gp and tp are not in its list, as the
// compiler uses neither.
enter_guest:
    sd      ra, HOST_RA(a0)
    sd      sp, HOST_SP(a0)
    ld      t0, PC(a0)
    csrw    sepc, t0                // where sret goes

    // All but x0, which is zero, and x10 (a0), which we still need.
    .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    ld      x\n, \n * 8(a0)
    .endr
    csrw    sscratch, a0            // late: from here on exit_guest takes a trap for the guest's
    ld      a0, 10 * 8(a0)
    sret                            // to sepc, in the mode that SPV and SPP name

    .balign 4                       // the low two bits of stvec are its mode

// Traps land here (stvec), with all registers as they were. sscratch tells whose it is: it
// holds the address of a Vcpu while the guest runs, and 0 while the hypervisor does. Between the
// two csrrw it holds the guest's a0, which is no Vcpu: nothing there may trap.
exit_guest:
    csrrw   a0, sscratch, a0        // no register is free, so the two change places
    beqz    a0, own_trap
    .irp    n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd      x\n, \n * 8(a0)
    .endr
    csrrw   t0, sscratch, zero      // t0 = the guest's a0; from here on a trap is our own
    sd      t0, 10 * 8(a0)
    csrr    t0, sepc                // the next trap overwrites it
    sd      t0, PC(a0)

    ld      sp, HOST_SP(a0)
    ld      ra, HOST_RA(a0)
    ret

own_trap:
    csrw    sscratch, zero          // it holds our a0: the next trap would take that for a Vcpu
    j       trap_entry

    .global clear_float_registers

// Sets f0 to f31 to zero. The hypervisor itself never touches them: it is compiled without.
clear_float_registers:
    .option push
    .option arch, +d
    .irp    n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fmv.d.x f\n, zero
    .endr
    .option pop
    ret
