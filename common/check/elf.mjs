// What the program under check is made of: where its parts lie, and where a name is.
import fs from 'node:fs';

const loadable = 1n; // PT_LOAD
const symbolTable = 2; // SHT_SYMTAB
const longest = 256; // of a name

/** The places of the program headers in an ELF file of 64 bits. */
export const segmentHeaders = (file) => Array.from({ length: file.readUInt16LE(56) }, (_, index) =>
  Number(file.readBigUInt64LE(32)) + index * file.readUInt16LE(54))
  .filter((at) => BigInt(file.readUInt32LE(at)) === loadable);

/** An ELF file without sections: QEMU writes the names in them into its logs, whatever they are. */
export function withoutNames(file) {
  const copy = Buffer.from(file);
  copy.fill(0, 40, 48); // e_shoff
  copy.fill(0, 60, 64); // e_shnum, e_shstrndx
  return copy;
}

/** The names of an ELF file, with their addresses: it has one table of them. */
function readSymbols(file) {
  const headers = Array.from({ length: file.readUInt16LE(60) }, (_, index) =>
    Number(file.readBigUInt64LE(40)) + index * file.readUInt16LE(58));
  const section = (at) => ({
    start: Number(file.readBigUInt64LE(at + 24)), size: Number(file.readBigUInt64LE(at + 32)),
  });
  const symbols = new Map();
  const at = headers.find((each) => file.readUInt32LE(each + 4) === symbolTable);
  if (at === undefined) {
    return symbols;
  }
  const names = section(headers[file.readUInt32LE(at + 40)]);
  const { start, size } = section(at);
  for (let entry = start; entry < start + size; entry += 24) {
    const name = names.start + file.readUInt32LE(entry);
    const [text] = file.toString('latin1', name, name + longest).split('\0');
    symbols.set(text, file.readBigUInt64LE(entry + 8));
  }
  return symbols;
}

/**
 * @param {Buffer} file an ELF file of 64 bits
 * @returns {{ start: bigint, end: bigint, loaded: bigint[][], symbols: Map<string, bigint> }} from
 *   where to where its memory is, and the pieces of it that have content in the file, each from
 *   where to where
 */
function parse(file) {
  const segments = segmentHeaders(file).map((at) => ({
    start: file.readBigUInt64LE(at + 24), // p_paddr
    content: file.readBigUInt64LE(at + 32), size: file.readBigUInt64LE(at + 40),
  })).filter(({ size }) => size > 0n);
  const least = (numbers) => numbers.reduce((one, other) => (one < other ? one : other));
  const ends = segments.map(({ start, size }) => start + size);
  return {
    start: least(segments.map(({ start }) => start)),
    end: -least(ends.map((end) => -end)),
    loaded: segments.filter(({ content }) => content > 0n)
      .map(({ start, content }) => [start, start + content]),
    symbols: readSymbols(file),
  };
}

/** Reads the ELF file of that name. */
export const readElf = (name) => parse(fs.readFileSync(name));

/** What is wrong with a file as a program that a machine could start; undefined if nothing is. */
export function faultOf(file) {
  const isElf = file.length >= 64 && file.readUInt32BE(0) === 0x7f454c46 && file[4] === 2;
  try {
    return isElf && parse(file).loaded.length > 0 ? undefined
      : 'hypervisor.elf is no ELF file of 64 bits with something to load';
  } catch {
    return 'hypervisor.elf is damaged';
  }
}
