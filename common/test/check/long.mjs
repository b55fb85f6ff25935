// Asks the tests of one step about runs that print and trap as much as a run may: long.mjs STEP
// That takes seconds, and each test passes or fails: anything else that is thrown ends the program.
import { Failure } from '../../check/failure.mjs';
import { planOf } from '../../check/plan.mjs';
import { Run } from '../../check/run.mjs';
import { Values } from '../../check/values.mjs';

const length = 2 ** 20;
const hex = (number, digits) => number.toString(16).padStart(digits, '0');
const fill = (text) => text.repeat(length / text.length);

const consoles = [
  fill('5000 '), fill('0x80300000\n'), fill('plic: sched_clock: Boot HART MEDELEG '),
  Array.from({ length: length / 12 }, (_, at) => `0x${hex(0x8030_0000 + 4096 * at, 0)}\n`).join(''),
];

/** A trap at each of many places. */
const log = [2, 10].flatMap((cause) => Array.from({ length: 50_000 }, (_, at) =>
  `riscv_cpu_do_interrupt: hart:0, async:0, cause:${hex(cause, 16)}, epc:0x${
    hex(0x8020_0000 + 4 * at, 16)}, tval:0x${hex(0, 16)}, desc=x\n`)).join('');

class LongRun extends Run {
  get image() {
    return { start: 0x8020_0000n, end: 0x8040_0000n, loaded: [], symbols: new Map() };
  }
}

const [step] = process.argv.slice(2);
const { tests, boots } = await planOf(step);
for (const { check, boot } of tests.filter(({ isOwn }) => isOwn)) {
  const values = boots.get(`${step}/${boot}`)?.values?.(new Values('a seed', 'long')) ?? {};
  for (const text of consoles) {
    const run = new LongRun({ values, log, console: `Boot HART MEDELEG\n${text}`,
      elf: '/dev/null', end: { how: 'prints' }, ram: () => Buffer.alloc(0) });
    try {
      check(run, values);
    } catch (error) {
      if (!(error instanceof Failure)) {
        throw error;
      }
    }
  }
}
