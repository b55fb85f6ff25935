// What is run for chapter 05. The guest has no program of its own yet: as long as it sees the
// machine's memory, it finds the hypervisor itself at its first address.

const code = (lines) => ({ command: 'llvm-objdump -d {elf}', lines });
const firstFetch = /tlb_fill ad 80200000 rw 2|stage address=80200000|cause:0+14,/;

// The greeting three times, right after the firmware's last line: there is no other such place.
const greeting = 'hypervisor: hello from hart 0\n';
const again = `f0b509\n${greeting.repeat(3)}`;

export const runs = {
  // The states, one after another.
  user: { state: 'A hart in memory' },
  'user-code': { state: 'A hart in memory', ...code(/csrw.stvec|csrw.0x105/) },
  again: { state: 'Supervisor again', until: again, registers: ['V'] },
  bare: { state: 'Across the border' },
  'bare-code': {
    state: 'Across the border', command: 'llvm-addr2line -ips -e {elf} 0x802001ca', lines: /\w/,
  },

  run: {},
  enter: { trace: { exit: 1, from: 'enter_guest', to: 'sret' } },

  // Failures.
  'a0-first': { patch: 'a0-first.patch' },
  'a0-first-code': { patch: 'a0-first.patch', ...code(/<enter_guest>:|ld.a[01], 0x5/) },
  'no-stack': {
    patch: 'no-stack.patch', until: 'loop', registers: ['V', 'sepc', 'scause'],
  },
  'no-stack-code': { patch: 'no-stack.patch', ...code(/<report_trap>:|^802003b0:/) },
  'no-stack-log': {
    patch: 'no-stack.patch', until: 'loop', log: 'int', lines: /cause:0+14,|tval:0xfffffffffffffff8/,
  },
  'no-spp': { patch: 'no-spp.patch' },
  'no-spp-log': { patch: 'no-spp.patch', log: 'mmu,int', lines: firstFetch },
  log: { log: 'mmu,int', lines: firstFetch },

  // Exercises.
  from: { patch: 'from.patch' },
  modes: { patch: 'modes.patch' },
};

export const numbers = {
  'enter.instructions': (recorded) => recorded.enter.trace.length,
};
