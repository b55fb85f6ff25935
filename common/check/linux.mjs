// Linux as a guest: what shows that it has run, whatever its lines say.
import path from 'node:path';

import { closest, Failure, require } from './failure.mjs';
import { root } from './submission.mjs';
import { guestCauses } from './traps.mjs';

/** The kernel that `make` has built. */
export const kernel = path.join(root, 'build', 'guest', 'Image');

const fewestCalls = 20; // Linux 6.12 may print a whole record by one

/** What the kernel has said: its lines, each with its time in seconds and without it. */
const linesOfLinux = (run) => run.lines
  .map((line) => /^\[ *(\d+\.\d+)\] (.*)$/.exec(line))
  .filter((match) => match !== null)
  .map(([, time, text]) => ({ time: Number(time), text }));

/**
 * The first line of the kernel's that `pattern` matches.
 * @param like such a line
 */
export function findLinuxLine(run, pattern, like) {
  const lines = linesOfLinux(run);
  const found = lines.find(({ text }) => pattern.test(text));
  if (found === undefined) {
    throw new Failure(`a line of Linux like "${like}"`,
      closest(lines.map(({ text }) => text), like));
  }
  return found;
}

/** The kernel has printed by calls: one for each letter, or for several lines. */
export function requireCallsOfLinux(run) {
  const calls = run.guestTraps.filter(({ cause, epc }) =>
    cause === guestCauses.call && epc >> 63n === 1n).length;
  require(calls >= fewestCalls, `at least ${fewestCalls} calls from the kernel's addresses in QEMU's `
    + 'log (cause 10)', `${calls} calls`);
}

/** For a boot's values: an argument that only Linux repeats where Linux does. */
export const linuxValues = (any) => ({ name: any.word(), word: any.word() });

/** Its arguments: the serial port is the only console. */
export const linuxArguments = ({ name, word }) => `console=ttyS0 panic=-1 ${name}=${word}`;

/** The kernel has printed its lines by stores to the UART, one for each letter. */
export function requireLinux(run, { name, word }) {
  run.expectMatch(new RegExp(`Unknown kernel command line parameters "${name}=${word}"`),
    `Unknown kernel command line parameters "${name}=${word}", will be passed to user space.`);
  const letters = run.lines.filter((line) => /^\[ *\d+\.\d+\] /.test(line)).join('\n').length;
  const stores = run.guestTraps.filter(({ cause, epc, tval }) => cause === guestCauses.store
    && epc >> 63n === 1n && (tval & 0xfffn) === 0n).length;
  require(stores >= letters, 'a store of the kernel to the UART in QEMU\'s log for each of its '
    + `${letters} letters`, `${stores} stores`);
}
