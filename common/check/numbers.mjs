// Numbers in a line that a person reads: in hexadecimal or not, with 0x or without.
import { require, shown } from './failure.mjs';

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
