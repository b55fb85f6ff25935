// A guest that calls and comes back. Its calls are in QEMU's log, and what it prints it computes.
import { Failure, require, requireEqual, shown } from '../failure.mjs';
import { numbersIn } from '../lines.mjs';
import { guestCauses } from '../traps.mjs';

const mask = (1n << 64n) - 1n;

/** What guests/print.S prints: one number after another, each made of the one before. */
function numbersFrom(first, count) {
  const numbers = [BigInt(first)];
  while (numbers.length < count) {
    numbers.push((numbers.at(-1) * 0x41c64e6dn + 0x3039n) & mask);
  }
  return numbers;
}

/** The names of the registers, as people write them: x27 is s11. */
const names = ('zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 s9 '
  + 's10 s11 t3 t4 t5 t6').split(' ');
const ofTheCall = ['zero', 'a0', 'a1', 'a7'];

/** All registers of guests/kept.S, added up. */
const sumOfRegisters = (first) => BigInt(first) * BigInt(names
  .reduce((sum, name, number) => (ofTheCall.includes(name) ? sum : sum + number), 0)) & mask;

const callsOf = (run) => run.guestTraps.filter(({ cause }) => cause === guestCauses.call);

export const boots = {
  print: {
    guest: 'print.S',
    values: (any) => ({ word: any.word(), first: any.number(1, 2 ** 31), count: any.number(3, 9) }),
  },
  kept: { guest: 'kept.S', values: (any) => ({ first: any.number(2 ** 20, 2 ** 31) }) },
  unknown: {
    guest: 'unknown.S',
    values: (any) => ({ extension: any.number(0x1000, 0x7fff), number: any.number(4, 400) }),
  },
  own: {},
};

export const tests = [
  {
    name: 'call', points: 20, section: 'A place to come back to', boot: 'print', lasts: true,
    says: 'the guest calls, and goes on after its call',
    hints: ['the exit has to return to where C++ called: look at ra and sp, and at sepc',
      'exit_guest stores the guest\'s registers into the Vcpu and returns to Vcpu::run'],
    code: ['world_switch.S', 'exit_guest'],
    check(run) {
      const places = new Set(callsOf(run).map(({ epc }) => epc));
      require(places.size >= 2, 'calls of the guest (cause 10) from several places in QEMU\'s log',
        `${callsOf(run).length} calls, from ${places.size === 1 ? `one place, ${
          shown([...places][0])}` : 'none'}`);
    },
  },
  {
    name: 'print', points: 25, section: 'Answer', boot: 'print', parents: ['call'], lasts: true,
    says: 'what the guest prints reaches the console',
    hints: ['the extension is in a7, the character in a0: SBI 2.0, chapter 5',
      'a handler gets the Call, and console::put prints its first argument'],
    code: ['sbi.cpp', 'legacy_console_putchar'],
    check(run, { word, first, count }) {
      run.expectLine(word);
      const came = run.numbers('numbers');
      numbersFrom(first, count).forEach((number, at) =>
        requireEqual(came[at], number, `number ${at + 1} that the guest computes`));
    },
  },
  {
    name: 'registers', points: 20, section: 'The way out', boot: 'kept', parents: ['call'], lasts: true,
    says: 'all registers but a0 and a1 survive a call',
    hints: ['which register does the message name? Is it saved at the exit, and loaded again?',
      'thirty-one registers go into the Vcpu, each to its own place'],
    code: ['world_switch.S', 'exit_guest'],
    check(run, { first }) {
      const lost = run.lines.map((each) => /^lost (0x[0-9a-f]+)$/.exec(each)).find(Boolean);
      if (lost !== undefined) {
        const register = names[Number(lost[1])] ?? 'another';
        throw new Failure('after a call each register holds what it held before',
          [`${register} does not`]);
      }
      requireEqual(run.number('kept'), sumOfRegisters(first), 'the sum of all registers');
    },
  },
  {
    name: 'power-off', points: 15, section: 'Answer', boot: 'print', parents: ['call'], lasts: true,
    says: 'the guest shuts down, and the machine ends well',
    hints: ['the legacy shutdown is extension 8', 'Vm::run returns Stop::power_off, and main ends '
      + 'the machine without an error'],
    code: ['sbi.cpp', 'legacy_shutdown'],
    check(run) {
      run.expectEnd(0, 'after the guest\'s shutdown');
    },
  },
  {
    name: 'unknown-call', points: 10, section: 'Answer', boot: 'unknown', parents: ['call'],
    says: 'a call that nobody knows stops the guest, with a line that names it',
    hints: ['where no extension fits, the guest stops with Stop::error',
      'the last line names the extension, in hexadecimal, and pc'],
    code: ['sbi.cpp', 'answer'],
    check(run, { extension, number }) {
      const pc = 0x8020_0000 + 4 * number;
      require(callsOf(run).some(({ epc }) => epc === BigInt(pc)),
        `a call of the guest from ${shown(pc)} in QEMU's log`,
        ...callsOf(run).slice(-1).map(({ epc }) => `one from ${shown(epc)}`));
      require(numbersIn(run.lastLine).includes(BigInt(extension)), `a last line with ${shown(extension)}`,
        run.lastLine);
      run.expectEnd(1, 'after a call that nobody knows');
    },
  },
  {
    name: 'own-guest', points: 10, section: 'A guest with more to say', boot: 'own', parents: ['call'],
    says: 'the guest of the chapter says something and shuts down',
    hints: ['the guest calls for each character of its text, and stops at the zero after it',
      'guest/hello.S ends with the legacy shutdown, extension 8'],
    code: ['guest/hello.S'],
    check(run) {
      const calls = callsOf(run).length;
      require(calls >= 3, 'calls of the guest: some characters, and the shutdown', `${calls} calls`);
      run.expectEnd(0, 'after the guest\'s shutdown');
    },
  },
];
