// What is run for chapter 14; book/record/runs.mjs says what can be asked for.

const panic = 'end Kernel panic';
// QueueSel to QueueDeviceHigh and QueueNotify, where this Linux has mapped the device
const queueRegisters = /cause:0+1[57],.*tval:0x\w+601(03|04|05|08|09|0a)[0-9a-f],/;
const largeMemory = { MEMORY: '4G' };

export const runs = {
  // What Linux says as the device learns to answer.
  file: { state: 'A second file', until: panic },
  place: { state: 'A place to look', until: '  ra : ' },
  answers: { state: 'Four answers', until: panic },
  features: { state: 'What both can do', until: panic },
  status: { state: 'How far the driver is', until: panic },
  queue: { state: 'Where the queue lies' },

  run: {},
  conversation: {
    patch: 'conversation.patch', counted: true, count: { accesses: /(load |store) 0x/ },
  },

  'old-version': { patch: 'old-version.patch', until: 'loop', registers: ['V', 'pc'] },
  'old-version-log': {
    patch: 'old-version.patch', log: 'int', until: 'loop', lines: queueRegisters,
  },
  large: { variables: largeMemory },
  // With this much memory, Linux is silent for long before.
  'low-half': {
    patch: 'low-half.patch', variables: largeMemory, until: 'loop', after: '[vda]',
    registers: ['V', 'pc'],
  },
  'large-conversation': { patch: 'conversation.patch', variables: largeMemory },
  'same-half': { patch: 'same-half.patch' },
  'always-ok': { patch: 'always-ok.patch' },

  greedy: { patch: 'greedy.patch', variables: { GUEST: 'guest/greedy.S' } },
  later: { patch: 'later.patch' },
};

/** What Linux has stored at an offset of the device, as a number. */
const stored = ({ conversation }, offset) =>
  Number(new RegExp(`store ${offset}: (0x[0-9a-f]+)`).exec(conversation.text)[1]);

/** How many sectors Linux finds. */
const sectors = ({ text }) => Number(/\[vda\] (\d+) 512-byte/.exec(text)[1]);

export const numbers = {
  sectors: ({ run }) => sectors(run),
  'same.half': (recorded) => sectors(recorded['same-half']),
  accesses: ({ conversation }) => conversation.counts.accesses,
  'large.guest': ({ large }) => Number(/guest gets (\d+) MiB/.exec(large.text)[1]),
  'queue.descriptors': (recorded) => stored(recorded, '0x80'),
  'queue.driver': (recorded) => stored(recorded, '0x90'),
  'queue.device': (recorded) => stored(recorded, '0xa0'),
};
