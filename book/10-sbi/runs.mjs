// What is run for chapter 10; record/runs.mjs says what can be asked for.

const restart = { BOOTARGS: 'earlycon=sbi console=hvc0 panic=-1' };
const loop = { until: 'loop', registers: ['V', 'pc'] };

export const runs = {
  no: { state: 'No is an answer', until: 'unknown-block(0,0) ]---' },
  who: { state: 'Who the firmware is', until: 'unknown-block(0,0) ]---' },
  unheard: { state: 'Who the firmware is', variables: restart, ...loop },
  end: { state: 'A restart' },
  fenced: { state: 'Fences for other harts' },
  wake: { state: 'An interrupt that is a call', patch: 'wake.patch' },
  say: { patch: 'say.patch' },

  run: {},
  // The calls of the guest; those of Linux's sbi_console_putchar print a letter.
  calls: {
    counted: true, log: 'int', lines: /cause:0+a, epc:0xffffffff80005656/,
    count: { all: /cause:0+a,/, letters: /cause:0+a, epc:0xffffffff80004fe2/ },
  },

  version: { patch: 'version.patch', ...loop },
  'in-a1': { patch: 'in-a1.patch' },
  slow: {
    patch: 'in-a1.patch', until: '^@^@^@^@', series: '6.1',
    variables: { GUEST: '', QEMU_FLAGS: '-icount shift=6,sleep=off' },
  },
  'first-byte': { patch: 'first-byte.patch' },
  'all-harts': { patch: 'all-harts.patch', ...loop },
  fenceless: { patch: 'fenceless.patch' },

  // Counted, since the first timer's time is in it.
  ask: { patch: 'ask.patch', counted: true },
  hsm: { patch: 'hsm.patch' },
};

export const numbers = {
  calls: (recorded) => recorded.calls.counts.all,
  letters: (recorded) => recorded.calls.counts.letters || undefined, // at an address of this Linux
};
