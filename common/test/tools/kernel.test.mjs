// What common/run says of a file before anything runs: what is no kernel, of what no flat one can
// be made, what is no raw disk. Each gets one line that names the file, what it is, what to do.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { root, scratchDirectory, userEnvironment } from '../machine.mjs';

const scratch = scratchDirectory('kernel-file');
const suffix = process.env.LLVM_SUFFIX ?? '-19';
const tools = {
  READELF: `llvm-readelf${suffix}`, OBJCOPY: `llvm-objcopy${suffix}`, CC: `clang${suffix}`,
};

/** Runs a script of common/run: { status, output }. */
function run(script, words, variables = {}) {
  const { status, stdout, stderr } = spawnSync('sh',
    [path.join(root, 'common', 'run', script), ...words],
    { encoding: 'utf8', env: { ...userEnvironment(), ...tools, ...variables } });
  return { status, output: stdout + stderr };
}

/** That the script refuses `file` with this reason. */
function isRefused(script, file, reason, { words = [], variables } = {}) {
  const { status, output } = run(script, [file, ...words], variables);
  assert.match(output, /^run: [^\n]*\n$/);
  assert.ok(output.startsWith(`run: ${file}: it`), output);
  assert.match(output, reason);
  assert.notEqual(status, 0);
}

/** A file that has these bytes at these places, and something else around them. */
function file(name, places) {
  const content = Buffer.alloc(4096, 0x13);
  for (const [place, hex] of Object.entries(places)) {
    Buffer.from(hex, 'hex').copy(content, Number(place));
  }
  const made = path.join(scratch, name);
  fs.writeFileSync(made, content);
  return made;
}

describe('a file that is no kernel', () => {
  const arm64 = { 0: '4d5a00914095e114', 56: '41524d64' };
  const kinds = {
    'Image.gz': [{ 0: '1f8b0800000000000003' }, /gzip.*gunzip/],
    'Image.xz': [{ 0: 'fd377a585a000004e6d6b446' }, /\(xz\).*unxz/],
    'Image.lzma': [{ 0: '5d00008000ffffffffffffffff' }, /lzma.*unlzma/],
    'Image.bz2': [{ 0: '425a6839314159265359' }, /bzip2.*bunzip2/],
    'Image.lz4': [{ 0: '02214c1809000000' }, /lz4/],
    'Image.lz4-frame': [{ 0: '04224d186440a7' }, /lz4/],
    'Image.lzo': [{ 0: '894c5a4f000d0a1a0a1040' }, /lzop -d/],
    'Image.zst': [{ 0: '28b52ffd0458' }, /zstd.*unzstd/],
    vmlinuz: [{ 0: '4d5a00007a696d67', 56: 'cd238281' }, /EFI zboot.*Image/],
    'grubriscv64.efi': [{ 0: '4d5a0000', 60: '80000000' }, /EFI program.*riscv64/],
    'Image-arm64': [arm64, /Linux kernel for arm64.*riscv64/],
    'zImage-arm': [{ 0: '0000a0e1', 36: '18286f01' }, /Linux kernel for arm /],
    bzImage: [{ 0: '4d5aea07', 510: '55aa', 514: '48647253' }, /Linux kernel for x86.*riscv64/],
    uImage: [{ 0: '27051956' }, /U-Boot/],
    'image.itb': [{ 0: 'd00dfeed' }, /U-Boot/],
    'a.out': [{ 0: 'cffaedfe0c000001' }, /macOS.*riscv64/],
    'linux-image.deb': [{ 0: '213c617263683e0a' }, /package/],
    'rootfs.squashfs': [{ 0: '68737173' }, /disk.*DISK=/],
    'rootfs.ext4': [{ 1080: '53ef01000100' }, /disk.*DISK=/],
    'debian.img': [{ 510: '55aa4546492050415254' }, /disk.*DISK=/],
    'debian.qcow2': [{ 0: '514649fb00000003' }, /qcow2.*DISK=.*qemu-img/],
    'initrd.cpio': [{ 0: '303730373031' }, /INITRD=/],
    'hello.S': [{}, /source.*GUEST=/],
    'forms.cpp': [{}, /source.*GUEST=/],
  };
  for (const [name, [places, reason]] of Object.entries(kinds)) {
    test(`is named: ${name}`, () => isRefused('kernel.sh', file(name, places), reason));
  }

  test('is named: what gzip makes', () => {
    const packed = path.join(scratch, 'packed');
    fs.writeFileSync(packed, gzipSync('a kernel'));
    isRefused('kernel.sh', packed, /gzip/);
  });

  test('is named where the hypervisor cannot: an empty file', () => {
    const empty = path.join(scratch, 'empty');
    fs.writeFileSync(empty, '');
    isRefused('kernel.sh', empty, /empty/);
    assert.deepEqual(run('kernel.sh', [empty], { READS_SIZE: 'yes' }), { status: 0, output: '' });
  });

  for (const [name, places] of Object.entries({
    'a flat program': {}, 'an Image with an EFI header': { 0: '4d5a6f10', 56: '52534305' },
    'a program with 0xef53 somewhere': { 1080: '53ef13051305' },
  })) {
    test(`is not ${name}`, () => {
      assert.deepEqual(run('kernel.sh', [file('right', places)]), { status: 0, output: '' });
    });
  }
});

describe('a file that is no raw disk', () => {
  const kinds = {
    'debian.img.gz': [{ 0: '1f8b0800000000000003' }, /gzip.*gunzip/],
    'debian.img.xz': [{ 0: 'fd377a585a000004e6d6b446' }, /\(xz\).*unxz/],
    'debian.img.bz2': [{ 0: '425a6839314159265359' }, /bzip2.*bunzip2/],
    'debian.img.zst': [{ 0: '28b52ffd0458' }, /zstd.*unzstd/],
    'debian.qcow2': [{ 0: '514649fb00000003' }, /qcow2.*qemu-img/],
    'debian.vmdk': [{ 0: '4b444d5601000000' }, /VMDK.*qemu-img/],
    'debian.vhdx': [{ 0: '7668647866696c65' }, /VHDX.*qemu-img/],
    'debian.vdi': [{ 0: '3c3c3c204f7261636c6520564d20' }, /VDI.*qemu-img/],
  };
  for (const [name, [places, reason]] of Object.entries(kinds)) {
    test(`is named: ${name}`, () => isRefused('disk.sh', file(name, places), reason));
  }

  for (const [name, places] of Object.entries({
    squashfs: { 0: '68737173' }, ext4: { 1080: '53ef01000100' }, nothing: {},
  })) {
    test(`is not one with ${name}`, () => {
      assert.deepEqual(run('disk.sh', [file(name, places)]), { status: 0, output: '' });
    });
  }
});

test('GUEST= wants a source that is there', () => {
  const make = (guest) => {
    const { status, stderr } = spawnSync('make',
      ['-C', path.join(root, 'steps', '07-hypercall'), 'run', `GUEST=${guest}`],
      { encoding: 'utf8', env: userEnvironment() });
    assert.notEqual(status, 0);
    return stderr;
  };
  assert.match(make('guest/hello.elf'), /GUEST=guest\/hello\.elf: it is built.*KERNEL=/);
  assert.match(make('guest/none.S'), / GUEST=guest\/none\.S: there is no such file\./);
});

const source = path.join(scratch, 'program.s');
fs.writeFileSync(source, '.globl _start\n_start: .long 0x73\n.bss\n.space 64\n');

const compile = (target, made, ...flags) => execFileSync(tools.CC,
  [`--target=${target}`, ...flags, source, '-o', made], { stdio: ['ignore', 'ignore', 'inherit'] });

/** An object file for another CPU, or for ours. */
function object(target) {
  const made = path.join(scratch, `${target}.o`);
  compile(target, made, '-c');
  return made;
}

/** A program, linked with these flags. */
function program(name, ...flags) {
  const made = path.join(scratch, `${name}.elf`);
  compile('riscv64-linux-gnu', made, '-nostdlib', '-static', '-fuse-ld=lld', '-Wl,--build-id=none',
    ...flags.map((flag) => `-Wl,${flag}`));
  return made;
}

describe('an ELF file', () => {
  for (const [target, name] of [['x86_64-linux-gnu', 'X86-64'], ['riscv32', 'ELF32']]) {
    test(`for another CPU is refused: ${target}`, () =>
      isRefused('kernel.sh', object(target), new RegExp(`another CPU.*${name}.*riscv64`)));
  }

  test('that is not linked is refused', () =>
    isRefused('kernel.sh', object('riscv64'), /object file.*0x80200000/));

  const refused = {
    'a program for Linux': [[], /0x0*1\d{4} \(p_paddr\), where a guest has no RAM.*0x80200000/],
    'one at the very beginning of RAM': [['-Ttext=0x80000000'], /no room.*0x80200000/],
    'one whose entry lies nowhere': [['-Ttext=0x80200000', '-e', '0x1234'], /entry, 0x1234,/],
    'one far away': [['-Ttext=0x880000000'], /2 GiB.*0x80200000/],
  };
  for (const [what, [flags, reason]] of Object.entries(refused)) {
    test(`is refused: ${what}`, () => isRefused('flatten.sh', program('refused', ...flags), reason,
      { words: [path.join(scratch, 'flat')], variables: { READS_IMAGE: 'yes' } }));
  }

  test('of which the end is missing is refused', () => {
    const cut = program('cut', '-Ttext=0x80200000');
    execFileSync(tools.OBJCOPY, ['--strip-sections', cut]);
    fs.truncateSync(cut, fs.readFileSync(cut).indexOf('s\0\0\0') + 2); // in its only instruction
    isRefused('flatten.sh', cut, /broken/, { words: [path.join(scratch, 'flat')] });
  });

  test('with an entry above its beginning needs a hypervisor that reads a header', () => {
    const above = program('above', '-Ttext=0x80200000', '-e', '0x80200002');
    const words = [path.join(scratch, 'flat')];
    isRefused('flatten.sh', above, /kernel\.cpp.*0x80200000, with its entry first/, { words });
    assert.equal(run('flatten.sh', [above, ...words], { READS_IMAGE: 'yes' }).output, '');
  });

  test('becomes what its segments are, and zero where the file ends', () => {
    const flat = path.join(scratch, 'flat');
    const whole = program('whole', '-Ttext=0x80200000');
    execFileSync(tools.OBJCOPY, ['--strip-sections', whole]); // they are not for who runs it
    assert.equal(run('flatten.sh', [whole, flat]).output, '');
    const content = fs.readFileSync(flat);
    assert.equal(content.readUInt32LE(0), 0x0000_0073);
    assert.ok(content.length >= 4 + 64, `${content.length} bytes`);
    assert.ok(content.subarray(4).every((byte) => byte === 0));
  });
});
