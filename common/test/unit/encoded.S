// The tables of encodings.S, assembled and made data of this machine's program.

    .macro table name
    .balign 4
    .global \name\()_table, \name\()_table_end
\name\()_table:
    .incbin "\name\().bin"
\name\()_table_end:
    .endm

    .section .rodata
    table long
    table short
    table expanded
    table rejected
    table rejected_short

    .section .note.GNU-stack, "", @progbits
