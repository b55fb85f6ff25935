// Waits for ever.
    .section .text.start, "ax"
    .global _start
_start:
    wfi
    j       _start
