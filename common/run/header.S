// What flatten.sh puts before a program whose entry is not its first byte: the header of a Linux
// Image (Linux, "Boot image header in RISC-V Linux"), whose two instructions go to the entry.
    .global _start
_start:
    tail    entry
    .dword  offset                  // of this from the beginning of RAM
    .dword  size                    // with .bss
    .dword  0                       // flags: little-endian
    .word   2, 0                    // version 0.2
    .dword  0
    .ascii  "RISCV\0\0\0RSC\005"
    .word   0
