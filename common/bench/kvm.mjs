// Runs the workload as the guest of Linux's KVM with QEMU, on the same emulated machine that our
// hypervisor runs on: QEMU, in it Debian's Linux with KVM, in that Debian's QEMU for RISC-V.
//   node kvm.mjs PACKAGES      what fetch-packages.sh has fetched
// Writes build/bench/kvm.json, which bench.mjs puts into its table.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeInitrd } from './initrd.mjs';
import { built, inBuilt, runWorkload } from './machine.mjs';
import { kernel } from './machines.mjs';
import { between, versions } from './measure.mjs';
import { phases } from './phases.mjs';

const packages = process.argv[2];
const packaged = (name) => path.join(packages, name);
const loader = 'ld-linux-riscv64-lp64d.so.1';

/** The libraries that a program needs, and those that these need. */
function librariesOf(program, found = new Set()) {
  const objdump = process.env.OBJDUMP ?? 'llvm-objdump-19';
  const headers = execFileSync(objdump, ['-p', packaged(program)], { encoding: 'utf8' });
  for (const [, name] of headers.matchAll(/^ *NEEDED +(\S+)$/gm)) {
    if (!found.has(name)) {
      librariesOf(name, found.add(name));
    }
  }
  return found;
}

/** What is in the initial RAM disk of the Linux that hosts the guest: all in one directory. */
function hostFiles() {
  const files = {
    'init': fileURLToPath(new URL('kvm-init', import.meta.url)),
    'Image': kernel,
    'init.cpio': path.join(built, 'init.cpio'),
  };
  const fromPackages = ['busybox', 'kvm.ko', 'qemu-system-riscv64', loader];
  for (const name of [...fromPackages, ...librariesOf('qemu-system-riscv64')]) {
    files[name] = packaged(name);
  }
  return files;
}

try {
  writeInitrd(path.join(built, 'kvm.cpio'), hostFiles());
  console.error('bench: under KVM, with console ttyS0, half a minute or more');
  const { console: said, marks } = await runWorkload('kvm-ttyS0', {
    clock: 'exact',
    options: ['-m', '1G', '-kernel', inBuilt(packaged('vmlinux')), '-initrd', 'kvm.cpio',
      '-append', 'console=ttyS0 riscv_isa_fallback'],
  }, { limit: 1800 });
  const instructions = Object.fromEntries(phases
    .filter(({ name, run }) => !/hvc0$/.test(name) && run !== 'typed')
    .map(({ name, from, to }) => [name, between(marks, from, to).instructions]));
  const host = ['Linux', 'QEMU emulator'] // the guest's Linux tells its version later
    .map((name) => new RegExp(`${name} version ([\\d.]+)`).exec(said)[0].replace(' version', ''))
    .join(', ');
  const result = { host, versions: versions(said), instructions };
  fs.writeFileSync(path.join(built, 'kvm.json'), `${JSON.stringify(result, null, 2)}\n`);
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
