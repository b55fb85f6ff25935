// Where the exits of a whole run go: what the guest left for, in order, and when which line was
// printed. Out of QEMU's log, in which traps and the bytes for the UART stand in their order.

import fs from 'node:fs';
import readline from 'node:readline';

/** What QEMU's -d is told. */
export const exitLog = 'int,trace:serial_write';

const barCount = 60;
const linux = /^\[ *\d+\.\d+\] /; // how its lines begin, with the time, which is left out

/**
 * The kinds of exits by their causes, which are all those with which the hart leaves a guest for
 * HS-mode: OpenSBI delegates them in `medeleg` and `mideleg`, and we do not in `hedeleg` and `hideleg`.
 */
const kinds = {
  call: ['0:a'], // environment call from VS-mode
  load: ['0:15'], // guest-page faults
  store: ['0:17'],
  fetch: ['0:c', '0:14'], // instruction page fault, instruction guest-page fault
  instruction: ['0:16'], // virtual instruction
  interrupt: ['1:1', '1:5', '1:9'], // supervisor software, timer, external
};
const kindOf = (cause) => Object.keys(kinds).find((kind) => kinds[kind].includes(cause));

/** What the log tells, line by line: { kind } of an exit, or { byte } that the UART was given. */
async function* readEvents(file) {
  let hasLatch = false; // the divisor is where the data usually is
  for await (const line of readline.createInterface({ input: fs.createReadStream(file) })) {
    const [, async, cause] = /^riscv_cpu_do_interrupt: .*async:(\d), cause:0*(\w+),/.exec(line) ?? [];
    const [, register, value] = /^serial_write write addr 0x(\w+) val 0x(\w+)/.exec(line) ?? [];
    if (cause !== undefined && kindOf(`${async}:${cause}`)) {
      yield { kind: kindOf(`${async}:${cause}`) };
    } else if (register === '03') {
      hasLatch = (Number.parseInt(value, 16) & 0x80) !== 0;
    } else if (register === '00' && !hasLatch) {
      yield { byte: Number.parseInt(value, 16) };
    }
  }
}

/**
 * Reads the exits up to the line with the text `until`, or to the end.
 * @returns `total`, from each kind to its number; `bars`, the same of each of as many parts of the
 *   run, with equally many exits; `lines`, those of Linux and ours: { at, text }, at is how many
 *   exits were before its first letter
 */
export async function readExits(file, until) {
  const exits = [];
  const lines = [];
  let current;
  for await (const { kind, byte } of readEvents(file)) {
    if (kind) {
      exits.push(kind);
      continue;
    }
    current ??= { at: exits.length, text: '' };
    current.text += byte === 10 || byte === 13 ? '' : String.fromCharCode(byte);
    if (byte === 10) {
      lines.push(current);
      current = undefined;
    }
    if (until && current?.text.includes(until)) {
      break;
    }
  }
  const count = (some) => Object.fromEntries(Object.keys(kinds)
    .map((kind) => [kind, some.filter((each) => each === kind).length]));
  const start = (bar) => Math.floor(bar * exits.length / barCount);
  return {
    total: count(exits),
    bars: Array.from({ length: barCount }, (_, bar) =>
      count(exits.slice(start(bar), start(bar + 1)))),
    lines: lines.filter(({ text }) => linux.test(text) || text.startsWith('hypervisor: '))
      .map(({ at, text }) => ({ at, text: text.replace(linux, '') })),
  };
}

/** The same as it is stored: JSON, a bar or a line of the console in a line. */
export function exitsText({ total, bars, lines }) {
  const list = (values) => `[\n${values.map((value) => JSON.stringify(value)).join(',\n')}\n]`;
  return `{ "total": ${JSON.stringify(total)},\n"bars": ${list(bars)},\n"lines": ${list(lines)} }\n`;
}
