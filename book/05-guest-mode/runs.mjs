// What is run for chapter 05. The guest has no program of its own yet: as long as it sees the
// machine's memory, it finds the hypervisor itself at its first address.

const code = (lines) => ({ command: 'llvm-objdump -d {elf}', lines });
const firstFetch = /tlb_fill ad 80200000 rw 2|stage address=80200000|cause:0+14,/;

// The greeting is printed without end: it is ended after the first three.
const again = 'hypervisor: hello from hart 0\n'.repeat(3);

export const runs = {
  // The states, one after another.
  user: { state: 'A hart in memory' },
  'user-code': { state: 'A hart in memory', ...code(/^8020018e:/) },
  again: { state: 'Supervisor again', until: again, registers: ['V', 'scause'] },
  bare: { state: 'Across the border' },
  'bare-code': {
    state: 'Across the border', command: 'llvm-addr2line -ips -e {elf} 0x802001d8', lines: /\w/,
  },
  fault: { state: 'A table that maps nothing' },

  run: {},
  enter: { trace: { exit: 1, from: 'enter_guest', to: 'sret' } },

  // Failures.
  'a0-first': { patch: 'a0-first.patch' },
  'a0-first-code': {
    patch: 'a0-first.patch', command: 'llvm-objdump -d {elf} | grep -B 13 8020006e:',
  },
  'no-assert': { patch: 'no-assert.patch' },
  'no-assert-code': {
    patch: 'no-assert.patch', command: "llvm-objdump -d {elf} | grep -B 2 'csrw.sepc'",
  },
  member: { patch: 'member.patch', target: 'build' },
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
