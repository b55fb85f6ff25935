// What is run for chapter 04; book/record/runs.mjs says what can be asked for. What QEMU's loader
// leaves in memory lies where the pool's third page is.

const names = (lines) => ({ command: 'llvm-nm -n {elf}', lines });
const left = {
  QEMU_FLAGS: '-device loader,addr=0x8020a008,data=0x200800df,data-len=8',
};

export const runs = {
  run: {},
  symbols: names(/ __(pool_start|pool_end|stack_top)$/),

  // The states, one after another.
  numbers: {
    state: 'The same number twice', patch: 'numbers.patch', until: 'loop',
    registers: ['scause', 'sepc', 'stvec'], monitor: ['x /1wx 0x80200034'],
  },
  'numbers-file': {
    state: 'The same number twice', patch: 'numbers.patch',
    command: 'llvm-objdump -d {elf}', lines: /^80200034:|<trap_entry>:/,
  },
  types: { state: 'The same number twice', patch: 'types.patch', target: 'build' },
  heap: { state: 'No heap', patch: 'heap.patch', target: 'build' },
  first: { state: 'One bit for each page' },
  several: { state: 'One bit for each page', patch: 'several.patch' },
  table: { state: 'One bit for each page', patch: 'table.patch' },
  'table-dirty': { state: 'One bit for each page', patch: 'table.patch', variables: left },
  'table-clean': { state: 'What is in a page', patch: 'table.patch', variables: left },
  wide: { state: 'What is in a page', patch: 'wide.patch' },
  'wide-refused': { patch: 'wide.patch', target: 'build' },

  // Failures.
  overlap: { patch: 'overlap.patch' },
  'overlap-symbols': { patch: 'overlap.patch', ...names(/ (__\w+)$/) },
  'overlap-code': {
    patch: 'overlap.patch',
    command: "llvm-objdump -d --no-show-raw-insn {elf} | grep -B 7 'jalr.*<memset>'",
  },
  pointer: { patch: 'pointer.patch' },
  'pointer-code': {
    patch: 'pointer.patch',
    command: "llvm-objdump -S --no-show-raw-insn {elf} | grep -A 2 'address_of(__pool_end)'",
  },

  // Exercises.
  left: { patch: 'left.patch' },
  free: { patch: 'free.patch' },
};

const address = (name) => ({ symbols }) =>
  Number.parseInt(symbols.lines.find((line) => line.endsWith(name)), 16);

export const numbers = {
  'pool.start': address('__pool_start'),
  'pool.end': address('__pool_end'),
  'stack.top': address('__stack_top'),
};
