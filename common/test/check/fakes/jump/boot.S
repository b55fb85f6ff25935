// Jumps to the kernel that QEMU has loaded, in HS-mode, with what the firmware has left in a0 and a1:
// no hypervisor at all. It has to get nothing for this.
    .section .text.boot, "ax"
    .global _start
_start:
    li      t0, 0x80400000
    csrw    stvec, t0
    jr      t0
