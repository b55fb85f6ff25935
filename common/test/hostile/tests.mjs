// The hostile guests, how each is run, and what must come of it.

import fs from 'node:fs';
import path from 'node:path';

import { layout } from '../layout.mjs';
import { qemus, root, stepDirectory } from '../machine.mjs';
import { directory, guestFile, initrd, inspect, megabytes, run } from './machine.mjs';

const stepNumber = Number.parseInt(path.basename(stepDirectory), 10);
const lastStep = 15;
const MiB = 1 << 20;

/** Where RAM and a kernel's file begin, and where the RAM of our machine ends. */
const { ram, kernel: kernelStart } = layout({ KERNEL: initrd });
const ramEnd = ram + megabytes * MiB;

/** The line with which a VM is stopped: cause, pc, and address. */
const stopped = (pc) => new RegExp(
  `^hypervisor: VM stopped: [^:]+: [^:]+ \\(scause 0x\\w+\\), pc ${pc}, address 0x\\w+$`,
);

/**
 * By name; `guest` is its program, if that has another one. A table of cases ends by itself; else
 *   from: the first step that has what it attacks; else it is the last one
 *   stops: the line with which the hypervisor ends it
 *   limit: after so many seconds the runner ends it
 *   refused: the line with which the hypervisor does not even start it
 */
export const tests = {
  queue: {},
  block: {},
  // Files that end (the disk) and begin in the middle of what the second stage maps at once.
  unaligned: { guest: 'block', initrdAt: { address: ramEnd - 5 * MiB + 4096, file: initrd } },
  readonly: { variables: { DISK_RO: 1 } },
  nodisk: { variables: { DISK: '' } },
  'kernel-alone': { guest: 'nodisk', variables: { DISK: '', INITRD: '' } },
  mmio: {},
  tables: {},
  sbi: {},
  csr: {},
  vectors: { flags: '-cpu rv64,v=true', from: 10 },
  'user-width': {},
  reboot: {},
  idle: { limit: 1, from: 7 },
  'handler-faults': { limit: 1, from: 9 },
  'exit-storm': { limit: 1, from: 9 },
  'vector-null': { stops: stopped('0x0'), from: 9 },
  'vector-unmapped': { stops: stopped('0x123456000'), from: 9 },
  'vector-device': { stops: stopped('0x10000000'), from: 9 },
  'vector-outside': { stops: stopped('0x7ffffffc'), from: 12 },
  'lost-table': { stops: stopped('0x80200000'), from: 12 },
  'lost-root': { stops: stopped('0x80200000'), from: 12 },
};

/** A Linux Image ("Boot image header in RISC-V Linux") that is a loop. */
function image({ offset = 0x200000n, size = 0x1000n, length = 0x1000 }) {
  const file = Buffer.alloc(Math.max(length, 64));
  file.writeUInt32LE(0x0000006f, 0); // j .
  file.writeBigUInt64LE(BigInt.asUintN(64, offset), 8);
  file.writeBigUInt64LE(BigInt.asUintN(64, size), 16);
  file.write('RISCV\0\0\0RSC\x05', 48, 'latin1');
  return file.subarray(0, length);
}

const refused = (text) => new RegExp(`^hypervisor: ${text}`);
const tooLarge = refused('the kernel needs \\d+ KiB of RAM, but the guest has only \\d+ KiB');

/** Kernels whose header lies: a file, and how the hypervisor answers. */
const kernels = {
  'offset at the end of RAM': [image({ offset: 26n << 20n }), tooLarge],
  'offset behind RAM': [image({ offset: 1n << 40n }), tooLarge],
  'offset that wraps': [image({ offset: -0x1000n }), tooLarge],
  'offset of -1': [image({ offset: -1n }), tooLarge],
  'offset of 2^63': [image({ offset: 1n << 63n }), tooLarge],
  'offset that takes the end round to the start': [image({ offset: -0x80000000n }), tooLarge],
  'offset over the initrd': [image({ offset: (23n << 20n) + 0xf0000n }), tooLarge],
  'size of RAM': [image({ size: 26n << 20n, length: 0x1000 }), tooLarge],
  'size of 2^63': [image({ size: 1n << 63n }), tooLarge],
  'size of 2^64 - 1': [image({ size: -1n }), tooLarge],
  'size behind the initrd': [image({ size: 24n << 20n, length: 1 << 20 }), tooLarge],
  'no content behind the header': [image({ size: 0x200000n, length: 64 }), undefined],
  'a header and nothing else': [image({ size: 0n, length: 64 }), undefined],
  'half a header': [image({ length: 32 }), undefined],
  'an empty file': [Buffer.alloc(0), refused('the kernel is an empty file')],
};
for (const [name, [content, answer]] of Object.entries(kernels)) {
  const counted = /^(offset (at|over)|size (of RAM|behind))/.test(name); // on the last step's RAM
  const from = counted ? lastStep : 9;
  tests[`kernel/${name}`] = { content, from, ...(answer ? { refused: answer } : { limit: 1 }) };
}

// Cases that need no disk, by the first step that has what they attack.
const early = {
  10: `csr/every-register csr/write-every-register csr/write-our-registers csr/fences-and-returns
    csr/hypervisor-loads-and-stores csr/any-system-instruction csr/user-mode
    sbi/hart-masks sbi/bad-resets`,
  11: 'sbi/timers sbi/unknown-calls sbi/any-calls',
  12: `mmio/every-uart-access mmio/uart-divisor mmio/nothing-around-ram mmio/nothing-below-16-gib
    mmio/nothing-far-away mmio/devices-of-the-machine mmio/jumps user-width/width-32
    mmio/faults-keep-the-interrupt-state tables/pages-outside-ram`,
  13: `mmio/every-plic-access mmio/absent-plic-registers mmio/plic-garbage mmio/atomics
    mmio/floating-point tables/across-a-page`,
  14: `mmio/register-zero mmio/stack-in-a-device mmio/every-virtio-access tables/forbidden-pages
    tables/code-that-vanishes tables/half-an-instruction-vanishes queue/bad-sizes
    queue/areas-outside-ram queue/misaligned-areas queue/features-never-offered
    queue/status-garbage`,
};
const earlyCases = Object.entries(early).flatMap(([from, names]) => names.split(/\s+/)
  .map((name) => ({ name, from: Number(from) })));

// Files that do not fit. QEMU loads what fits of them and says nothing.
for (const [name, address] of [['partly behind', ramEnd - MiB], ['behind', ramEnd + MiB]]) {
  tests[`files/initrd ${name} RAM`] = {
    content: image({}),
    initrdAt: { address, file: initrd },
    from: 9,
    refused: refused(`the initrd does not fit into ${megabytes} MiB of RAM: raise MEMORY beyond `),
  };
}
tests['files/empty disk'] = {
  content: image({}),
  variables: { DISK: path.join(directory, 'empty') },
  from: 14,
  refused: refused('the disk is an empty file'),
};
tests['files/disk of odd size'] = {
  content: image({}),
  variables: { DISK: path.join(directory, 'odd-disk') },
  from: 14,
  refused: refused('the disk has 1000 bytes, which is no multiple of 512'),
};
tests['files/no kernel'] = {
  content: image({}),
  variables: { KERNEL: '' },
  from: 9,
  refused: refused('there is no kernel to run'),
};
tests['files/initrd larger than the guest'] = {
  content: image({}),
  variables: { DISK: '' },
  initrdAt: { address: kernelStart + 2 * MiB, file: path.join(directory, 'large-initrd') },
  from: 9,
  refused: refused('the initrd has \\d+ KiB, but the guest only \\d+ KiB of RAM'),
};
// Half a header, and behind the end of that file what would make a whole one of it.
tests['files/header that goes on in the next file'] = {
  content: image({ length: 32, size: 1n << 63n }),
  initrdAt: { address: kernelStart + 32, file: path.join(directory, 'half-header') },
  limit: 1,
  from: 9,
};
fs.writeFileSync(path.join(directory, 'half-header'), image({ size: 1n << 63n }).subarray(32));
fs.writeFileSync(path.join(directory, 'large-initrd'), Buffer.alloc(24 * MiB));
fs.writeFileSync(path.join(directory, 'odd-disk'), Buffer.alloc(1000));
fs.writeFileSync(path.join(directory, 'empty'), '');

/** The names of what is run on this step: on the last one all tests, else what it has parts for. */
export const applicable = stepNumber === lastStep ? Object.keys(tests)
  : [...Object.entries(tests).map(([name, { from }]) => ({ name, from })), ...earlyCases]
    .filter(({ from }) => from <= stepNumber).map(({ name }) => name);
export const applies = (name) => stepNumber === lastStep || applicable.includes(name);

let files = 0;
/** The file of what a test runs. */
function kernelFile(name, { guest = name, content }) {
  if (content === undefined) {
    return guestFile(guest);
  }
  const label = `${name}.${process.pid}.${++files}`;
  const file = path.join(directory, `${label.replaceAll(/\W+/g, '-')}.bin`);
  fs.writeFileSync(file, content);
  return file;
}

/** What the hypervisor says, but for its greeting and a good end. */
const reports = (output) => output.split('\n').filter((line) => /^hypervisor: /.test(line)
  && !/^hypervisor: (hart|kernel|hello from hart|the guest begins with the instruction) \d/.test(line)
  && !/^hypervisor: the guest (has powered off|reboots)$/.test(line));

/** What is wrong with a run of a table of cases. */
function judgeCases({ status, output }, only) {
  const problems = reports(output);
  if (status !== 0 || !output.includes('hypervisor: the guest has powered off')) {
    problems.push(`it did not end well (${status})`);
  }
  const cases = [...output.matchAll(
    /^case (\S+)\n([^]*?)(?=^case |^guest: |^hypervisor: |(?![^]))/gm,
  )];
  for (const [, name, saw] of cases) {
    const failures = saw.split('\n').filter((line) => line.startsWith('FAIL'));
    if (failures.length > 0) {
      problems.push(`${name}: ${failures.join('; ')}`);
    } else if (!saw.includes(`done ${name}`) && !output.includes('the guest reboots')) {
      problems.push(`${name}: it was not done to its end`);
    }
  }
  if (cases.length === 0 || (only && cases[0][1] !== only)) {
    problems.push('no case was done');
  }
  if (!/^guest: 0x\w+ checks, 0x0 failed$/m.test(output)) {
    problems.push('the guest does not say that all went well');
  }
  return problems;
}

/** What is wrong with a run that was to be ended. */
function judgeEnd({ status, output }, test) {
  const problems = [];
  const said = reports(output);
  if (status === 0) {
    problems.push('its status is 0');
  }
  if (test.limit) {
    problems.push(...said);
    if (!/^run: ended after \d+ s .* stood at pc 0x\w+$/m.test(output)) {
      problems.push('the runner did not end it');
    }
  } else if (said.length !== 1 || !(test.stops ?? test.refused).test(said[0])) {
    problems.push(`it did not end with the one line that it should; it said: ${said.join(' | ')}`);
  }
  return problems;
}

const strict = { name: 'the strict machine', strict: path.join(root, 'build/machine/strict') };
/** What they run on. */
export const machines = qemus.map((qemu) => ({ ...qemu, name: `QEMU ${qemu.version}` }))
  .concat(strict);

/** Does the test `name` run on that machine? The strict one has no vectors, and takes time: the last
 *  step has to do. */
export const runsOn = (machine, name) => machine !== strict
  || (stepNumber === lastStep && name !== 'vectors');

/** What the strict machine reports, but for a guest's lack of fences for its code and tables. */
const ofGuest = /^strict: (fence\.i|hfence\.vvma, .*,) is missing: .*, V[SU]-mode$/;
const strictReports = (output) => output.split('\n')
  .filter((line) => /^strict: .*; pc 0x/.test(line) && !ofGuest.test(line));

/** HLVX of QEMU before 8.1 needs the permission to read, too (not so: Privileged spec 18.3.1). */
const quirk = ({ version }) => Number.parseFloat(version) < 8.1 && 'quirk=hlvx';

/**
 * Runs the test `name`, or one case of it: "queue/self-loop".
 * @param {object} options
 * @param {string} options.step the directory of the hypervisor
 * @param {string} options.out where it is built
 * @param {object} options.qemu one of `machines`
 * @param {number} options.limit seconds after which a run is ended that does not end by itself
 * @param {object} options.build more variables for make, with which it was built
 * @returns {Promise<{problems: string[], output: string}>}
 */
export async function runTest(name, { step, out, qemu, build = {}, limit = 30 }) {
  const [program, only] = tests[name] ? [name] : name.split('/');
  const test = tests[program];
  if (!test) {
    throw new Error(`there is no test ${name}`);
  }
  const kernel = kernelFile(program, test);
  const hasDevices = stepNumber === lastStep;
  const result = await run({
    kernel,
    step,
    flags: test.flags,
    initrdAt: test.initrdAt,
    variables: {
      ...(qemu.strict ? { MACHINE: 'strict', STRICT: 'warn', STRICT_MACHINE: qemu.strict }
        : { QEMU: qemu.path }),
      OUT: out,
      LIMIT: test.limit ?? limit,
      BOOTARGS: [only && `only=${only}`, quirk(qemu), !hasDevices && 'devices=none']
        .filter(Boolean).join(' '),
      ...(hasDevices ? {} : { DISK: '' }),
      ...(stepNumber < 9 ? { INITRD: '' } : {}),
      ...build,
      ...test.variables,
    },
  });
  const problems = test.limit || test.stops || test.refused
    ? judgeEnd(result, test)
    : judgeCases(result, only);
  problems.push(...strictReports(result.output));
  if (!name.startsWith('files/')) {
    problems.push(...inspect(result, path.join(out, 'hypervisor.elf')));
  }
  if (test.content !== undefined) {
    fs.rmSync(kernel);
  }
  return { problems, output: result.output };
}

export { qemus };
