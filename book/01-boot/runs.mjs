// What is run for chapter 01. Nothing here prints: QEMU's monitor tells where the hart is, and what
// is in memory. The addresses that it is asked for are those that LLVM's tools print.

const trap = ['scause', 'sepc', 'stvec'];
const names = (lines) => ({ command: 'llvm-nm -n {elf}', lines });

export const runs = {
  run: { until: 'loop' },
  symbols: { state: 'Room for later', ...names(/ [A-Za-z] \w+$/) },
  memory: { until: 'loop', monitor: ['info memory_size_summary'] },

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

  'stack-below-frames': {
    patch: 'stack-below.patch',
    command: 'llvm-objdump -d --no-show-raw-insn {elf}',
    lines: /<[a-zA-Z0-9_]*>:|addi.sp, sp, -|sd.*\(sp\)/,
  },

  // Exercises.
  handover: {
    patch: 'handover.patch',
    until: 'loop',
    monitor: ['x /1gx 0x80200050', 'x /1gx 0x80200058', 'x /4bx 0x87e00000'],
  },
  standstill: { patch: 'standstill.patch', until: 'loop', registers: ['pc', 'scause', 'sepc'] },
};

/** The address on the line of the console, or of llvm-nm, that `pattern` matches. */
const address = (pattern, { text }) => Number.parseInt(pattern.exec(text)[1], 16);
const ramStart = ({ run }) => address(/^Firmware Base +: 0x(\w+)$/m, run);
const ramSize = ({ memory }) => Number(/^base memory: (\d+)$/m.exec(memory.text)[1]);

/** What a function of `stack-below` takes of the stack, and where it stores there. */
function frameOf({ 'stack-below-frames': { text } }, name) {
  const [code] = text.split(`<${name}>:`)[1].split(/<\w+>:/);
  return {
    size: Number(/addi\tsp, sp, -(0x\w+)/.exec(code)[1]),
    stores: [...code.matchAll(/sd\t\w+, (0x\w+)\(sp\)/g)].map(([, at]) => Number(at)),
  };
}

export const numbers = {
  placeless: ({ placeless }) => address(/^ sepc +(\w+)$/m, placeless),
  'below.top': (recorded) => address(/^(\w+) . __stack_top$/m, recorded['stack-below-symbols']),
  'below.main': (recorded) => frameOf(recorded, 'main').size,
  'below.count': (recorded) => frameOf(recorded, '_Z5countv').size,
  'below.local': (recorded) => frameOf(recorded, '_Z5countv').stores[0],
  'below.store': (recorded) => address(/^(\w+):/m, recorded['stack-below-file']),
  // The addresses of the drawing of memory.
  'ram.start': ramStart,
  'ram.end': (recorded) => ramStart(recorded) + ramSize(recorded),
  tree: ({ run }) => address(/^Domain0 Next Arg1 +: 0x(\w+)$/m, run),
  'stack.top': ({ symbols }) => address(/^(\w+) . __stack_top$/m, symbols),
  'text.end': ({ symbols }) => address(/^(\w+) . __bss_start$/m, symbols),
  'pool.start': ({ symbols }) => address(/^(\w+) . __pool_start$/m, symbols),
  'pool.end': ({ symbols }) => address(/^(\w+) . __pool_end$/m, symbols),
};
