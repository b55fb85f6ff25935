// What the debug information of a hypervisor says about its instructions.

import { execFileSync } from 'node:child_process';

const suffix = process.env.LLVM_SUFFIX ?? '-19'; // tools.mk exports it

function llvm(tool, ...words) {
  const options = { encoding: 'utf8', maxBuffer: 1 << 28 };
  return execFileSync(`llvm-${tool}${suffix}`, words, options);
}

/** All instructions of `elf`, in the order of their addresses: { address, text }. */
export function disassemble(elf) {
  const lines = llvm('objdump', '--disassemble', '--no-show-raw-insn', elf).split('\n');
  return lines.flatMap((line) => {
    const [, address, text] = /^\s*([0-9a-f]+):\s+(\S.*)$/.exec(line) ?? [];
    return address ? [{ address: Number(`0x${address}`), text: text.replace(/\s+/g, ' ') }] : [];
  });
}

/**
 * The functions that each of the instructions at `addresses` belongs to: the innermost first, then
 * those into which it has been inlined.
 */
export function functionsAt(elf, addresses) {
  const text = llvm('symbolizer', `--obj=${elf}`, '--inlines', '--output-style=JSON',
    ...addresses.map((address) => `0x${address.toString(16)}`));
  return JSON.parse(text).map(({ Symbol }) => Symbol.map(({ FunctionName }) => FunctionName));
}
