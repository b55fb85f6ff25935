// What is measured, and our goals for it.

/** The runs of the workload, by the kernel's command line: each on both machines. */
export const runs = {
  hvc0: { append: 'console=hvc0' },
  ttyS0: { append: 'console=ttyS0 -- console' },
  typed: {
    append: 'console=ttyS0 -- typed', typed: { mark: 28, line: 'the quick brown fox' },
  },
};

/**
 * The phases: each lasts from one mark of counter.c to another, those of init.cpp and 0, a kernel's
 * first instruction. `goal` is the most that a hypervisor may need, as a ratio to the bare machine.
 * A phase of the `disk` is also compared with a bare machine whose disk takes 1 ms: `slowGoal`.
 *
 * Beside a disk that answers at once, step 15 misses both goals for 4 KiB. Such a request takes us
 * about 3,170 instructions: seven exits, and a copy that costs the bare machine's processor none.
 * The goals leave 2,420.
 */
export const phases = [
  { name: 'kernel entry to init, hvc0', from: 0, to: 1, goal: 0.92 },
  { name: 'reset to init, hvc0', from: 'reset', to: 1, goal: 1.01 },
  { name: 'kernel entry to init, ttyS0', run: 'ttyS0', from: 0, to: 1 },
  { name: 'reset to init, ttyS0', run: 'ttyS0', from: 'reset', to: 1 },
  { name: 'compute', from: 2, to: 3, goal: 1.001 },
  { name: '10,000 system calls', from: 4, to: 5, goal: 1.001 },
  { name: '16 MiB of fresh pages', from: 6, to: 7, goal: 1.002 },
  { name: '200 times fork and exec', from: 20, to: 21, goal: 1.01 },
  { name: '100 times nanosleep 1 ms', from: 8, to: 9, goal: 1.02 },
  { name: 'console, 64 KiB, hvc0', from: 10, to: 11, goal: 0.52 },
  { name: 'console, 64 KiB, ttyS0', run: 'ttyS0', from: 10, to: 11 },
  { name: '20 typed lines, ttyS0', run: 'typed', from: 28, to: 29 },
  { name: 'read 512 times 4 KiB', disk: true, from: 12, to: 13, goal: 1.4, slowGoal: 1.05 },
  { name: 'write 512 times 4 KiB', disk: true, from: 14, to: 15, goal: 1.21, slowGoal: 1.1 },
  { name: 'read 128 times 128 KiB', disk: true, from: 16, to: 17, slowGoal: 2.15 },
  { name: 'write 64 times 128 KiB', disk: true, from: 18, to: 19, slowGoal: 2.15 },
  ...[[1, 22], [4, 24], [16, 26]].map(([depth, from]) => (
    { name: `512 at random, queue depth ${depth}`, disk: true, from, to: from + 1 })),
].map((phase) => ({ run: 'hvc0', ...phase }));

/** Those that need Debian's packages. Its kernel says much, all of it through the UART. */
export const packagePhases = [
  { name: 'Debian\'s kernel, entry to init, quiet', run: 'debian-quiet', from: 0, to: 1, goal: 1 },
  { name: 'Debian\'s kernel, entry to init, ttyS0', run: 'debian', from: 0, to: 1 },
  { name: 'a shell\'s loop, 100 commands', run: 'shell', from: 30, to: 31, goal: 1.01 },
];

export const lastMark = 99;

/** The kinds of exits, by counter.c's names. */
export const kinds = {
  sbi: 'SBI calls', mmio: 'device', notify: 'notify', interrupt: 'other',
};

const fourKiB = 'read 512 times 4 KiB';
const largeOnes = 'read 128 times 128 KiB';
const KiB = 1024;

/** What is one figure: how it comes out of a result, and the most that it may be. */
export const figures = [
  { name: 'instructions per SBI call', of: ({ exits }) => perExit(exits.sbi), goal: 136 },
  { name: 'instructions per device access', of: ({ exits }) => perExit(exits.mmio), goal: 230 },
  { name: 'instructions per notification, 4 KiB', of: (result) => perNotify(result, fourKiB) },
  { name: 'instructions per notification, 128 KiB', of: (result) => perNotify(result, largeOnes) },
  { name: 'instructions per other exit', of: ({ exits }) => perExit(exits.interrupt) },
  { name: 'exits per 4 KiB read', of: exitsPerRead, goal: 7 },
  {
    name: 'KiB that the guest of 128 MiB does not get',
    of: ({ memory }) => withheld(memory) / KiB,
  },
  { name: '  the hypervisor\'s', of: ({ memory }) => memory.hypervisor / KiB, goal: 256 },
  { name: '  the kernel\'s file, kept for a reboot', of: ({ memory }) => memory.kernel / KiB },
  { name: '  the initrd\'s file, likewise', of: ({ memory }) => memory.initrd / KiB },
  { name: '  the disk', of: ({ memory }) => memory.disk / KiB },
  {
    name: '  the firmware\'s, also on the bare machine',
    of: ({ memory }) => memory.firmware / KiB,
  },
  { name: '  gaps, and the machine\'s device tree', of: ({ memory }) => memory.gaps / KiB },
  { name: 'lines of code', of: ({ lines }) => lines.code },
  { name: 'lines of headers', of: ({ lines }) => lines.headers },
];

/** Of no exits none have an instruction. */
function perExit({ count, instructions }) {
  return count > 0 ? instructions / count : 0;
}

function perNotify({ phases: measured }, name) {
  return perExit(measured[name].hypervisor.exits.notify);
}

function exitsPerRead({ phases: measured }) {
  const { exits } = measured[fourKiB].hypervisor;
  const ofRequests = exits.mmio.count + exits.notify.count + exits.interrupt.count;
  return ofRequests / 512;
}

function withheld({ guest, ...others }) {
  return Object.values(others).reduce((sum, size) => sum + size, 0);
}
