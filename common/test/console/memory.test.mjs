// MEMORY: what fits runs; of what does not fit it is said, before QEMU starts, how much it needs.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import {
  bootTest, built, complaints, endsWell, guest, scratchDirectory, squashfs,
} from '../machine.mjs';

const scratch = scratchDirectory('memory');
const KiB = 1024;
const MiB = 1024 * KiB;

/** A small guest, or nothing, followed by zeros up to `size`. */
function file(name, size, content = '') {
  const made = path.join(scratch, name);
  fs.writeFileSync(made, content);
  fs.truncateSync(made, size);
  return made;
}
const kernel = (name, size) => file(name, size, fs.readFileSync(guest('privileged')));

/** Runs the guest to its end. */
async function runs(boot, variables) {
  const machine = boot({ variables });
  await machine.expect(/guest: 0x[1-9a-f][0-9a-f]* checks, 0x0 failed$/m);
  await endsWell(machine);
}

/** Runs make, which has to refuse; returns how many MiB it asks for. */
async function asksFor(boot, variables) {
  const machine = boot({ variables });
  const { status, output } = await machine.end();
  assert.notEqual(status, 0, 'the status of make');
  assert.doesNotMatch(output, /OpenSBI/, 'QEMU has started');
  const [line, ...more] = complaints(machine);
  assert.deepEqual(more, []);
  assert.match(line, new RegExp(`^run: MEMORY=${variables.MEMORY}: too little for these files: `));
  const [, least] = /: at least (\d+)M are needed$/.exec(line) ?? assert.fail(line);
  return Number(least);
}

// The guest's RAM is a multiple of 2 MiB. The kernel is 2 MiB behind its start, the device tree
// takes 64 KiB and has a free page of 4 KiB behind it, at the end; before that is the initrd, at a
// multiple of 4 KiB.
const room = 2 * MiB - 68 * KiB;
const cases = {
  'a small kernel': { KERNEL: guest('privileged'), DISK: '' },
  'a small kernel with initrd and disk':
    { KERNEL: guest('privileged'), INITRD: path.join(built, 'probe.cpio'), DISK: squashfs },
  'a kernel that just fits': { KERNEL: kernel('fits', room), DISK: '' },
  'a kernel one byte larger': { KERNEL: kernel('larger', room + 1), DISK: '' },
  'an initrd that just fits': {
    KERNEL: kernel('with-initrd', room - 12 * KiB), INITRD: file('fits-too', 12 * KiB), DISK: '',
  },
  'an initrd of a page more, by one byte': {
    KERNEL: kernel('with-initrd-2', room - 12 * KiB - 1), INITRD: file('more', 12 * KiB + 1),
    DISK: '',
  },
  'a disk of whole 2 MiB': { KERNEL: guest('privileged'), DISK: file('whole', 4 * MiB) },
  'a disk one sector larger': { KERNEL: guest('privileged'), DISK: file('sector', 4 * MiB + 512) },
};
for (const [what, variables] of Object.entries(cases)) {
  bootTest(`${what}: the size that is named is enough, and less is not`, async (boot) => {
    const least = await asksFor(boot, { ...variables, MEMORY: '1M' });
    await runs(boot, { ...variables, MEMORY: `${least}M` });
    const less = `${least * KiB - 8}K`; // QEMU counts in 8 KiB
    assert.equal(await asksFor(boot, { ...variables, MEMORY: less }), least);
    // Nothing is refused that would run: QEMU takes the last -m.
    const machine = boot({
      variables: { ...variables, MEMORY: `${least}M`, QEMU_FLAGS: `-m ${least - 1}M` },
    });
    const { status, output } = await machine.end();
    assert.notEqual(status, 0, 'the status of make');
    assert.doesNotMatch(output, /^guest: /m, 'it runs with less');
  });
}

// A number alone is in MiB, and QEMU rounds up to 8 KiB. SAVE has to know what that comes to.
for (const memory of ['128', '128m', '131065K', '131072k']) {
  bootTest(`MEMORY=${memory} is 128 MiB, with SAVE too`, async (boot) => {
    const saved = path.join(scratch, `saved-${memory}`);
    fs.rmSync(saved, { force: true });
    const machine = boot({
      variables: { KERNEL: guest('privileged'), DISK: squashfs, SAVE: saved, MEMORY: memory },
    });
    await machine.expect(/^hypervisor: hart 0, 128 MiB of RAM; /m);
    await endsWell(machine);
    assert.ok(fs.readFileSync(saved).equals(fs.readFileSync(squashfs)), 'what was saved');
  });
}

// QEMU 7.2 puts its device tree below 3 GiB, wherever RAM ends: the larger disk would lie over it.
const large = { '768M': ['2G', '2500M', '3G'], '1017M': ['3G'] };
for (const [size, memories] of Object.entries(large)) {
  for (const memory of memories) {
    bootTest(`a disk of ${size} with MEMORY=${memory}`, async (boot) => {
      const bytes = Number.parseInt(size, 10) * MiB;
      const disk = file(`disk-${size}`, bytes);
      await runs(boot, { KERNEL: guest('privileged'), DISK: disk, MEMORY: memory });
    });
  }
}
