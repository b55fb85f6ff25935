// What the guest is given: its kernel, its initial RAM disk, its command line; and their names.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { greeting } from '../linux.mjs';
import {
  bootTest, built, elfGuest, endsWell, guest, linux, scratchDirectory, squashfs,
} from '../machine.mjs';

const initrd = path.join(built, 'probe.cpio');

/** Runs a bare-metal guest and expects that all it checks is right. */
async function runGuest(boot, kernel, options = {}) {
  const variables = { KERNEL: kernel, DISK: '', ...options.variables };
  const machine = boot({ ...options, variables });
  await machine.expect(/guest: 0x[1-9a-f][0-9a-f]* checks, 0x0 failed$/m);
  await endsWell(machine);
}

bootTest('a flat kernel', async (boot) => {
  await runGuest(boot, guest('privileged'));
});

bootTest('an ELF kernel', async (boot) => {
  await runGuest(boot, elfGuest('privileged'));
});

bootTest('an Image with a .bss of nine times its file', async (boot) => {
  await runGuest(boot, guest('image'), { variables: { INITRD: initrd } });
});

bootTest('a relative name is meant from where make was started', async (boot) => {
  const cwd = scratchDirectory('kernel-relative');
  fs.copyFileSync(guest('privileged'), path.join(cwd, 'kernel.bin'));
  await runGuest(boot, 'kernel.bin', { cwd });
});

bootTest('a relative name of QEMU as well', async (boot, { path: qemu }) => {
  const cwd = scratchDirectory('qemu-relative');
  fs.writeFileSync(path.join(cwd, 'qemu'), `#!/bin/sh\nexec ${qemu} "$@"\n`, { mode: 0o755 });
  await runGuest(boot, guest('privileged'), { cwd, variables: { QEMU: './qemu' } });
});

bootTest('a relative name, in a directory with a space in its name', async (boot) => {
  const cwd = scratchDirectory('kernel relative');
  fs.copyFileSync(guest('privileged'), path.join(cwd, 'kernel.bin'));
  await runGuest(boot, 'kernel.bin', { cwd });
});

bootTest('names with spaces, commas and quotes', async (boot) => {
  const directory = scratchDirectory('names');
  const copy = (file, name) => {
    fs.copyFileSync(file, path.join(directory, name));
    return path.join(directory, name);
  };
  const machine = boot({
    variables: {
      KERNEL: copy(linux, "my kernel, the 2nd,one's"),
      DISK: copy(squashfs, "a disk, it's mine"),
      INITRD: copy(initrd, 'init  rd,,x=y'),
      BOOTARGS: 'console=ttyS0 rdinit=/init',
    },
  });
  await machine.expect(/^probe: sectors [1-9]\d*$/m);
  await endsWell(machine);
});

bootTest('an initial RAM disk', async (boot) => {
  const machine = boot({
    variables: { INITRD: initrd, DISK: '', BOOTARGS: 'console=ttyS0 rdinit=/init' },
  });
  await machine.expect('probe: sectors 0\n');
  await endsWell(machine);
});

bootTest('initial RAM disk and disk', async (boot) => {
  const machine = boot({ variables: { INITRD: initrd, BOOTARGS: 'console=ttyS0 rdinit=/init' } });
  await machine.expect(/^probe: sectors [1-9]\d*$/m);
  await endsWell(machine);
});

bootTest('a large initial RAM disk', async (boot) => {
  const large = path.join(scratchDirectory('large-initrd'), 'initrd');
  // Zeros behind an archive are skipped by the kernel.
  fs.copyFileSync(initrd, large);
  fs.truncateSync(large, 40 << 20);
  const machine = boot({
    variables: {
      INITRD: large, MEMORY: '256M', DISK: '', BOOTARGS: 'console=ttyS0 rdinit=/init',
    },
  });
  await machine.expect(/initrd 40960 KiB/);
  await machine.expect('probe: sectors 0\n');
  await endsWell(machine);
});

bootTest('BOOTARGS reach the guest as they are', async (boot) => {
  const words = 'console=ttyS0 rdinit=/init a=1,2,3 b="two words" c=\'d\' e=$HOME f=;|&g h=#i '
    + 'j=`k` l=* m=\\n n=%o -- arg,1 "arg 2"';
  const machine = boot({ variables: { INITRD: initrd, DISK: '', BOOTARGS: words } });
  const [, line] = await machine.expect(/Kernel command line: (.*)\n/);
  assert.equal(line, words);
  await machine.expect('probe: argument arg,1\n');
  await machine.expect('probe: argument arg 2\n');
  await machine.expect('probe: variable a=1,2,3\n');
  await machine.expect('probe: variable b=two words\n');
  await endsWell(machine);
});

bootTest('long BOOTARGS', async (boot) => {
  // Linux itself takes up to 512 bytes.
  const words = `console=ttyS0 root=/dev/vda long=${'x'.repeat(400)} last=word`;
  const machine = boot({ variables: { BOOTARGS: words } });
  const [, line] = await machine.expect(/Kernel command line: (.*)\n/);
  assert.equal(line, words);
  await machine.expect(greeting);
  await endsWell(machine);
});

bootTest('no BOOTARGS at all', async (boot) => {
  await runGuest(boot, guest('privileged'), { variables: { BOOTARGS: '' } });
});
