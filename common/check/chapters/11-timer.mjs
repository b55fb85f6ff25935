// A timer, by the firmware and by the hart. A guest sets it and tells when its interrupt came:
// neither before the deadline nor long after it. QEMU counts instructions as time here, so it is
// exact.
import { require, requireEqual } from '../failure.mjs';
import { findLinuxLine, kernel, requireCallsOfLinux } from '../linux.mjs';
import { told } from '../told.mjs';

const second = 10_000_000; // ticks
const patience = second / 10; // how long the guest waits for an interrupt
const late = 2_000; // ticks that the way to the guest may take: 200,000 instructions
const timerInterrupt = (1n << 63n) | 5n;
const exact = ['-icount', 'shift=0,sleep=off'];
const supervisorTimer = 5; // the cause of the hypervisor's own timer interrupt
const STCE = 1n << 63n; // of henvcfg
const VSTIP = 1n << 6n; // of hvip
const noTrap = 0x7777n;

const inSeconds = (ticks) => `${ticks} ticks (${(Number(ticks) / second).toFixed(4)} s)`;

/** An interrupt of the timer came so many ticks after the guest had set it. */
function expectInterrupt(run, name, says, ticks) {
  const [error, waited, cause] = told(run, name, `when the interrupt of ${says} came`);
  require(error === 0n, `in a0 after set_timer with ${says}: 0`,
    String(BigInt.asIntN(64, error)));
  const expected = `an interrupt ${inSeconds(ticks)} after the guest has set ${says}, or at most `
    + `${late} ticks later`;
  require(cause !== noTrap, expected, waited >= BigInt(patience)
    ? `none within ${inSeconds(waited)}`
    : 'nothing: one before has not come, so the guest has not waited for this one');
  requireEqual(cause, timerInterrupt, `scause after an interrupt of ${says}`);
  require(waited >= BigInt(ticks) && waited <= BigInt(ticks + late), expected,
    `one after ${inSeconds(waited)}`);
}

const expectFirst = (run, { ticks }) => expectInterrupt(run, 'first', 'the first deadline', ticks);

function expectNext(run, { ticks }) {
  expectInterrupt(run, 'again', 'the second deadline', Math.floor(ticks / 3));
  expectInterrupt(run, 'replaced', 'a deadline that replaces an earlier one', ticks);
}

function expectPast(run) {
  expectInterrupt(run, 'past', 'a deadline in the past', 0);
  expectInterrupt(run, 'zero', 'deadline 0', 0);
}

function expectNone(run) {
  requireEqual(told(run, 'never', 'how many interrupts came')[0], 0,
    'interrupts after a deadline was replaced by -1, which is never');
  requireEqual(told(run, 'cleared', 'how many interrupts came')[0], 0,
    'interrupts after one was pending, not taken, and the deadline was set to -1');
}

async function readTimer(machine) {
  if (await machine.until(/^ready .*\n/m) === undefined) {
    return undefined;
  }
  const stub = await machine.stub();
  return {
    henvcfg: await stub.register('henvcfg'), hvip: await stub.register('hvip'),
    vstimecmp: await stub.csr(0x24d),
  };
}

const values = (any) => ({
  key: any.number(2 ** 20, 2 ** 31), ticks: any.number(30_000, 300_000), patience,
  far: 2 ** 16 * any.number(2 ** 24, 2 ** 31),
});

export const boots = {
  older: {
    guest: 'wait.cpp', values, flags: () => [...exact, '-cpu', 'rv64,sstc=off'],
    drive: (machine) => machine.until(/^ready .*\n/m),
    isEnough: true,
  },
  hart: { guest: 'wait.cpp', values, flags: () => exact, drive: readTimer, isEnough: true },
  linux: {
    values: (any) => ({ seconds: any.number(2, 5) }), // of more it takes less care
    variables: ({ seconds }) => ({
      KERNEL: kernel, DISK: '',
      BOOTARGS: `earlycon=sbi console=hvc0 panic=-1 rootdelay=${seconds}`,
    }),
    flags: () => exact,
    quiet: 12,
    drive: (machine) => machine.until(/Kernel panic.{0,200}\n/),
    isEnough: true,
  },
};

export const tests = [
  {
    name: 'timer', points: 15, section: 'Hand it on', boot: 'older', lasts: true,
    says: 'without Sstc, the guest gets its timer interrupt, in time',
    hints: ['the firmware gets the deadline, its interrupt leads to an exit, and the guest finds '
      + 'an interrupt of its own: which of the three is missing?',
    'set_timer of the firmware, STIE in sie, and at the exit VSTIP in hvip; the clock is the same, '
      + 'so there is nothing to convert'],
    code: ['timer.cpp', 'Timer::expire'],
    check: expectFirst,
  },
  {
    name: 'next-timer', points: 15, section: 'Hand it on', boot: 'older', lasts: true,
    parents: ['timer'],
    says: 'without Sstc, a new deadline takes the place of the old one, and of its interrupt',
    hints: ['an interrupt that comes too early is an old one: who takes it back?',
      'VSTIP stays set until it is cleared, and the guest\'s next set_timer has to do that'],
    code: ['timer.cpp', 'Timer::set'],
    check(run, all) {
      expectNext(run, all);
      expectInterrupt(run, 'legacy', 'a deadline by the legacy call', Math.floor(all.ticks / 2));
    },
  },
  {
    name: 'no-timer', points: 10, section: 'Ask the firmware', boot: 'older', lasts: true,
    parents: ['timer'],
    says: 'without Sstc, no interrupt comes where the guest has set its timer to never',
    hints: ['-1 is a deadline like all others, only the last one that there is',
      'set_timer clears the pending interrupt, whatever the new deadline is'],
    code: ['timer.cpp', 'Timer::set'],
    check: expectNone,
  },
  {
    name: 'past-timer', points: 10, section: 'Ask the firmware', boot: 'older', lasts: true,
    parents: ['timer'],
    says: 'without Sstc, what is past is due at once',
    hints: ['a deadline in the past is handed on like any other: no clock is read for it',
      'in which order are the firmware asked and STIE set? Only the firmware knows what is due'],
    code: ['timer.cpp', 'Timer::set'],
    check: expectPast,
  },
  {
    name: 'sstc-timer', points: 15, section: 'A timer in the hart', boot: 'hart', lasts: true,
    says: 'with Sstc, the guest gets its timer interrupts, in time',
    hints: ['with Sstc, who compares the clock with which register?',
      'set writes the deadline to vstimecmp, which begins as never; henvcfg.STCE turns it on'],
    code: ['timer.cpp', 'Csr::vstimecmp'],
    check(run, all) {
      expectFirst(run, all);
      expectNext(run, all);
      expectPast(run);
      expectNone(run);
    },
  },
  {
    name: 'sstc-in-hart', points: 10, section: 'A timer in the hart', boot: 'hart', lasts: true,
    parents: ['sstc-timer'],
    says: 'with Sstc, the hart has the deadline, and no interrupt is ours',
    hints: ['QEMU\'s log says who was interrupted: s_timer is you, vs_timer the guest',
      'vstimecmp holds the guest\'s deadline; neither the firmware nor hvip is needed'],
    code: ['timer.cpp', 'henvcfg::STCE'],
    check(run, { far }) {
      require(run.seen !== undefined, 'the guest comes to its end, with its timer set', run.lastLine);
      const { henvcfg, hvip, vstimecmp } = run.seen;
      requireEqual(henvcfg & STCE, STCE, 'STCE in henvcfg, its highest bit');
      requireEqual(vstimecmp, far, 'vstimecmp, after the guest has set its timer to that');
      requireEqual(hvip & VSTIP, 0, 'VSTIP in hvip');
      const exits = run.traps.filter(({ isInterrupt, cause }) =>
        isInterrupt && cause === supervisorTimer).length;
      require(exits === 0, 'no supervisor timer interrupt (5) in QEMU\'s log', `${exits} of them`);
    },
  },
  {
    name: 'sstc-promised', points: 10, section: 'Say that it is there', boot: 'hart', lasts: true,
    says: 'with Sstc, the guest\'s tree names it, and its stimecmp works',
    hints: ['a name in the tree is a promise: what does stimecmp need besides?',
      'riscv,isa has "_sstc" at its end, riscv,isa-extensions a text "sstc"; STCE in henvcfg and '
      + 'TM in hcounteren let the guest write it'],
    code: ['guest_tree.cpp', 'sstc'],
    check(run, { ticks }) {
      const [isa, extensions] = told(run, 'promised', 'whether its tree names sstc');
      requireEqual(isa, 1, 'whether riscv,isa names sstc');
      requireEqual(extensions, 1, 'whether riscv,isa-extensions names sstc');
      const [cause] = told(run, 'stimecmp', 'whether it can write stimecmp');
      require(cause === noTrap, 'stimecmp, written by the guest without a trap',
        `a trap with scause ${cause}`);
      expectInterrupt(run, 'own', 'stimecmp itself', ticks);
    },
  },
  {
    name: 'sstc-absent', points: 5, section: 'Say that it is there', boot: 'older', lasts: true,
    parents: ['timer'],
    says: 'without Sstc, the guest\'s tree does not name it',
    hints: ['what the machine does not have, the guest must not be promised',
      'look for sstc in the riscv,isa of the machine\'s own tree'],
    code: ['host.cpp', 'Host::has_extension'],
    check(run) {
      const [isa, extensions] = told(run, 'promised', 'whether its tree names sstc');
      requireEqual(isa, 0, 'whether riscv,isa names sstc, on a CPU without it');
      requireEqual(extensions, 0, 'whether riscv,isa-extensions names sstc, on a CPU without it');
      const [cause] = told(run, 'stimecmp', 'whether it can write stimecmp');
      requireEqual(cause, 2, 'scause when the guest writes stimecmp, which is not there');
    },
  },
  {
    name: 'linux-waits', points: 10, section: 'A second that does not pass', boot: 'linux',
    lasts: true,
    says: 'Linux waits as long as it was told to, and goes on',
    hints: ['where it sleeps, mip in QEMU\'s monitor says what is pending, mie what it waits for',
      'Linux sets its timer by stimecmp where the tree names sstc, else by the legacy call'],
    code: ['sbi.cpp', 'legacy_set_timer'],
    check(run, { seconds }) {
      const like = `Waiting ${seconds} sec before mounting root device`;
      const waits = findLinuxLine(run, new RegExp(`^${like}`), like);
      const panics = findLinuxLine(run, /^Kernel panic - not syncing: VFS: Unable to mount root fs/,
        'Kernel panic - not syncing: VFS: Unable to mount root fs');
      const waited = panics.time - waits.time;
      require(waited >= seconds - 0.02 && waited < seconds + 0.2,
        `${seconds} seconds from "${like}" to its panic, or 0.2 more, by its own clock`,
        `${waited.toFixed(3)} seconds`);
      requireCallsOfLinux(run);
    },
  },
];
