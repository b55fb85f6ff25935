// A program that waits: where the hart is, what it has executed on the way, and what is in memory.
import { Failure, require, requireEqual, shown } from '../failure.mjs';

const entry = 0x8020_0000n;
const ram = [entry, 0x8800_0000n]; // of a machine with 128 MiB, without the firmware's
const leastStack = 4096n;

/** A program that waits has no end: its limit is soon reached. */
const waiting = { log: 'int,in_asm', quiet: 3, waits: true };

/** What the firmware's line `name` says. */
const saidByFirmware = (run, name) =>
  new RegExp(`^Domain0 Next ${name} +: (\\S+)`, 'm').exec(run.console)?.[1];

/** The run waits, and its hart's registers. */
function expectWaiting(run) {
  require(run.end.isWanted, 'the machine waits until it is stopped', run.ending);
  return run.end.where.registers;
}

const isIn = (address, [start, end]) => address >= start && address < end;

/** What is wrong with a stack that ends at `sp`, or undefined. */
function wrongWith(sp, { loaded }) {
  if (!isIn(sp - 1n, ram)) {
    return sp < entry && sp > 0x8000_0000n ? 'the firmware\'s memory' : 'no RAM';
  }
  return loaded.some(([start, end]) => start < sp && end > sp - leastStack)
    ? 'the program\'s own code or data' : undefined;
}

export const boots = {
  waits: waiting,
  zeros: { ...waiting, probe: 'zero.cpp', noise: true },
};

export const tests = [
  {
    name: 'entered', points: 20, section: 'A place', boot: 'waits',
    says: 'the firmware enters the program at 0x80200000, in HS-mode',
    hints: [
      'the firmware\'s lines say where it jumps: `Domain0 Next Address`; llvm-nm says what is '
        + 'there',
      'the linker script says where the program lies: the dot is 0x80200000 before .text',
    ],
    code: ['hypervisor.ld', '. = 0x80200000'],
    check(run) {
      const address = saidByFirmware(run, 'Address');
      requireEqual(address, entry, 'where the firmware jumps (Domain0 Next Address)');
      require(saidByFirmware(run, 'Mode') === 'S-mode', 'the mode in which it enters: S-mode',
        saidByFirmware(run, 'Mode') ?? 'no mode');
      require(run.code.some(({ pc }) => pc === entry),
        `the instruction at ${shown(entry)} has been executed`, 'it has not');
    },
  },
  {
    name: 'waiting', points: 20, section: 'A program without a place', boot: 'waits',
    parents: ['entered'],
    says: 'it ends in a loop of its own, without a trap',
    hints: [
      'scause, sepc and pc say what happens instead (Ctrl-A c, info registers); llvm-objdump -d '
        + 'says which instruction is there',
      'after `main` the hart has to stay in a loop: wfi, and a jump back to it',
    ],
    code: ['boot.S', 'halt:'],
    check(run) {
      const traps = run.ownTraps;
      if (traps.length > 1) {
        throw new Failure('the program runs to its end without a trap',
          [run.describe(traps[0]), `${traps.length} traps in all`]);
      }
      const { pc } = expectWaiting(run);
      require(isIn(pc, [run.image.start, run.image.end]), 'the hart is in the program',
        `pc is ${shown(pc)}`);
    },
  },
  {
    name: 'stack', points: 25, section: 'A stack', boot: 'waits', parents: ['waiting'],
    says: 'sp is the end of memory that the program has set aside',
    hints: [
      'whose memory does sp point to? If it is the firmware\'s, has _start run at all? The first '
        + 'instruction of the file is the first that runs (llvm-nm -n)',
      'stacks grow down: the label of the top comes after the 16 KiB in the linker script, and la '
        + 'writes it to sp',
    ],
    code: ['boot.S', '__stack_top'],
    check(run) {
      const { sp } = expectWaiting(run);
      const wrong = wrongWith(sp, run.image);
      require(wrong === undefined, `${leastStack} bytes below sp that are the program's, and free`,
        `sp is ${shown(sp)}, and below it is ${wrong}`);
      require(sp % 16n === 0n, 'sp is a multiple of 16', shown(sp));
    },
  },
  {
    name: 'main', points: 20, section: 'Into C++', boot: 'waits', parents: ['waiting'],
    says: 'main is called',
    hints: [
      'does llvm-nm show a main? Without extern "C" its name is another one',
      '`call main` comes after the stack is there; it leaves its return address in ra',
    ],
    code: ['boot.S', 'call    main'],
    check(run) {
      const main = run.image.symbols.get('main');
      require(main !== undefined, 'a function with the name main in the program (llvm-nm)');
      require(run.code.some(({ pc }) => pc === main), `main, at ${shown(main)}, has been executed`,
        'it has not');
      const { ra } = expectWaiting(run);
      require(isIn(ra, [run.image.start, run.image.end]),
        'ra, the return address of the call, is in the program', shown(ra));
    },
  },
  {
    name: 'zeros', points: 15, section: 'Zeros', boot: 'zeros', parents: ['main'],
    says: '.bss is zero when main begins, whatever was in RAM before',
    hints: [
      'the check links an object of its own to the program, and fills RAM before the start: on '
        + 'QEMU it is zero, and the loop seems to be needless',
      'the loop in _start goes from __bss_start to __bss_end; the linker script has .bss.* and '
        + '.sbss between the two',
    ],
    code: ['boot.S', 'clear_bss:'],
    check(run) {
      expectWaiting(run);
      const start = run.image.symbols.get('zero_of_the_check');
      run.expectZeros(start, 128, 'in an object without a value, in .bss');
    },
  },
];
