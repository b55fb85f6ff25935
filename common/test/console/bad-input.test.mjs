// What cannot work: each gives one clear line and a status that is not zero, and soon.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import { layout } from '../layout.mjs';
import {
  bootTest, complaints, elfGuest, endsWell, guest, linux, scratchDirectory, squashfs,
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
  'a directory as kernel': [{ KERNEL: scratch }, /bad-input: it is a directory/],
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
  'a program of this machine as kernel':
    [{ KERNEL: process.execPath }, /^run: .*another CPU.*riscv64/],
  'a disk of QEMU\'s own kind':
    [{ DISK: file('disk.qcow2', 'QFI\xfb', 512) }, /^run: .*qcow2: .*qemu-img convert/],
  'input of a kind that is not there': [{ INPUT: 'row' }, /^run: INPUT=row: it is raw/],
  'a disk of 1000 bytes': [{ DISK: file('disk', 'x', 1000) }, /1000 bytes/],
  'no hypervisor extension':
    [{ QEMU_FLAGS: '-cpu rv64,h=false' }, /^hypervisor: this CPU has no extension h: it is rv64/],
  'MEMORY that is no size': [{ MEMORY: 'much' }, /MEMORY=much/],
  'MEMORY of more digits than sh can count':
    [{ MEMORY: `${'9'.repeat(20)}G` }, /^run: MEMORY=9+G: a size/],
  'LIMIT that is no number': [{ LIMIT: 'long' }, /LIMIT=long/],
  'SAVE where there is no directory': [{ SAVE: `${missing}/disk` }, /missing\/disk/],
  'SAVE onto a directory': [{ SAVE: scratch }, /bad-input/],
  'SAVE without a disk': [{ SAVE: path.join(scratch, 'saved'), DISK: '' }, /SAVE.*DISK=/],
  'a flag that QEMU does not know': [{ QEMU_FLAGS: '-nonsense' }, /nonsense/],
};
const { least } = layout({ KERNEL: linux, DISK: squashfs });
for (const memory of [1, 2, 4, 8, 16, least - 1]) {
  cases[`too little memory for Linux, ${memory}M`] = [{ MEMORY: `${memory}M` }, tooLittle];
}
for (const memory of ['2M', '3M', '4M', '5M']) {
  cases[`too little memory for any guest, ${memory}`] = [
    { MEMORY: memory, KERNEL: guest('wfi'), DISK: '' }, tooLittle];
}

/** Runs the machine that these variables make: it says `line` and nothing else about its end. */
async function isRejected(boot, variables, line) {
  const machine = boot({ variables: { LIMIT: 60, ...variables } });
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
}

for (const [what, [variables, line]] of Object.entries(cases)) {
  bootTest(`rejected: ${what}`, (boot) => isRejected(boot, variables, line));
}

// The tree of the machine may lack what the hypervisor needs. OpenSBI, which waits for ever without
// some of it, goes by other signs than a node's name: so a node with another name is one less.

/** QEMU's flags for a machine whose tree is its own, changed by `edit`. */
function withTree(qemu, name, edit) {
  const tree = path.join(scratch, `${name.replaceAll(/\W+/g, '-')}-${qemu.version}.dtb`);
  const machine = ['-machine', `virt,dumpdtb=${tree}`, '-cpu', 'rv64', '-m', '128M'];
  execFileSync(qemu.path, [...machine, '-display', 'none'], { stdio: 'ignore' });
  const source = execFileSync('dtc', ['-q', '-I', 'dtb', '-O', 'dts', tree], { encoding: 'utf8' });
  execFileSync('dtc', ['-q', '-I', 'dts', '-O', 'dtb', '-o', tree], { input: edit(source) });
  return { QEMU_FLAGS: `-dtb ${tree}` };
}

const without = (node) => (source) => `${source}/delete-node/ &{${node}};\n`;
const withoutProperty = (node, name) => (source) => {
  assert.ok(source.includes(`${name} = `), 'the property is not there');
  return `${source}&{${node}} { /delete-property/ ${name}; };\n`;
};
const renamed = (from, to) => (source) => {
  assert.ok(source.includes(`${from} {`), 'the node is not there');
  return source.replaceAll(`${from} {`, `${to} {`);
};

const noRam = /^hypervisor: the device tree tells of no RAM$/;
const noCpu = /^hypervisor: this CPU has no extension i: it is $/;
const noPlic = /^hypervisor: this machine has no PLIC by which the console can interrupt us$/;
const noKernel = /^hypervisor: there is no kernel to run: name one with KERNEL=$/;

const small = { KERNEL: guest('privileged'), DISK: '' };
const trees = {
  'without RAM': [without('/memory@80000000'), noRam],
  'without our CPU': [renamed('cpu@0', 'hart@0'), noCpu],
  'without our CPU\'s interrupt controller': [renamed('interrupt-controller', 'intc'), noPlic],
  'without the PLIC': [without('/soc/plic@c000000'), noPlic],
  'without the serial port': [renamed('serial@10000000', 'uart@10000000'), noPlic],
  'without the serial port\'s interrupt':
    [withoutProperty('/soc/serial@10000000', 'interrupt-parent'), noPlic],
};
for (const [what, [edit, line]] of Object.entries(trees)) {
  bootTest(`rejected: a tree ${what}`, (boot, qemu) =>
    isRejected(boot, { ...small, ...withTree(qemu, what, edit) }, line));
}

bootTest('rejected: a tree without the CPU\'s instruction set', (boot, qemu) => {
  const tree = withTree(qemu, 'isa', withoutProperty('/cpus/cpu@0', 'riscv,isa'));
  return isRejected(boot, { ...small, ...tree }, noCpu);
}, ({ major }) => major < 8); // the OpenSBI of QEMU 10 does not start such a hart

bootTest('rejected: a tree without /chosen', (boot, qemu) => {
  const tree = withTree(qemu, 'chosen', without('/chosen'));
  return isRejected(boot, { KERNEL: '', DISK: '', BOOTARGS: '', ...tree }, noKernel);
}, ({ major }) => major >= 10); // QEMU 7.2 itself has to put something there

bootTest('a tree that lacks nothing', async (boot, qemu) => {
  const machine = boot({ variables: { ...small, ...withTree(qemu, 'whole', (tree) => tree) } });
  await machine.expect('checks, 0x0 failed');
  await endsWell(machine);
});

bootTest('32 MB are enough for a small guest with a disk', async (boot) => {
  const machine = boot({
    variables: { MEMORY: '32M', KERNEL: guest('privileged'), DISK: squashfs },
  });
  await machine.expect('checks, 0x0 failed');
  assert.equal((await machine.end()).status, 0);
});
