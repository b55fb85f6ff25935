// A guest that waits with all its interrupts off.
    .section .text.start, "ax"
    .global _start
_start:
    csrci   sstatus, 2
    csrw    sie, zero
1:  wfi
    j       1b
