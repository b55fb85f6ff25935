// Gives main a stack.
    .section .text.boot, "ax"
    .global _start
_start:
    la      sp, stack_top
    call    main
1:  j       1b

    .bss
    .balign 16
    .space  16384
stack_top:
