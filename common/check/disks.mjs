// Disks for guests: files of whole sectors, in the directory of a run.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

export const sectorSize = 512;

/** Content that nobody knows who does not read it: no two sectors are the same. */
export const contentOf = (seed, sectors) =>
  Buffer.concat(Array.from({ length: sectors * sectorSize / 64 }, (_, number) =>
    createHash('sha512').update(`${seed} ${number}`).digest()));

/** A file with that content: the variable of make. */
export function diskOf(content, directory) {
  const DISK = path.join(directory, 'disk');
  fs.writeFileSync(DISK, content);
  return { DISK };
}

/** A file of so many sectors of zeros, which takes no room: the variable of make. */
export function emptyDisk(sectors, directory) {
  const { DISK } = diskOf('', directory);
  fs.truncateSync(DISK, sectorSize * sectors);
  return { DISK };
}

/** Where QEMU has loaded the file. */
export async function placeOfDisk(machine) {
  const [, address] = /addr=([0-9a-f]+) .* name="[^"]*\/disk"/
    .exec(await machine.ask('info roms')) ?? [];
  return address && BigInt(`0x${address}`);
}
