// A program that prints what readers of a log or of a report could take for something else: commands
// of GitHub's runner, escape sequences, all bytes, the ends of XML's parts. Then it switches off.
    .section .text.boot, "ax"
    .global _start
_start:
    la      s0, text
    la      s1, text_end
1:  lbu     a0, (s0)
    addi    s0, s0, 1
    li      a7, 1               // console putchar
    ecall
    blt     s0, s1, 1b
    li      s0, 0
2:  mv      a0, s0              // all bytes
    addi    s0, s0, 1
    li      a7, 1
    ecall
    li      s1, 256
    blt     s0, s1, 2b
    li      a7, 8               // shutdown
    ecall

    .section .rodata
text:
    .ascii  "\n::notice::text\n  ::error::text\n##[error]text\nhello from ##[group]hart\n"
    .ascii  "\033[31mhello from hart\033[0m ]]> --> <x> &amp; \357\277\276 \355\240\200\n"
    .ascii  "::stop-commands::word\n"
text_end:
