// Calls with its first instruction, so that all registers are as it has found them. MARK is what
// the check looks for after it.

    .section .text.start, "ax"
    .global _start
_start:
    ecall
    .balign 8
    .dword  MARK
