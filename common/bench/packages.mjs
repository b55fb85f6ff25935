// What needs Debian's packages for RISC-V (fetch-packages.sh): the workload under its stock kernel,
// and a shell's loop, on both machines.
//   node packages.mjs PACKAGES
// Writes build/bench/packages.json, which bench.mjs puts into its table.

import fs from 'node:fs';
import path from 'node:path';
import { writeInitrd } from './initrd.mjs';
import { built } from './machine.mjs';
import { both, compared, pair, runAll, versions } from './measure.mjs';
import { packagePhases } from './phases.mjs';

async function measurePackages(directory) {
  const shell = path.join(built, 'shell.cpio');
  writeInitrd(shell, {
    init: path.join(built, 'init'), busybox: path.join(directory, 'busybox'),
  });
  const debian = { kernel: path.join(directory, 'vmlinux'), guest: 256 };
  const results = await runAll({
    ...both('debian-quiet', { ...debian, append: 'console=ttyS0 quiet -- boot' }),
    ...both('debian', { ...debian, append: 'console=ttyS0 -- boot' }),
    ...both('shell', { initrd: shell, append: 'console=hvc0 -- shell' }),
  }, (what) => console.error(`bench: ${what}`));
  const { console: said } = results['bare, debian'];
  return {
    linux: /Linux version (\S+)/.exec(said)[1],
    versions: versions(said),
    phases: Object.fromEntries(packagePhases
      .map((phase) => [phase.name, compared(phase, pair(results, phase.run))])),
  };
}

try {
  const result = await measurePackages(process.argv[2]);
  fs.writeFileSync(path.join(built, 'packages.json'), `${JSON.stringify(result, null, 2)}\n`);
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
