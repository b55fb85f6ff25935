// A trap that is reported: the log of QEMU has it, and the report says the same.
import { require, shown } from '../failure.mjs';
import { requireReport } from '../lines.mjs';

const illegalInstruction = 2;

/** Exceptions that a program may well have. */
const causes = [1, 5, 7, 12, 13, 15];

/** The program's last illegal instruction, as QEMU has logged it. */
const exceptionOf = (run) => run.ownTraps.findLast(({ cause }) => cause === illegalInstruction);

/** No trap leads to the same trap again. */
function expectNoLoop(run, when) {
  const traps = run.ownTraps;
  const known = new Set();
  const again = traps.find(({ epc }) => known.size === known.add(epc).size);
  require(again === undefined, `a trap ends the program${when}`,
    ...again ? [`${traps.length} traps, again and again ${run.describe(again)}`] : []);
}

export const boots = {
  own: {},
  forged: {
    firmware: 'firmware.S',
    values: (any) => ({
      hart: 0, cause: any.one(causes),
      pc: 2 * any.number(0x4800_0000, 0x7fff_ffff), // where no RAM is
      value: any.number(2 ** 20, 2 ** 31),
    }),
  },
  'lost-stack': {
    firmware: 'firmware.S',
    values: (any) => ({ hart: 0, lost_sp: 16 * any.number(0x80_0000, 0xbf_ffff) }), // no RAM either
  },
};

export const tests = [
  {
    name: 'exception', points: 10, section: 'An instruction that is not ours', boot: 'own',
    says: 'the program executes an instruction that is not allowed',
    hints: [
      'QEMU\'s log (-d int) has each trap: is there one with cause 2, and an address of yours?',
      'main reads mstatus, CSR 0x300, which only M-mode may',
    ],
    code: ['main.cpp', 'csr::read'],
    check(run) {
      const [first] = run.ownTraps;
      require(exceptionOf(run), 'an illegal instruction (cause 2) of the program in QEMU\'s log',
        first ? run.describe(first) : 'no trap');
    },
  },
  {
    name: 'handler', points: 20, section: 'A place for traps', boot: 'own', parents: ['exception'],
    says: 'the trap leads to a place of its own, and not to the start',
    hints: [
      'where does stvec lead? The firmware has put the first instruction there; info registers '
        + 'says what it holds',
      'an address whose two lowest bits are not 0 is refused: read back what you wrote; main sets '
        + 'stvec before anything else',
    ],
    code: ['trap.cpp', 'Csr::stvec'],
    check(run) {
      expectNoLoop(run, '');
    },
  },
  {
    name: 'report', points: 20, section: 'What happened, and where', boot: 'own',
    parents: ['handler'],
    says: 'a line names the exception and its number',
    hints: [
      'scause says what happened: 2, illegal instruction',
      'the report reads scause, sepc and stval before anything that may trap',
    ],
    code: ['trap.cpp', 'trap::name'],
    check(run) {
      requireReport(run, illegalInstruction, { scause: illegalInstruction });
    },
  },
  {
    name: 'place', points: 15, section: 'What happened, and where', boot: 'own',
    parents: ['report'],
    says: 'the line says where it happened, and has stval',
    hints: [
      'sepc is the address of the instruction, stval the instruction itself',
      'they are printed in hexadecimal, all 64 bits',
    ],
    code: ['trap.cpp', 'Csr::sepc'],
    check(run) {
      const { epc, tval } = exceptionOf(run);
      requireReport(run, illegalInstruction, { sepc: epc, stval: tval });
    },
  },
  {
    name: 'causes', points: 15, section: 'What happened, and where', boot: 'forged',
    parents: ['handler'],
    says: 'any other exception is reported as well',
    hints: [
      'the check hands on another exception, at an address where nothing is: does the report read '
        + 'memory there?',
      'the names stand in a table, in the order of scause (Privileged spec 18.6.1); a handler '
        + 'reads its CSRs before anything that may trap',
    ],
    code: ['trap.cpp', 'names[]'],
    check(run, { cause, pc, value }) {
      requireReport(run, cause, { scause: cause, sepc: pc, stval: value });
    },
  },
  {
    name: 'lost-stack', points: 10, section: 'A stack for the report', boot: 'lost-stack',
    parents: ['handler'],
    says: 'the report comes also when sp leads nowhere',
    hints: [
      'an exception does not change sp: what if the program had lost it?',
      'trap_entry takes the stack anew, before it calls',
    ],
    code: ['boot.S', 'la      sp, __stack_top'],
    check(run, { lost_sp: sp }) {
      expectNoLoop(run, `, also with sp ${shown(sp)}`);
      const last = run.ownTraps.at(-1);
      require(last !== undefined, 'a trap of the program, with the firmware of the check, too',
        run.lastLine);
      requireReport(run, last.cause);
    },
  },
  {
    name: 'error', points: 10, section: 'A place for traps', boot: 'own', parents: ['handler'],
    says: 'the machine ends with an error',
    hints: [
      '0 is the status of power_off, and this is no good end',
      'panic ends with firmware::fail',
    ],
    code: ['print.cpp', 'firmware::fail'],
    check(run) {
      run.expectEnd(1, 'after a trap that nobody handles');
    },
  },
];
