// What is run for chapter 01. Nothing here prints: QEMU's monitor tells where the hart is, and what
// is in memory. The addresses that it is asked for are those that LLVM's tools print.

const trap = ['scause', 'sepc', 'stvec'];
const names = (lines) => ({ command: 'llvm-nm -n {elf}', lines });

export const runs = {
  run: { until: 'loop' },
  symbols: names(/ [A-Za-z] \w+$/),

  // The states, one after another.
  placeless: { state: 'A program without a place', until: 'loop', registers: trap },
  'placeless-symbols': { state: 'A program without a place', ...names(/ _start$/) },
  placed: { state: 'A place', until: 'loop' },
  stacked: { state: 'A stack', until: 'loop', registers: ['sp'] },
  called: { state: 'Into C++', until: 'loop', registers: ['ra'] },
  forgotten: {
    state: 'Zeros', patch: 'constructor.patch', until: 'loop', monitor: ['x /1gx 0x80200060'],
  },
  'forgotten-symbols': {
    state: 'Zeros', patch: 'constructor.patch', ...names(/ (_GLOBAL_|boot_clock)/),
  },
  constructor: { patch: 'constructor.patch' },

  // Failures.
  low: { patch: 'low.patch' },
  'halt-first': { patch: 'halt-first.patch', until: 'loop' },
  'halt-first-symbols': { patch: 'halt-first.patch', ...names(/ (halt|_start|main)$/) },
  'stack-below': {
    patch: 'stack-below.patch', until: 'loop', registers: trap, monitor: ['x /1wx 0x80200068'],
  },
  'stack-below-symbols': {
    patch: 'stack-below.patch', ...names(/ (main|_Z5countv|calls|__stack_top)$/),
  },
  'stack-below-file': {
    patch: 'stack-below.patch', command: 'llvm-objdump -d {elf}', lines: /^80200068:/,
  },

  // Exercises.
  handover: {
    patch: 'handover.patch',
    until: 'loop',
    monitor: ['x /1gx 0x80200050', 'x /1gx 0x80200058', 'x /4bx 0x87e00000'],
  },
  standstill: { patch: 'standstill.patch', until: 'loop', registers: ['pc', 'scause', 'sepc'] },
};
