// What a guest has told by guests/tell.hpp: numbers of which the last shows that the guest itself
// has computed them, with its calls in QEMU's log.
import { Failure, require } from './failure.mjs';
import { guestCauses } from './traps.mjs';

const mask = (1n << 64n) - 1n;
const mix = (sum, part) => ((sum ^ BigInt(part)) * 0x1_0000_01b3n) & mask;

/** As sum_of of guests/tell.hpp. */
export const sumOf = (bytes, key) => [...bytes].reduce(mix, BigInt(key));

/** The calls of the guest, as QEMU has logged them. */
export const callsOf = (run) => run.guestTraps.filter(({ cause }) => cause === guestCauses.call);

const toldLine = /^([a-z-]+(?: 0x[0-9a-f]{1,16})*) told (0x[0-9a-f]{1,16})$/;

/** What stands for numbers that a line lacks; no check looks at more than eight. */
const untold = Array(8).fill(mask);

/**
 * The numbers after `name`, as BigInt of 64 bits, and after them some of all ones: a hypervisor
 * that makes up such a line may leave out what the guest would tell.
 * @param run of a boot whose values have a `key`
 * @param what in words: what the guest tells
 */
export function told(run, name, what) {
  for (const line of run.lines) {
    const [, text, proof] = toldLine.exec(line) ?? [];
    const [first, ...numbers] = text?.split(' ') ?? [];
    if (first === name
      && numbers.reduce(mix, sumOf(Buffer.from(name), run.values.key)) === BigInt(proof)) {
      const calls = callsOf(run).length;
      require(calls >= line.length,
        `a call of the guest (cause 10) in QEMU's log for each letter of "${line}"`,
        `${calls} calls${calls === 0 ? ': its code runs, but not as a guest' : ''}`);
      return [...numbers.map(BigInt), ...untold];
    }
  }
  throw new Failure(`the guest says ${what}, in a line "${name} 0x..."`,
    run.lines.filter((line) => line.startsWith(`${name} `)).slice(0, 2));
}
