// A greeting with the number of the hart, on any hart, and an end that says whether all went well.
import { closest, Failure, require } from '../failure.mjs';

const call = 9; // an environment call from HS-mode

/** Calls of the program to its firmware. */
const callsOf = (run) => run.traps.filter(({ cause, epc, isInterrupt }) =>
  !isInterrupt && cause === call && epc >= run.image.start && epc < run.image.end);

/** There is a line with that number in decimal. */
function expectNumber(run, number, what) {
  if (!run.lines.some((line) => new RegExp(`\\b${number}\\b`).test(line))) {
    throw new Failure(`a line with ${number}, ${what}`,
      run.lines.length > 0 ? closest(run.lines, `hello from hart ${number}`) : ['no line']);
  }
}

export const boots = {
  own: { guest: 'off.S' },
  // With OpenSBI any of eight harts may win, so this firmware starts one that is chosen.
  chosen: {
    guest: 'off.S',
    firmware: 'hart.S',
    values: (any) => ({ host: any.number(1, 7) }),
    flags: () => ['-smp', '8'],
  },
  numbered: { firmware: 'firmware.S', values: (any) => ({ hart: any.number(1000, 2 ** 31 - 1) }) },
};

export const tests = [
  {
    name: 'calls', points: 15, section: 'Off', boot: 'own',
    says: 'the program calls its firmware',
    hints: [
      'QEMU\'s log (-d int) has a line for each call: cause 9, with the address of the ecall',
      'ecall stands in an asm volatile, or the compiler leaves it out; a7 has the extension',
    ],
    code: ['firmware.cpp', 'ecall'],
    check(run) {
      require(callsOf(run).length > 0, 'calls of the program (environment call from HS-mode, cause '
        + '9) in QEMU\'s log', 'none');
    },
  },
  {
    name: 'off', points: 20, section: 'Off', boot: 'own', parents: ['calls'],
    says: 'the machine is switched off, without an error',
    hints: [
      'status 1 is that of firmware::fail: what has the firmware answered to the call before?',
      'SRST is extension 0x53525354; its function 0 with a0 = 0, shutdown, ends the machine',
    ],
    code: ['firmware.cpp', 'firmware::power_off'],
    check(run) {
      run.expectEnd(0, 'when the program has done its work');
    },
  },
  {
    name: 'greeting', points: 25, section: 'Lines', boot: 'chosen', parents: ['calls'], lasts: true,
    says: 'a line has the number of the hart that runs',
    hints: [
      'the number is in a0 when the firmware enters _start: who changes a0 before main?',
      'extension 1, legacy console putchar, prints the character in a0; the digits are written '
        + 'from the last to the first',
    ],
    code: ['main.cpp', 'println'],
    check(run, { host }) {
      expectNumber(run, host, 'the hart that the firmware has started');
      const line = run.lines.find((each) => each.includes('\0'));
      require(line === undefined, 'letters alone: does the compiler know that ecall changes a0?',
        line);
    },
  },
  {
    name: 'any-hart', points: 20, section: 'Lines', boot: 'numbered', parents: ['greeting'],
    says: 'the number is the one in a0, whatever it is',
    hints: [
      'where does main get the number from, and how does print make digits of it? On QEMU hart 0 '
        + 'nearly always starts, so a fixed 0 looks right',
      'main takes it as its first parameter, which is a0; the remainder by ten is the last digit, '
        + 'until nothing is left',
    ],
    code: ['main.cpp', 'std::uint64_t hart'],
    check(run, { hart }) {
      expectNumber(run, hart, 'which a firmware of the check has put into a0');
    },
  },
  {
    name: 'refused-off', points: 20, section: 'When the call comes back', boot: 'numbered',
    parents: ['off'],
    says: 'where the firmware refuses to switch off, the machine ends with an error',
    hints: [
      'the call for SRST may come back, and then power_off has to go on: where does pc lead?',
      'a store of 0x13333, 32 bits, to 0x100000 ends QEMU with status 1',
    ],
    code: ['firmware.cpp', 'firmware::fail'],
    check(run) {
      run.expectEnd(1, 'after a firmware that knows no SRST');
    },
  },
];
