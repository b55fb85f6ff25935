// One exit of the guest, instruction by instruction, out of QEMU's log.

import fs from 'node:fs';
import readline from 'node:readline';

import { refuse } from '../../common/stairs/steps.mjs';
import { disassemble } from '../../common/test/symbols.mjs';
import { readSymbols, writtenIn } from './elf.mjs';

/** How QEMU is told to log each instruction of the hypervisor, and of a guest at the same place. */
export function stepping(major) {
  const oneByOne = major < 8 ? '-singlestep' : '-accel tcg,one-insn-per-tb=on';
  return `${oneByOne} -d exec,cpu,nochain -dfilter 0x80200000+0x100000`;
}

/** The registers that are shown: those of programs, and the CSRs that we and the guest see. */
const isShown = (name) => !/^(m[a-z]+2?|zero|V|pc|hideleg|hedeleg)$/.test(name);

/** What the log says before each instruction: the registers, by name. */
async function* readStates(file) {
  let lines;
  for await (const line of readline.createInterface({ input: fs.createReadStream(file) })) {
    if (line.startsWith('Trace ')) {
      if (lines) {
        yield lines;
      }
      lines = [];
    } else if (/^(cpu_io_recompile|Stopped execution)/.test(line)) {
      lines = undefined; // it was not executed: it has met a device, and comes again
    } else {
      lines?.push(line);
    }
  }
  if (lines) {
    yield lines;
  }
}

const registersOf = (lines) => Object.fromEntries(lines.flatMap((line) =>
  [...line.matchAll(/(?:x\d+\/)?(\w+) +(?:= +)?([0-9a-f]+)(?= |$)/g)]
    .map(([, name, value]) => [name, BigInt(`0x${value}`)])));

/** The registers of the hypervisor before each of its instructions, from the wanted one on. */
async function readExit(file, start, nth, isLast) {
  const states = [];
  let met = 0;
  for await (const lines of readStates(file)) {
    if (!/= +0$/.test(lines[0])) { // V: it is the guest that is there
      continue;
    }
    const pc = BigInt(`0x${/[0-9a-f]+$/.exec(lines[1])[0]}`);
    met += pc === start && states.length === 0 ? 1 : 0;
    if (met === nth) {
      states.push(registersOf(lines));
      if (isLast(pc)) {
        return states;
      }
    }
  }
  return refuse(met < nth ? `the guest has only ${met} exits` : 'the exit has no end');
}

/**
 * Reads an exit.
 * @param trace { exit, from, to }, as in runs.mjs
 * @returns its instructions: { pc, function, text, changes: { register: value } }
 */
export async function readTrace(file, elf, { exit = 1, from = 'exit_guest', to = 'sret' }) {
  const start = readSymbols(elf).find(({ name }) => name === from)
    ?? refuse(`there is no symbol ${from}`);
  const texts = new Map(disassemble(elf)
    .map(({ address, text }) => [BigInt(address), text.replace(/ <[^>]*\+0x[^>]*>$/, '')]));
  const isLast = (pc) => texts.get(pc)?.split(' ')[0] === to;
  const states = await readExit(file, start.address, exit, isLast);
  const addresses = [...new Set(states.map(({ pc }) => pc))];
  const functions = writtenIn(elf, addresses);
  return states.map((state, index) => {
    const next = states[index + 1] ?? state;
    const changed = Object.keys(state)
      .filter((name) => isShown(name) && next[name] !== state[name]);
    return {
      pc: hex(state.pc),
      function: functions[addresses.indexOf(state.pc)],
      text: texts.get(state.pc),
      changes: Object.fromEntries(changed.map((name) => [name, hex(next[name])])),
    };
  });
}

const hex = (value) => `0x${value.toString(16)}`;

/** A trace as it is stored: JSON, an instruction a line. */
export const traceText = (trace) =>
  `[\n${trace.map((instruction) => JSON.stringify(instruction)).join(',\n')}\n]\n`;
