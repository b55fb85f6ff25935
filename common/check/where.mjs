// Where a run stood that came to no end: the hart's mode, the function and line of the program, the
// last exit, and what it does all the time.
import { spawnSync } from 'node:child_process';
import { countByName, nameOfCause, readTraps } from './traps.mjs';

const image = [0x8020_0000n, 0x8040_0000n];
const longest = 400; // characters of a name, which a program chooses
const hex = (number) => `0x${number.toString(16)}`;

/** Names the place $3 in the program $1. The assembler's labels would hide names of functions. */
const script = 'named=$(mktemp) && "llvm-objcopy$2" --discard-locals "$1" "$named"; '
  + '"llvm-symbolizer$2" --obj "$named" --basenames --no-inlines "$3"; rm -f "$named"';

/** Runs a tool that reads a program. */
const lookHere = ([command, ...words]) => spawnSync(command, words, { encoding: 'utf8' });

/**
 * `function at file:line` of an address in the program, or its address alone.
 * @param {object} program
 * @param {string} program.elf
 * @param {Function} program.look what runs a tool that reads it, as Box.look
 */
export function describePlace({ elf, look = lookHere }, pc) {
  const { stdout } = look(
    ['sh', '-c', script, 'sh', elf, process.env.LLVM_SUFFIX ?? '-19', hex(pc)], elf);
  const [name = '', place] = stdout?.split('\n') ?? [];
  // Without arguments, also those of a template.
  const short = name.slice(0, longest).replace(/<.*>/, '').replace(/\([^()]*\)$/, '');
  return name !== '??' && place ? `${short}, ${place.replace(/:\d+$/, '')}` : hex(pc);
}

/** The privilege mode, as V and what the firmware's addresses tell. */
function who({ pc, V }, program) {
  if (V === 1n) {
    return `the guest, at ${hex(pc)}`;
  }
  return pc >= image[0] && pc < image[1]
    ? `the hypervisor, in ${describePlace(program, pc)} (${hex(pc)})`
    : `the firmware, at ${hex(pc)}`;
}

/**
 * @param {object} where of Emulator.end
 * @param {object} program as describePlace has it
 * @returns lines to read
 */
export function describeWhere({ registers, recent, last: log }, program) {
  const lines = [registers.pc === undefined ? 'stood     where nobody knows: QEMU says nothing'
    : `stood in  ${who(registers, program)}`];
  // OpenSBI finds out by illegal instructions of its own what the hart has.
  const traps = readTraps(log).filter(({ cause, epc }) => cause !== 2 || epc >= image[0]);
  const last = traps.findLast(({ cause, isInterrupt }) => !isInterrupt && cause !== 9)
    ?? traps.at(-1);
  if (last) {
    const { htval } = registers;
    lines.push(`last trap ${nameOfCause(last)}: sepc ${hex(last.epc)}, stval ${hex(last.tval)}`
      + `${htval === undefined ? '' : `, htval ${hex(htval)}`}`);
  }
  const counts = countByName(readTraps(recent));
  lines.push(counts.length > 0
    ? `each second ${counts.slice(0, 4).map(([name, count]) => `${count} ${name}`).join(', ')}`
    : 'no trap in the last second');
  return lines;
}
