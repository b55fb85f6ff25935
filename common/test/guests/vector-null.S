// A guest with a fault before it has a trap vector: that is 0 then, where there is nothing.
    .section .text.start, "ax"
    .global _start
_start:
    unimp
