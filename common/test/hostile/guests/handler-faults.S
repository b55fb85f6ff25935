// A guest whose trap handler traps, for ever: that is its own affair until the run's limit ends it.
    .section .text.start, "ax"
    .global _start
_start:
    la      t0, handler
    csrw    stvec, t0
    .balign 4
handler:
    unimp
