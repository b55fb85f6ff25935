// Lines that a person reads: names of exceptions in them, and numbers in hexadecimal or not.
import { Failure, shown } from './failure.mjs';
import { nameOfCause } from './traps.mjs';

/** The numbers that a line may mean, as BigInt. */
export const numbersIn = (line) => [
  ...line.matchAll(/\b(?:0x([0-9a-f]+)|(\d+)|([0-9a-f]{4,}))\b/gi),
].flatMap(([, prefixed, decimal, bare]) => (decimal === undefined
  ? [BigInt(`0x${prefixed ?? bare}`)] : [BigInt(decimal), BigInt(`0x${decimal}`)]));

/** Names may be written with AMO or without. */
const plain = (text) => text.toLowerCase().replace('/amo', '').replaceAll('-', ' ');

/** A line names the exception with that cause, and has all numbers of `wanted`, by their names. */
export function requireReport(run, cause, wanted = {}) {
  const name = nameOfCause({ cause });
  const lines = run.lines.filter((each) => plain(each).includes(plain(name)));
  if (lines.length === 0) {
    throw new Failure(`a line that says "${name}"`, run.lines.length > 0 ? run.lines.slice(-3)
      : ['no line']);
  }
  const missing = (line) => Object.entries(wanted)
    .filter(([, number]) => !numbersIn(line).includes(BigInt(number)));
  if (lines.every((line) => missing(line).length > 0)) {
    const [[what, number]] = missing(lines.at(-1));
    throw new Failure(`${what} ${shown(number)} in a line that says "${name}"`, [lines.at(-1)]);
  }
}
