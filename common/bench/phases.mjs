// What is measured, and our goals for it.

/**
 * The phases: each lasts from one mark of counter.c to another, those of init.cpp and 0, a kernel's
 * first instruction. `goal` is the most that a hypervisor may need, as a ratio to the bare machine.
 * Where the guest's console matters it is named.
 */
export const phases = [
  { name: 'kernel entry to init, hvc0', console: 'hvc0', from: 0, to: 1, goal: 0.92 },
  { name: 'reset to init, hvc0', console: 'hvc0', from: 'reset', to: 1, goal: 1.01 },
  { name: 'kernel entry to init, ttyS0', console: 'ttyS0', from: 0, to: 1 },
  { name: 'reset to init, ttyS0', console: 'ttyS0', from: 'reset', to: 1 },
  { name: 'compute', from: 2, to: 3, goal: 1.001 },
  { name: '10,000 system calls', from: 4, to: 5, goal: 1.001 },
  { name: '16 MiB of fresh pages', from: 6, to: 7, goal: 1.002 },
  { name: '100 times nanosleep 1 ms', from: 8, to: 9, goal: 1.02 },
  { name: 'console, 64 KiB, hvc0', console: 'hvc0', from: 10, to: 11, goal: 0.52 },
  { name: 'console, 64 KiB, ttyS0', console: 'ttyS0', from: 10, to: 11 },
  { name: 'read 512 times 4 KiB', from: 12, to: 13, goal: 1.05 },
  { name: 'write 512 times 4 KiB', from: 14, to: 15, goal: 1.1 },
  { name: 'read 128 times 128 KiB', from: 16, to: 17, goal: 2.15 },
  { name: 'write 64 times 128 KiB', from: 18, to: 19, goal: 2.15 },
];
export const lastMark = 19;

/** The kinds of exits, by counter.c's names. */
export const kinds = {
  sbi: 'SBI calls', mmio: 'device', notify: 'notify', interrupt: 'other',
};

const fourKiB = 'read 512 times 4 KiB';
const largeOnes = 'read 128 times 128 KiB';

/** What is one figure: how it comes out of a result, and the most that it may be. */
export const figures = [
  { name: 'instructions per SBI call', of: ({ exits }) => perExit(exits.sbi), goal: 136 },
  { name: 'instructions per device access', of: ({ exits }) => perExit(exits.mmio), goal: 230 },
  { name: 'instructions per notification, 4 KiB', of: (result) => perNotify(result, fourKiB) },
  { name: 'instructions per notification, 128 KiB', of: (result) => perNotify(result, largeOnes) },
  { name: 'instructions per other exit', of: ({ exits }) => perExit(exits.interrupt) },
  { name: 'exits per 4 KiB read', of: exitsPerRead, goal: 7 },
  { name: 'KiB of memory besides the guest\'s', of: ({ memory }) => memory / 1024, goal: 256 },
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
