/* Empty on purpose, as stubs-lp64.h: for the machine as WebAssembly, whose pointers have 32 bits. */
