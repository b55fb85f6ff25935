// What cannot work: each gives one clear line and a status that is not zero, and soon.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import {
  bootTest, complaints, elfGuest, guest, linux, scratchDirectory, squashfs,
} from '../machine.mjs';

const scratch = scratchDirectory('bad-input');

/** Makes a file of `content`, which is lengthened by zeros or cut to `size`. */
function file(name, content, size = content.length) {
  const made = path.join(scratch, name);
  fs.writeFileSync(made, content, 'latin1');
  fs.truncateSync(made, size);
  return made;
}

const empty = file('empty', '');
const missing = path.join(scratch, 'missing');

/** What run.sh says when it can compute that. */
const tooLittle = /^run: MEMORY=\d+M: too little for these files: at least \d+M are needed$/;

const cases = {
  'an empty kernel': [{ KERNEL: empty }, /kernel.*empty/],
  'an empty disk': [{ DISK: empty }, /disk.*empty/],
  'an empty initrd': [{ INITRD: empty }, /initrd.*empty/],
  'a missing kernel': [{ KERNEL: missing }, /missing.*there is no such file/],
  'a missing disk': [{ DISK: missing }, /missing.*there is no such file/],
  'a missing initrd': [{ INITRD: missing }, /missing.*there is no such file/],
  'a directory as kernel': [{ KERNEL: scratch }, /bad-input/],
  'no kernel': [{ KERNEL: '' }, /no kernel.*KERNEL=/],
  'a kernel larger than RAM': [{ KERNEL: file('large', 'x', 200 << 20), DISK: '' }, tooLittle],
  'a kernel larger than the guest\'s RAM':
    [{ KERNEL: file('large-2', 'x', 100 << 20), DISK: '' }, tooLittle],
  'a kernel whose .bss is larger than the guest\'s RAM':
    [{ KERNEL: guest('image'), DISK: '', MEMORY: '11M' }, /^hypervisor: the kernel needs.*MEMORY/],
  'an initrd larger than RAM': [{ INITRD: file('large-3', 'x', 200 << 20), DISK: '' }, tooLittle],
  'a disk larger than RAM': [{ DISK: file('large-disk', 'x', 200 << 20) }, tooLittle],
  'a disk larger than what QEMU loads':
    [{ DISK: file('largest-disk', 'x', 2 ** 31), MEMORY: '8G' }, /^run: .*largest-disk: .* 2 GiB/],
  'an ELF file cut off': [
    { KERNEL: file('elf', fs.readFileSync(elfGuest('sbi')), 200) }, /elf.*broken/],
  'an ELF file of which only the magic is left': [
    { KERNEL: file('magic', fs.readFileSync(elfGuest('sbi')), 4) }, /magic.*broken/],
  'a kernel compressed by gzip':
    [{ KERNEL: file('Image.gz', gzipSync(fs.readFileSync(linux))) }, /^run: .*gz: .*gzip.*gunzip/],
  'a kernel compressed by zstd':
    [{ KERNEL: file('Image.zst', '\x28\xb5\x2f\xfd and so on') }, /^run: .*zst: .*zstd.*unzstd/],
  'a kernel compressed for EFI':
    [{ KERNEL: file('Image.efi', 'MZ\0\0zimg and so on') }, /^run: .*efi: .*EFI zboot/],
  'a disk of 1000 bytes': [{ DISK: file('disk', 'x', 1000) }, /1000 bytes/],
  'no hypervisor extension': [{ QEMU_FLAGS: '-cpu rv64,h=false' }, /no hypervisor extension/],
  'MEMORY that is no size': [{ MEMORY: 'much' }, /MEMORY=much/],
  'LIMIT that is no number': [{ LIMIT: 'long' }, /LIMIT=long/],
  'SAVE where there is no directory': [{ SAVE: `${missing}/disk` }, /missing\/disk/],
  'SAVE onto a directory': [{ SAVE: scratch }, /bad-input/],
  'SAVE without a disk': [{ SAVE: path.join(scratch, 'saved'), DISK: '' }, /SAVE.*DISK=/],
  'a flag that QEMU does not know': [{ QEMU_FLAGS: '-nonsense' }, /nonsense/],
};
for (const memory of ['1M', '2M', '4M', '8M', '16M', '20M']) {
  cases[`too little memory for Linux, ${memory}`] = [{ MEMORY: memory }, tooLittle];
}
for (const memory of ['2M', '3M', '4M', '5M']) {
  cases[`too little memory for any guest, ${memory}`] = [
    { MEMORY: memory, KERNEL: guest('wfi'), DISK: '' }, tooLittle];
}

for (const [what, [variables, line]] of Object.entries(cases)) {
  bootTest(`rejected: ${what}`, async (boot) => {
    const machine = boot({ variables: { LIMIT: 8, ...variables } });
    const { status } = await machine.end();
    const lines = complaints(machine);
    assert.equal(lines.length, 1, `one line is to say what is wrong, not:\n${lines.join('\n')}`);
    assert.match(lines[0], line);
    assert.doesNotMatch(lines[0], /ended after|panic/);
    if (lines[0].startsWith('run: ')) {
      assert.doesNotMatch(machine.output, /OpenSBI/, 'the machine has started');
    }
    assert.notEqual(status, 0, 'the status of make');
    assert.deepEqual(machine.leftFiles(), [], 'files that are left behind');
  });
}

bootTest('32 MB are enough for a small guest with a disk', async (boot) => {
  const machine = boot({
    variables: { MEMORY: '32M', KERNEL: guest('privileged'), DISK: squashfs },
  });
  await machine.expect('checks, 0x0 failed');
  assert.equal((await machine.end()).status, 0);
});
