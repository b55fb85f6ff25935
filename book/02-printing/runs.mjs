// What is run for chapter 02; book/record/runs.mjs says what can be asked for.

const call = /cause:0+9,/; // an environment call from S-mode, in QEMU's log
const trap = ['pc', 'scause', 'sepc'];
const disassemble = 'llvm-objdump -d --no-show-raw-insn {elf}';

export const runs = {
  // The states, one after another.
  off: { state: 'Off' },
  nobody: { state: 'Off', patch: 'nobody.patch', until: 'loop', registers: trap },
  'nobody-code': { state: 'Off', patch: 'nobody.patch', command: disassemble, lines: /<main>:|ecall/ },
  refused: { state: 'When the call comes back', patch: 'nobody.patch' },
  hello: { state: 'Letters', patch: 'hello.patch' },
  lines: { state: 'Lines' },
  bytes: {
    command: 'make -s --no-print-directory -C {step} run | tail -c 8 | od -A n -t c',
  },

  run: {},
  greeting: { variables: { SANITIZE: 1 } }, // as the dashes are looked at
  log: { counted: true, log: 'int', lines: call },

  // Failures.
  'other-hart': { patch: 'other-hart.patch' },
  'other-hart-names': { patch: 'other-hart.patch', command: 'llvm-nm {elf}', lines: /802001d0/ },
  exchanged: { patch: 'exchanged.patch' },
  'exchanged-log': { patch: 'exchanged.patch', counted: true, log: 'int', lines: call },
  'exchanged-code': { patch: 'exchanged.patch', command: `${disassemble} | grep -B 5 ecall` },
  dropped: { patch: 'dropped.patch' },
  'dropped-log': { patch: 'dropped.patch', counted: true, log: 'int', lines: call },
  dashes: { patch: 'dashes.patch', variables: { SANITIZE: 1 } },
  'dashes-code': { patch: 'dashes.patch', command: `${disassemble} | grep -w -A 6 0x2d` },

  // Exercises.
  version: { patch: 'version.patch' },
  status: { patch: 'status.patch' },
};

/** How many lines there are, of what a log or a console has. */
const count = ({ text }) => text.split('\n').filter(Boolean).length;

export const numbers = {
  calls: ({ log }) => count(log),
  letters: ({ greeting }) => greeting.lines.find((line) => line.startsWith('hypervisor:')).length + 1,
  'lost.hart': (recorded) => Number(/hart (\d+)$/m.exec(recorded['other-hart'].text)[1]),
  'exchanged.calls': (recorded) => count(recorded['exchanged-log']),
  'dropped.calls': (recorded) => count(recorded['dropped-log']),
};
