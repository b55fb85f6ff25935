// What is run for chapter 07; book/record/runs.mjs says what can be asked for.

const call = { GUEST: 'guest/call.S' };
const exit = /cause:0+a,/; // an environment call from VS-mode, in QEMU's log
const switchFunctions = ['exit_guest', 'enter_guest'];

export const runs = {
  link: { state: 'A place to come back to', target: 'build' },
  out: { state: 'The way out' },
  why: { state: 'Ask why' },
  asked: { state: 'Answer' },
  again: {
    state: 'A guest with more to say', variables: { SANITIZE: 1 }, until: 'h^@^@^@^@^@^@^@^@',
  },
  hello: { state: 'After the call' },

  run: {},
  call: { variables: call },
  exit: { trace: { exit: 1 } },
  log: { log: 'int', lines: exit, counted: true },

  'guest-code': {
    command: 'llvm-objdump -d --no-show-raw-insn build/07-hypercall/hello.S.elf',
    lines: /^8020000|^8020001[0-9a]/,
  },
  'no-x8': { patch: 'no-x8.patch' },
  'no-pc': { patch: 'no-pc.patch' },
  'no-pc-log': { patch: 'no-pc.patch', log: 'int', lines: exit },
  'no-sp': { patch: 'no-sp.patch' },
  'no-own-trap': {
    patch: 'no-own-trap.patch', until: 'loop', registers: ['sepc', 'scause'],
  },
  'exit-code': {
    patch: 'no-own-trap.patch',
    command: 'llvm-objdump -d --no-show-raw-insn {elf}',
    lines: /<exit_guest>:|csrrw.a0|sd.ra, 0x8\(a0\)/,
  },
  'no-own-trap-log': {
    patch: 'no-own-trap.patch', until: 'loop', log: 'int', lines: /cause:0+[a5],/,
  },

  count: { patch: 'count.patch' },
  ask: { patch: 'ask.patch', variables: { GUEST: 'guest/ask.S' } },
};

const inSwitch = ({ function: name }) => switchFunctions.includes(name);

export const numbers = {
  exits: ({ log }) => log.lines.length,
  'exit.instructions': (recorded) => recorded.exit.trace.length,
  'exit.switch': (recorded) => recorded.exit.trace.filter(inSwitch).length,
  'exit.cpp': (recorded) => recorded.exit.trace.filter((each) => !inSwitch(each)).length,
};
