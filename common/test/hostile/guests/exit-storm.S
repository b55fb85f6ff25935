// A guest whose trap handler exits to the hypervisor and back to itself, for ever.
    .section .text.start, "ax"
    .global _start
_start:
    la      t0, handler
    csrw    stvec, t0
    .balign 4
handler:
    nop                             // not at once: for that the VM is stopped
    .word   0x60002573              // csrr a0, hstatus
