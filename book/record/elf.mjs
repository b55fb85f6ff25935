// What stands where in a hypervisor's ELF file.

import { execFileSync } from 'node:child_process';

import { functionsAt } from '../../common/test/symbols.mjs';
import { withSuffix } from './versions.mjs';

const image = 0x8020_0000n; // where the hypervisor is; below it is the firmware
const ram = 0x8000_0000n;

/** The functions and labels of `elf`, in the order of their addresses: { name, address, to }. */
export function readSymbols(elf) {
  const text = execFileSync(withSuffix('llvm-nm'),
    ['--defined-only', '--numeric-sort', '--demangle', elf], { encoding: 'utf8' });
  const all = text.split('\n').flatMap((line) => {
    const [, address, kind, name] = /^([0-9a-f]+) (\w) ([^.$].*)$/.exec(line) ?? [];
    return address ? [{ address: BigInt(`0x${address}`), kind, name: plain(name) }] : [];
  }).filter(({ address }) => address >= image);
  return all.map((symbol, index) => ({ ...symbol, to: all[index + 1]?.address ?? symbol.address }))
    .filter(({ kind }) => /t/i.test(kind));
}

/** The name of a function without what it takes and returns, and without unnamed namespaces. */
export function plain(name) {
  let depth = 0;
  const outside = [...name.replaceAll('(anonymous namespace)::', '')].filter((character) => {
    depth -= '>)'.includes(character) ? 1 : 0;
    const isOutside = depth === 0 && !'<(>)'.includes(character);
    depth += '<('.includes(character) ? 1 : 0;
    return isOutside;
  });
  // A template's name begins with the type that it returns.
  return outside.join('').replace(/( const)?( \[.*)?$/, '').split(' ').at(-1);
}

/** Where a hart stands: a function or label of the hypervisor, the firmware, or an address. */
export function placeOf(symbols, pc) {
  const symbol = symbols.find(({ address, to }) => address <= pc && pc < to);
  return symbol?.name ?? (pc >= ram && pc < image ? 'the firmware' : `0x${pc.toString(16)}`);
}

/**
 * The function that each of the instructions at `addresses` was written in: of those that were
 * inlined there the innermost, but none of the C++ library's.
 */
export function writtenIn(elf, addresses) {
  const symbols = readSymbols(elf);
  const functions = functionsAt(elf, addresses);
  return addresses.map((address, index) => {
    const inner = functions[index].map(plain).find((name) => /^(?!std::|\.)./.test(name));
    return inner ?? placeOf(symbols, BigInt(address));
  });
}
