// Where QEMU loads the files of a run. common/run/layout.sh says so, and nobody else.

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../run/layout.sh', import.meta.url));

/**
 * What layout.sh prints, as numbers: { ram, kernel, kernel_size, … }.
 * @param {object} files those of the run, by the names that make has: { KERNEL, INITRD, DISK }
 */
export function layout({ KERNEL = '', INITRD = '', DISK = '' }) {
  const text = execFileSync('sh', [script], {
    env: { ...process.env, KERNEL, INITRD, DISK }, encoding: 'utf8',
  });
  return Object.fromEntries([...text.matchAll(/^(\w+)=(\d+)$/gm)]
    .map(([, name, number]) => [name, Number(number)]));
}
