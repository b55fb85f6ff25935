// What chapter 15 runs; record/runs.mjs says what can be asked for.

const meow = [['exit powers off.', 'meow'], ['> ^ <', 'exit']];
const reboots = (times) => Array.from({ length: times }, () => ['exit powers off.', 'reboot']);

export const runs = {
  run: { type: meow },
  refused: { state: 'Every request gets an answer', until: 'end Kernel panic' },
  'no-reboot': { state: 'Sectors', type: reboots(1) },
  'six-reboots': { state: 'A guest that comes back', type: reboots(6) },
  'seven-reboots': {
    state: 'Pages come back',
    type: [...reboots(7), ['exit powers off.', 'exit']],
  },

  'no-interrupt': { patch: 'no-interrupt.patch', until: 'loop', registers: ['V', 'pc'] },
  // QueueNotify, InterruptStatus and InterruptACK, where this Linux has mapped the device
  'no-interrupt-log': {
    patch: 'no-interrupt.patch', log: 'int', until: 'loop', lines: /tval:0x\w+6010(50|60|64),/,
  },
  'bytes-for-sectors': { patch: 'bytes-for-sectors.patch', until: 'end Kernel panic' },
  'entry-for-head': { patch: 'entry-for-head.patch', until: 'loop' },
  'early-index': { patch: 'early-index.patch', type: meow },

  // What driver and device do for the first request.
  request: { patch: 'request.patch', until: 'InterruptStatus 1', request: true },
  boot: { exits: true, until: 'exit powers off.' },

  requests: {
    patch: 'requests.patch', type: meow, counted: true, count: { served: /disk: type/ },
  },
  indirect: { patch: 'indirect.patch', type: meow },
  exits: {
    patch: 'exits.patch', type: meow, counted: true, count: { accesses: /(load |store) 0x/ },
  },
};

/** All that a pattern finds, as numbers. */
const found = (pattern, { text }) => [...text.matchAll(pattern)].map(([, number]) => Number(number));

export const numbers = {
  sectors: ({ run }) => found(/\[vda\] (\d+) 512-byte/g, run)[0],
  'disk.major': ({ run }) => found(/on device (\d+):0/g, run)[0],
  largest: ({ requests }) => Math.max(...found(/disk: type.* (\d+) bytes/g, requests)),
  'last.sector': ({ requests }) => Math.max(...found(/disk: type.* sector (\d+),/g, requests)),
  'boot.exits': ({ boot }) => Object.values(boot.exits.total).reduce((sum, each) => sum + each),
  'boot.faults': ({ boot }) => boot.exits.total.fetch,
  requests: (recorded) => recorded.requests.counts.served,
  'request.exits': (recorded) => recorded.exits.counts.accesses,
};
