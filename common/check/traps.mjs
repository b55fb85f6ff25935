// QEMU's log of traps (-d int): what nobody who only prints can have.

/** The names of the causes (Privileged spec 18.6.1, table of scause), as the book writes them. */
const exceptions = {
  0: 'instruction address misaligned', 1: 'instruction access fault', 2: 'illegal instruction',
  3: 'breakpoint', 4: 'load address misaligned', 5: 'load access fault',
  6: 'store/AMO address misaligned', 7: 'store/AMO access fault',
  8: 'environment call from U-mode or VU-mode', 9: 'environment call from HS-mode',
  10: 'environment call from VS-mode', 11: 'environment call from M-mode',
  12: 'instruction page fault', 13: 'load page fault', 15: 'store/AMO page fault',
  20: 'instruction guest-page fault', 21: 'load guest-page fault', 22: 'virtual instruction',
  23: 'store/AMO guest-page fault',
};
const interrupts = {
  1: 'supervisor software interrupt', 2: 'virtual supervisor software interrupt',
  3: 'machine software interrupt', 5: 'supervisor timer interrupt',
  6: 'virtual supervisor timer interrupt', 7: 'machine timer interrupt',
  9: 'supervisor external interrupt', 10: 'virtual supervisor external interrupt',
  11: 'machine external interrupt', 12: 'supervisor guest external interrupt',
};

/** The name of a trap's cause. */
export const nameOfCause = ({ isInterrupt, cause }) =>
  (isInterrupt ? interrupts : exceptions)[cause] ?? `${isInterrupt ? 'interrupt' : 'cause'} ${cause}`;

const line = new RegExp('^riscv_cpu_do_interrupt: hart:(\\d+), async:([01]), cause:([0-9a-f]+), '
  + 'epc:0x([0-9a-f]+), tval:0x([0-9a-f]+), ', 'gm');

/**
 * The traps of a log, in order: { hart, isInterrupt, cause, epc, tval }, the last two as BigInt.
 * Traps into every mode are there, also those that the firmware takes.
 */
export const readTraps = (log) => [...log.matchAll(line)].map(([, hart, async, cause, epc, tval]) => ({
  hart: Number(hart),
  isInterrupt: async === '1',
  cause: Number.parseInt(cause.slice(-4), 16), // the highest bit stands for an interrupt
  epc: BigInt(`0x${epc}`),
  tval: BigInt(`0x${tval}`),
}));

/** Exceptions that only a guest can cause: in VS-mode, or below a table of the second stage. */
export const guestCauses = { call: 10, fetch: 20, load: 21, virtual: 22, store: 23 };
const ofGuest = new Set(Object.values(guestCauses));

/** The traps that only a guest can cause. */
export const trapsOfGuest = (traps) =>
  traps.filter(({ isInterrupt, cause }) => !isInterrupt && ofGuest.has(cause));

/** How many of each name there are, the most frequent first: [[name, count], …]. */
export function countByName(traps) {
  const counts = new Map();
  for (const trap of traps) {
    const name = nameOfCause(trap);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].sort(([, one], [, other]) => other - one);
}
