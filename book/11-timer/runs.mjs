// What chapter 11 runs; record/runs.mjs says what can be asked for. The second machine is the same
// one, but its CPU has no Sstc.

const older = { QEMU_FLAGS: '-cpu rv64,sstc=false' };

/** What follows the first timer interrupt in QEMU's log; what never ends would fill it. */
const afterTheFirst = 'make -s -C {step} run LIMIT=4 QEMU_FLAGS="-cpu rv64,sstc=false '
  + '-icount shift=0,sleep=off -seed 1 -d int -D $PWD/build/int.log" > build/run.log 2>&1; '
  + 'grep -m 1 -A 8 m_timer build/int.log | cut -d, -f 3,4,6';

/** Counts in the log who was interrupted. */
const interrupts = {
  counted: true, log: 'int', lines: /desc=exec_page_fault/,
  count: { firmware: /desc=m_timer/, guest: /desc=vs_timer/ },
};

export const runs = {
  waits: { state: 'A second that does not pass', until: 'loop', registers: ['V', 'pc', 'mie', 'mip'] },
  unexpected: { state: 'Ask the firmware', variables: older, counted: true },
  passes: { state: 'Hand it on', variables: older },
  asked: { state: 'A timer in the hart' },

  run: {},
  older: { variables: older },
  'older-log': { ...interrupts, variables: older },
  'asked-log': { ...interrupts, state: 'A timer in the hart' },
  log: interrupts,

  // The first timer interrupt is the last thing that happens; when, the time decides.
  'not-cleared': {
    patch: 'not-cleared.patch', variables: older, counted: true, until: 'Phillip Lougher',
    registers: ['pc'],
  },
  'not-cleared-log': { patch: 'not-cleared.patch', command: afterTheFirst },
  'no-stce': { patch: 'no-stce.patch', counted: true },
  past: { patch: 'past.patch', variables: older, until: 'loop', registers: ['pc'] },
  'past-log': { patch: 'past.patch', command: afterTheFirst },

  boot: { exits: true, variables: older },

  // Exercises.
  count: { patch: 'count.patch', counted: true },
  'count-older': { patch: 'count.patch', variables: older, counted: true },
  'count-asked': { state: 'A timer in the hart', patch: 'count.patch', counted: true },
  zero: { patch: 'zero.patch', variables: { GUEST: 'guest/clock.S', ...older }, counted: true },
  pretend: { patch: 'pretend.patch' },
};

/** The first or second number in the line that says what the exits were for. */
const counted = ({ text }, index) => Number(/(\d+) set the timer, (\d+) timer/.exec(text)[index]);

export const numbers = {
  'older.calls': (recorded) => counted(recorded['count-older'], 1),
  'older.interrupts': (recorded) => counted(recorded['count-older'], 2),
  'older.firmware': (recorded) => recorded['older-log'].counts.firmware,
  'older.guest': (recorded) => recorded['older-log'].counts.guest,
  'asked.firmware': (recorded) => recorded['asked-log'].counts.firmware,
  'asked.guest': (recorded) => recorded['asked-log'].counts.guest,
  'asked.calls': (recorded) => counted(recorded['count-asked'], 1),
  'asked.interrupts': (recorded) => counted(recorded['count-asked'], 2),
  'told.calls': (recorded) => counted(recorded.count, 1),
  'told.interrupts': (recorded) => counted(recorded.count, 2),
  'older.wait': (recorded) => // when Linux begins to wait, in milliseconds
    Math.round(1000 * /\[ *([\d.]+)\] Waiting 1 sec/.exec(recorded['count-older'].text)[1]),
  'told.firmware': ({ log }) => log.counts.firmware,
  'told.guest': ({ log }) => log.counts.guest,
};
