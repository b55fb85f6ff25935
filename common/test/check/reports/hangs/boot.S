// A program that does nothing, without an end.
    .section .text.boot, "ax"
    .global _start
_start:
    j       _start
