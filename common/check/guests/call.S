// Calls the firmware at its instruction NUMBER + 1.

    .section .text.start, "ax"
    .option norvc
    .global _start
_start:
    .rept   NUMBER
    nop
    .endr
    ecall
