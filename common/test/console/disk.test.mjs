// Disks: read-only and writable ones, kept over a reboot of the guest and, with SAVE, over its end.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { isKept, makeDisk as makeDiskAt, rootOnDisk, tool } from '../disk.mjs';
import { greeting } from '../linux.mjs';
import { bootTest, endsWell, scratchDirectory, squashfs } from '../machine.mjs';

const scratch = scratchDirectory('disk');
const makeDisk = (name) => makeDiskAt(path.join(scratch, name));

const keep = `${rootOnDisk} -- keep`;

bootTest('the squashfs disk is the root', async (boot) => {
  const machine = boot();
  const sectors = fs.statSync(squashfs).size / 512;
  await machine.expect(`[vda] ${sectors} 512-byte logical blocks`);
  await machine.expect('Mounted root (squashfs filesystem) readonly');
  await machine.expect(greeting);
  await endsWell(machine);
});

bootTest('no disk', async (boot) => {
  const machine = boot({ variables: { DISK: '' } });
  await machine.expect(/unknown-block\(254,0\)/);
});

bootTest('DISK_RO=1: the guest sees a disk that cannot be written', async (boot) => {
  const disk = makeDisk('read-only');
  const machine = boot({
    variables: { DISK: disk, DISK_RO: 1, BOOTARGS: 'console=ttyS0 root=/dev/vda ro init=/init' },
  });
  await machine.expect(/^hypervisor: .*read-only/m);
  await machine.expect('probe: sectors 32768\nprobe: read-only 1\n');
  await endsWell(machine);
});

bootTest('DISK_RO=1 changes nothing else for the guest', async (boot) => {
  const disk = makeDisk('read-only-2');
  const words = `${rootOnDisk.replace(' rw ', ' ro ')} -- word`;
  const machine = boot({ variables: { DISK: disk, DISK_RO: 1, BOOTARGS: words } });
  await endsWell(machine);
  assert.deepEqual(machine.output.match(/^probe: argument .*/gm), ['probe: argument word']);
});

bootTest('a disk that can be written', async (boot) => {
  const disk = makeDisk('writable');
  const machine = boot({ variables: { DISK: disk, BOOTARGS: rootOnDisk } });
  await machine.expect('probe: sectors 32768\nprobe: read-only 0\n');
  await endsWell(machine);
});

bootTest('what is written outlives a reboot of the guest, but not the run', async (boot) => {
  const disk = makeDisk('kept-for-a-run');
  const before = fs.readFileSync(disk);
  const machine = boot({ variables: { DISK: disk, BOOTARGS: keep } });
  await machine.expect("the disk's changes are lost at the end");
  await machine.expect('probe: the file is written');
  await machine.expect('the guest reboots');
  await machine.expect('probe: the file is as it was written');
  await endsWell(machine);
  assert.ok(before.equals(fs.readFileSync(disk)), 'the file given as DISK has changed');
});

bootTest('SAVE keeps the disk', async (boot) => {
  const disk = makeDisk('to-save');
  const saved = path.join(scratch, 'saved, with a space');
  fs.rmSync(saved, { force: true });
  const first = boot({ variables: { DISK: disk, SAVE: saved, BOOTARGS: keep } });
  await first.expect(saved);
  await first.expect('probe: the file is as it was written');
  await first.expect(/^run: .*saved, with a space/m);
  await endsWell(first);
  assert.equal(fs.statSync(saved).size, fs.statSync(disk).size);
  assert.deepEqual(fs.readdirSync(scratch).filter((name) => name.includes('.part')), []);

  tool('e2fsck', '-fn', saved);
  assert.ok(isKept(saved), 'what was saved');

  const second = boot({ variables: { DISK: saved, BOOTARGS: keep } });
  await second.expect('probe: the file is as it was written');
  await endsWell(second);
  assert.ok(!second.output.includes('the guest reboots'), 'it was written anew');
});

bootTest('SAVE onto the disk itself, and with much memory', async (boot) => {
  const disk = makeDisk('onto-itself');
  const machine = boot({ variables: { DISK: disk, SAVE: disk, MEMORY: '1G', BOOTARGS: keep } });
  await machine.expect('probe: the file is as it was written');
  await endsWell(machine);
  tool('e2fsck', '-fn', disk);
  assert.ok(isKept(disk), 'what was saved');
});

for (const QEMU_FLAGS of ['-nonsense', '-device nonsense']) { // the second when there is a machine
  bootTest(`SAVE keeps what is there if QEMU refuses ${QEMU_FLAGS}`, async (boot) => {
    const saved = path.join(scratch, 'saved-before');
    fs.writeFileSync(saved, 'from another run');
    const machine = boot({ variables: { SAVE: saved, QEMU_FLAGS } });
    await machine.expect(/nonsense/);
    await machine.expect(`run: SAVE=${saved}: nothing is written there`);
    assert.notEqual((await machine.end()).status, 0);
    assert.equal(fs.readFileSync(saved, 'utf8'), 'from another run');
    assert.deepEqual(fs.readdirSync(scratch).filter((name) => name.endsWith('.part')), []);
  });
}

bootTest('SAVE after Ctrl-A x', async (boot) => {
  const disk = makeDisk('interrupted');
  const saved = path.join(scratch, 'interrupted-saved');
  fs.rmSync(saved, { force: true });
  const machine = boot({
    terminal: true, variables: { DISK: disk, SAVE: saved, BOOTARGS: `${rootOnDisk} -- typed` },
  });
  await machine.expect('probe: type');
  machine.type('\x01x');
  await machine.expect(/^run: .*interrupted-saved/m);
  await endsWell(machine);
  assert.equal(fs.statSync(saved).size, fs.statSync(disk).size);
});

bootTest('SAVE keeps the mode of a file, and writes through a link', async (boot) => {
  const disk = makeDisk('private');
  fs.chmodSync(disk, 0o600);
  const link = path.join(scratch, 'link');
  fs.rmSync(link, { force: true });
  fs.symlinkSync('private', link);
  await endsWell(boot({ variables: { DISK: link, SAVE: link, BOOTARGS: keep } }));
  assert.ok(fs.lstatSync(link).isSymbolicLink());
  assert.equal(fs.statSync(disk).mode & 0o777, 0o600);
  assert.ok(isKept(disk));
});

bootTest('SAVE writes to what is no plain file as it is', async (boot) => {
  const pipe = path.join(scratch, 'pipe');
  fs.rmSync(pipe, { force: true });
  tool('mkfifo', pipe);
  const read = fs.promises.readFile(pipe);
  await endsWell(boot({ variables: { SAVE: pipe } }));
  assert.ok(fs.statSync(pipe).isFIFO());
  assert.ok((await read).equals(fs.readFileSync(squashfs)));
});

bootTest('SAVE without room for a machine says so before it starts', async (boot) => {
  const machine = boot({ variables: { SAVE: path.join(scratch, 'no-room'), MEMORY: '1000000G' } });
  await machine.expect(/^run: SAVE=.*too little room: name another with TMPDIR=$/m);
  assert.notEqual((await machine.end()).status, 0);
  assert.ok(!machine.output.includes('OpenSBI'));
});

bootTest('SAVE into what is gone at the end loses nothing', async (boot) => {
  const place = path.join(scratch, 'gone');
  fs.mkdirSync(place);
  const machine = boot({ variables: {
    DISK: makeDisk('not-lost'), SAVE: path.join(place, 'saved'), BOOTARGS: keep,
  } });
  await machine.expect('probe: the file is written');
  fs.rmdirSync(place);
  const [, file, size, start] = await machine.expect(
    /could not be written; the disk is in (.*), (\d+) bytes behind the first (\d+)$/m);
  assert.notEqual((await machine.end()).status, 0);
  const found = path.join(scratch, 'found');
  const end = Number(start) + Number(size);
  fs.writeFileSync(found, fs.readFileSync(file).subarray(Number(start), end));
  assert.ok(isKept(found));
});
