// What chapter 12 runs; record/runs.mjs says what can be asked for.

const forms = { GUEST: 'guest/forms.cpp' };
const hello = { GUEST: 'guest/hello.S' };

export const runs = {
  // The states, one after another.
  absent: { state: 'A device in the tree', until: 'epc : mem_serial_out+0x10/0x3c' },
  look: {
    state: 'Where, and by which instruction', patch: 'look.patch',
    until: 'epc : mem_serial_out+0x10/0x3c',
  },
  link: { state: 'From the fault to the device', target: 'build' },
  stale: {
    state: 'One form after the other', variables: forms, until: 'loop', registers: ['htval'],
  },

  run: {},
  forms: { variables: forms },
  'stale-code': {
    command: 'make -s -C {step} guest GUEST=guest/forms.cpp > /dev/null; '
      + 'llvm-objdump -d --no-show-raw-insn build/12-mmio/forms.cpp.elf',
    lines: /8020020c:|80200210:|80200214:/,
  },
  exit: { variables: forms, trace: { exit: 2 } },

  // Failures.
  'no-compressed': { patch: 'no-compressed.patch', variables: forms },
  hello: { variables: hello },
  'no-x0': { patch: 'no-x0.patch', variables: hello, until: 'loop', registers: ['htval'] },
  'no-x0-log': {
    patch: 'no-x0.patch', variables: hello, until: 'loop', log: 'int',
    lines: /tval:0x0000000010000002/,
  },
  'no-restore': { patch: 'no-restore.patch', variables: hello },
  'no-restore-log': {
    patch: 'no-restore.patch', variables: hello, log: 'int', lines: /guest_load_page_fault/,
  },
  'no-bit-0': { patch: 'no-bit-0.patch', variables: forms },

  boot: { exits: true },

  // Exercises.
  count: { patch: 'count.patch', counted: true },
  clock: { patch: 'clock.patch', variables: { GUEST: 'guest/clock.cpp' } },
};

const inFetch = ({ function: name }) => ['fetch_guest_instruction', 'fetched'].includes(name);
const counted = (what) => ({ count }) =>
  Number(new RegExp(`(\\d+) ${what}`).exec(count.text)[1]);

export const numbers = {
  'exit.instructions': (recorded) => recorded.exit.trace.length,
  'exit.fetch': (recorded) => recorded.exit.trace.filter(inFetch).length,
  tree: (recorded) => // where the machine's device tree is
    Number(/Next Arg1 +: (0x\w+)/.exec(recorded['no-restore'].text)[1]),
  loads: counted('loads'),
  stores: counted('stores'),
};
