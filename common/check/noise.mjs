// A machine whose RAM is not zero when it is switched on. QEMU's is, a real one's need not be. What
// is in RAM at the end can be read, too.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { segmentHeaders } from './elf.mjs';
import { plainly } from './emulator.mjs';

/** How much there is of it, from the beginning of RAM on: the firmware, and the program. */
const size = 2 ** 24;
const ramStart = 0x8000_0000n;

/** No byte of it is 0, and no page is the same as one of the 30 before it. */
const noiseOf = (seed) => {
  const block = Array.from({ length: 31 }, (_, number) =>
    createHash('sha512').update(`${seed} ${number}`).digest());
  return Buffer.alloc(size, Buffer.concat(block).map((byte) => byte || 1));
};

/** A copy of an ELF file that does not ask for zeros: QEMU would write them after its content. */
function copyWithoutZeros(name, copy) {
  const file = fs.readFileSync(name);
  for (const at of segmentHeaders(file)) {
    file.copy(file, at + 40, at + 32, at + 40); // p_memsz = p_filesz
  }
  fs.writeFileSync(copy, file);
}

/**
 * The same machine as `command`, but with noise in its RAM.
 * @param {string} directory for the program without zeros
 * @param {object} room where it runs, and the file is that is its RAM
 */
export function withNoise(command, { directory, room, seed }) {
  const words = [...command];
  const after = (word) => words.indexOf(word) + 1;
  const program = path.join(directory, 'program');
  copyWithoutZeros(words[after('-kernel')], program);
  words[after('-kernel')] = program;
  const memory = words[after('-m')];
  const ram = path.join(room.scratch, 'ram');
  fs.writeFileSync(room.path(ram), noiseOf(seed));
  fs.truncateSync(room.path(ram), Number(memory.replace('K', '')) * 1024);
  room.share(ram);
  return [...words, '-machine', 'memory-backend=noise', '-object',
    `memory-backend-file,id=noise,size=${memory},mem-path=${ram},share=on`];
}

/** What is in RAM at the end: of an address, up to 0x81000000, `length` bytes. */
export function readRam(room) {
  const ram = Buffer.alloc(size);
  const handle = fs.openSync(room.path(path.join(room.scratch, 'ram')), plainly);
  fs.readSync(handle, ram, 0, size, 0);
  fs.closeSync(handle);
  return (address, length) => {
    const start = Number(BigInt(address) - ramStart);
    return ram.subarray(Math.max(0, start), Math.max(0, start + length));
  };
}
