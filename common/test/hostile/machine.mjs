// Runs a guest in the hypervisor, as a user does, on a machine whose RAM is a file that is still
// there when the machine has gone: so what happened can be seen from outside.
//
// The guest's RAM has other people's memory right before and behind it, in this order: firmware,
// hypervisor, the kernel's file, initrd (2 MiB), disk (16 MiB but for one sector), the guest's RAM
// (26 MiB), the machine's device tree. Where each is, common/run/layout.sh says.
//
// What is in between holds a pattern, which must still be there in the end.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { cleanEnvironment } from '../../check/environment.mjs';
import { layout } from '../layout.mjs';
import { built, root } from '../machine.mjs';

export const directory = path.join(built, 'hostile');
const MiB = 1 << 20;
const pageSize = 2 * MiB; // the guest's RAM begins and ends at multiples of it
const sectorSize = 512;

/** Makes `file` with what `content` returns, unless it is there. */
function makeOnce(name, content) {
  const file = path.join(directory, name);
  if (!fs.existsSync(file)) {
    fs.mkdirSync(directory, { recursive: true });
    const part = `${file}.${process.pid}`;
    fs.writeFileSync(part, content());
    fs.renameSync(part, file);
  }
  return file;
}

/** The machine's RAM: its size in MiB, and what it holds before anybody has used it. */
export const megabytes = 52;
const blankMemory = makeOnce(`blank-${megabytes}`,
  () => Buffer.alloc(megabytes * MiB, 'nobody writes this.\n'));
export const initrd = makeOnce('initrd',
  () => Buffer.alloc(2 * MiB, 'the initrd of a guest, and no RAM\n'));
/** Its every 8 bytes are their number, and that number inverted. driver.hpp knows that. */
export const disk = makeOnce('disk', () => {
  const words = new Uint32Array((16 * MiB - sectorSize) / 4);
  words.forEach((_, at) => { words[at] = at % 2 ? ~(at >>> 1) : at >>> 1; });
  return Buffer.from(words.buffer);
});

/** A guest of common/test/hostile/guests, or of common/test/guests. */
export function guestFile(name) {
  const ours = path.join(directory, 'guests', `${name}.bin`);
  return fs.existsSync(ours) ? ours : path.join(built, 'guests', `${name}.bin`);
}

/** Runs at most as many of the functions given to it at once as the machine has processors. */
function limiter(width) {
  const waiting = [];
  let running = 0;
  const next = () => {
    while (running < width && waiting.length > 0) {
      ++running;
      waiting.shift()().finally(() => { --running; next(); });
    }
  };
  return (action) => new Promise((resolve, reject) => {
    waiting.push(async () => action().then(resolve, reject));
    next();
  });
}
export const workers = Math.max(1, Math.min(os.cpus().length, 4));
export const inTurn = limiter(workers);

/**
 * Runs make in `where`: {status, output}. After `seconds` it is ended as a whole. The output goes
 * to a file: QEMU drops what a pipe does not take at once.
 */
export async function make(where, target, variables = {}, options = [], seconds = 300) {
  const log = path.join(fs.mkdtempSync(path.join(directory, 'log-')), 'log');
  const stream = fs.openSync(log, 'w');
  const assignments = Object.entries(variables)
    .map(([name, value]) => `${name}=${String(value).replaceAll('$', '$$$$')}`);
  const words = ['--no-print-directory', '-C', where, target, ...options, ...assignments];
  const child = spawn('make', words, {
    cwd: root, env: cleanEnvironment(), detached: true, stdio: ['ignore', stream, stream],
  });
  let late = '';
  const timer = setTimeout(() => {
    late = `\nended after ${seconds} s: it hangs\n`;
    process.kill(-child.pid, 'SIGKILL');
  }, seconds * 1000);
  const [status, signal] = await once(child, 'close');
  clearTimeout(timer);
  fs.closeSync(stream);
  const output = fs.readFileSync(log, 'latin1').replaceAll('\r', '') + late;
  fs.rmSync(path.dirname(log), { recursive: true });
  return { status: status ?? signal, output };
}

/**
 * One run of the hypervisor that `step` holds.
 * @param {object} options
 * @param {string} options.kernel the guest's file
 * @param {string} options.step the directory of the step
 * @param {object} options.variables for make, more of them
 * @param {string} options.flags for QEMU
 * @param {{address: number, file: string}} options.initrdAt an initrd at a place of its own
 * @returns {Promise<{status, output, memory: Buffer, files: object, initrdAt: object}>}
 */
export async function run({ kernel, step, variables = {}, flags = '', initrdAt }) {
  const work = fs.mkdtempSync(path.join(directory, 'run-'));
  try {
    const file = path.join(work, 'memory');
    fs.copyFileSync(blankMemory, file);
    const loader = initrdAt
      && `-device guest-loader,addr=${initrdAt.address},initrd=${initrdAt.file}`;
    const files = { KERNEL: kernel, INITRD: initrdAt ? '' : initrd, DISK: disk, ...variables };
    const result = await make(step, 'run', {
      MEMORY: `${megabytes}M`,
      BOOTARGS: '',
      LIMIT: 60,
      QEMU_FLAGS: `-machine memory-backend=ram -object memory-backend-file,id=ram,`
        + `size=${megabytes}M,mem-path=${file},share=on ${flags} ${loader ?? ''}`,
      ...files,
    });
    return { ...result, files, initrdAt, memory: fs.readFileSync(file) };
  } finally {
    fs.rmSync(work, { recursive: true });
  }
}

/** The sections of the ELF file `elf`: { name, address, size, content, flags }. */
function sections(elf) {
  const at = Number(elf.readBigUInt64LE(0x28));
  const [size, count, names] = [0x3a, 0x3c, 0x3e].map((offset) => elf.readUInt16LE(offset));
  const number = (offset) => Number(elf.readBigUInt64LE(offset));
  const list = Array.from({ length: count }, (_, index) => {
    const header = at + index * size;
    const [address, start, length] = [0x10, 0x18, 0x20].map((offset) => number(header + offset));
    return {
      nameAt: elf.readUInt32LE(header),
      type: elf.readUInt32LE(header + 4),
      flags: number(header + 8),
      address, start, length,
    };
  });
  const strings = list[names].start;
  return list.map((section) => {
    const from = strings + section.nameAt;
    return { ...section, name: elf.toString('latin1', from, elf.indexOf(0, from)) };
  });
}

/** Where the guest's RAM is: it has marked both ends (hostile.hpp). Else it is where we think. */
function findGuestMemory(memory, { end, ram }) {
  const ends = [];
  for (let at = 0; at <= memory.length; at += pageSize) {
    if (memory.toString('latin1', at, at + 16) === 'guest RAM starts') {
      ends[0] = at;
    }
    if (at > 0 && memory.toString('latin1', at - 16, at) === 'the guest\'s end.') {
      ends[1] = at;
    }
  }
  return { start: ends[0] ?? end - ram, end: ends[1] ?? memory.length - pageSize };
}

/** What the disk must hold: the guest tells what it has rightly written. */
function expectedDisk(output) {
  const content = fs.readFileSync(disk);
  for (const [, ...numbers] of output.matchAll(/^wrote (0x\w+) (0x\w+) (0x\w+)$/gm)) {
    const [sector, count, byte] = numbers.map(Number);
    content.fill(byte, sector * sectorSize, (sector + count) * sectorSize);
  }
  return content;
}

/**
 * What has changed in the machine's RAM that is not the guest's, as a list of complaints.
 * @param {string} elf the hypervisor's file
 */
export function inspect({ memory, output, files, initrdAt }, elf) {
  const problems = [];
  const places = layout(files);
  const file = fs.readFileSync(elf);
  const known = []; // what lies there: { name, start, content } or { name, start, length }
  const put = (name, address, content) => known.push({
    name,
    start: address - places.ram,
    length: content.length,
    content: content.buffer ? content : undefined,
  });

  const used = sections(file).filter(({ flags }) => flags & 2); // SHF_ALLOC
  for (const { name, address, start, length, flags, type } of used) {
    const constant = (flags & 1) === 0 && type === 1; // neither SHF_WRITE nor without content
    put(`the hypervisor's ${name}`, address,
      constant ? file.subarray(start, start + length) : { length });
  }
  // A section that only takes up room is not written to, or it is by the hypervisor itself.
  const first = Math.min(...used.map(({ address }) => address));
  const end = Math.max(...used.map(({ address, length }) => address + length));
  put('the hypervisor', first, { length: end - first });
  put('the kernel\'s file', places.kernel, fs.readFileSync(files.KERNEL));
  if (files.INITRD) {
    put('the initrd\'s file', places.initrd, fs.readFileSync(files.INITRD));
  }
  if (initrdAt) {
    put('the initrd\'s file', initrdAt.address, fs.readFileSync(initrdAt.file));
  }
  if (files.DISK) {
    put('the disk', places.disk, expectedDisk(output));
  }
  const guest = findGuestMemory(memory, places);
  // The firmware keeps itself safe, by PMP; nobody else can write the first 512 KiB.
  put('the firmware', places.ram, { length: 512 * 1024 });
  for (let at = 0; at < memory.length; at += pageSize) { // the machine's device tree
    if (memory.readUInt32BE(at) === 0xd00dfeed) {
      known.push({ name: 'the device tree', start: at, length: MiB }); // QEMU 7.2 takes that much
    }
  }

  for (const { name, start, length } of known) {
    if (start < guest.end && start + length > guest.start) {
      problems.push(`${name} is a part of the guest's RAM`);
    }
  }
  known.push({ name: 'the guest\'s RAM', start: guest.start, length: guest.end - guest.start });
  for (const { name, start, content } of known) {
    if (content && !content.equals(memory.subarray(start, start + content.length))) {
      const at = content.findIndex((byte, index) => byte !== memory[start + index]);
      problems.push(`${name} has changed at byte ${at}`);
    }
  }
  const pattern = fs.readFileSync(blankMemory);
  let at = 0;
  for (const { name, start, length } of [...known.sort((a, b) => a.start - b.start),
    { name: 'the end', start: memory.length, length: 0 }]) {
    if (start > at && !pattern.subarray(at, start).equals(memory.subarray(at, start))) {
      const gap = pattern.subarray(at, start);
      const where = gap.findIndex((byte, index) => byte !== memory[at + index]) + at + places.ram;
      problems.push(`nobody's memory before ${name} was written to at 0x${where.toString(16)}`);
    }
    at = Math.max(at, start + length);
  }
  return problems;
}
