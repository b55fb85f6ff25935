// Disks for the tests: an ext4 file system on which the probe of guests/linux is the init.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { built } from './machine.mjs';

/** Runs a program, and gives what it prints. */
export const tool = (name, ...words) => execFileSync(name, words, {
  encoding: 'latin1', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'],
});

/** Makes such a disk, the file `disk`, and returns its name. */
export function makeDisk(disk) {
  const tree = `${disk}.tree`;
  for (const directory of ['dev', 'proc', 'sys']) {
    fs.mkdirSync(path.join(tree, directory), { recursive: true });
  }
  fs.copyFileSync(path.join(built, 'guests', 'linux', 'probe'), path.join(tree, 'init'));
  tool('mke2fs', '-q', '-F', '-t', 'ext4', '-d', tree, disk, '16M');
  return disk;
}

/** The kernel's arguments for it; `-- task` may follow. */
export const rootOnDisk = 'console=ttyS0 root=/dev/vda rw init=/init';

const keptLines = () => Array.from({ length: (64 * 64 * 1024) / 16 },
  (_, line) => `line ${String(line).padStart(10, '0')}\n`).join('');

/** Whether the file that the probe writes, /kept, is on a disk as it was written. */
export const isKept = (disk) => tool('debugfs', '-R', 'cat /kept', disk) === keptLines();
