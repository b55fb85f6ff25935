// What is run for chapter 03; book/record/runs.mjs says what can be asked for.

// What prints the greeting without end: it is ended after the first three.
const greetings = { until: 'hypervisor: hello from hart 0\n'.repeat(3) };
const names = (lines) => ({ command: 'llvm-nm -n {elf}', lines });
const place = (address) => `llvm-symbolizer -e {elf} -p -s --functions=short ${address}`;
const silence = { state: 'What happened, and where', patch: 'deep-stack.patch', until: 'loop' };
const illegal = /cause:0+2, epc:0x0+8020/; // an illegal instruction of ours, in QEMU's log

export const runs = {
  // The states, one after another.
  again: {
    state: 'An instruction that is not ours', ...greetings,
    registers: ['scause', 'sepc', 'stvec'],
  },
  panic: { state: 'A place for traps' },
  report: { state: 'What happened, and where' },
  silence: { ...silence, registers: ['scause', 'sepc'] },
  'silence-log': { ...silence, log: 'int', lines: /cause:0+7,/ },
  'silence-where': {
    state: silence.state, patch: silence.patch, command: place('0x802001b4 0x802002f0'),
  },
  'deep-stack': { patch: 'deep-stack.patch' },

  run: {},
  // OpenSBI's own illegal instructions, before we run.
  probes: { counted: true, log: 'int', lines: /cause:0+2, epc:0x0+8000/ },
  where: { command: place('0x802000a6') },

  // Failures.
  'no-align': { patch: 'no-align.patch', ...greetings, registers: ['scause', 'sepc', 'stvec'] },
  'no-align-symbols': { patch: 'no-align.patch', ...names(/ trap_entry$/) },
  mret: { patch: 'mret.patch' },
  'mret-code': { patch: 'mret.patch', command: 'llvm-objdump -d {elf}', lines: /^802000a6:/ },
  'mret-log': { patch: 'mret.patch', log: 'int', lines: illegal },
  'read-code': { patch: 'read-code.patch' },
  'read-code-where': { patch: 'read-code.patch', command: place('0x802002da') },
  'read-code-log': { patch: 'read-code.patch', log: 'int', lines: /desc=fault/ },

  // Exercises.
  caller: { patch: 'caller.patch' },
  'caller-where': { patch: 'caller.patch', command: place('0x802000b0') },
  probe: { patch: 'probe.patch' },
  'probe-without': { patch: 'probe.patch', variables: { QEMU_FLAGS: '-cpu rv64,h=off' } },
};

export const numbers = {
  medeleg: ({ run }) => Number(/^Boot HART MEDELEG +: (0x\w+)$/m.exec(run.text)[1]),
  probes: (recorded) => recorded.probes.lines.length,
  'silence.traps': (recorded) => recorded['silence-log'].lines.length - 1,
  'silence.step': (recorded) => {
    const [, second, third] = recorded['silence-log'].lines
      .map((line) => BigInt(/tval:(0x[\da-f]+)/.exec(line)[1]));
    return Number(second - third);
  },
};
