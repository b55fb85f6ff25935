// Lines that a person reads: names of exceptions in them, and numbers in hexadecimal or not.
import { Failure, require, shown } from './failure.mjs';
import { nameOfCause } from './traps.mjs';

/** The numbers that a line may mean, as BigInt. */
export const numbersIn = (line) => [
  ...line.matchAll(/\b(?:0x([0-9a-f]+)|(\d+)|([0-9a-f]{4,}))\b/gi),
].flatMap(([, prefixed, decimal, bare]) => (decimal === undefined
  ? [BigInt(`0x${prefixed ?? bare}`)] : [BigInt(decimal), BigInt(`0x${decimal}`)]));

/** A line has all numbers of `wanted`, by their names. */
export function requireNumbers(line, wanted) {
  const came = numbersIn(line);
  for (const [name, number] of Object.entries(wanted)) {
    require(came.includes(BigInt(number)), `${name} ${shown(number)} in this line`, line);
  }
}

/** Names may be written with AMO or without. */
const plain = (text) => text.toLowerCase().replace('/amo', '').replaceAll('-', ' ');

/** The line that names the exception with that cause. */
export function lineOfCause(run, cause) {
  const name = nameOfCause({ cause });
  const line = run.lines.find((each) => plain(each).includes(plain(name)));
  if (line === undefined) {
    throw new Failure(`a line that says "${name}"`, run.lines.length > 0 ? run.lines.slice(-3)
      : ['no line']);
  }
  return line;
}
