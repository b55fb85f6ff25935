// A guest that gets the RAM that the machine has, and a device tree that is true. The guest uses
// all of its RAM, and computes of what it finds there; what its tree says it tells.
import fs from 'node:fs';
import path from 'node:path';

import { Failure, require, requireEqual, shown } from '../failure.mjs';
import { told } from '../told.mjs';

const MiB = 2 ** 20;
const page = 4096;
const ram = 0x8000_0000;
const afterFirmware = 0x8020_0000;
const illegal = 2; // the cause of an illegal instruction

/** What firmware, hypervisor, files and the machine's own tree may take of RAM. */
const mostTaken = 24 * MiB;

/** The extensions of one letter that the guest's hart has; g stands for the first four. */
const letters = 'imafdcg';

/** What guests/pages.hpp tells of the pages of `size` bytes of RAM. */
function expectPages(run, key, size) {
  const [count, sum, traps] = told(run, 'used', 'what it has found in all pages of its RAM');
  const [first, end] = told(run, 'program', 'where its program is').map(Number);
  const start = ram / page;
  const pages = Array.from({ length: size / page }, (_, index) => start + index)
    .filter((number) => number < first || number >= end);
  requireEqual(traps, 0, 'traps while the guest uses its RAM');
  requireEqual(count, pages.length, `pages that the guest has used of ${size / MiB} MiB`);
  requireEqual(sum, BigInt(key) * pages.reduce((all, number) => all + BigInt(number), 0n)
    & (2n ** 64n - 1n), 'the sum of what it finds in them, so that each is there once');
}

/** A file in the directory of a boot. */
function file(directory, name, content) {
  const place = path.join(directory, name);
  fs.writeFileSync(place, content);
  return place;
}

/** A machine with a guest that uses a part of it. */
const room = {
  guest: 'room.cpp',
  values: (any) => {
    const memory = 2 * any.number(40, 100);
    return { key: any.number(2 ** 20, 2 ** 31), memory, mebibytes: memory - mostTaken / MiB };
  },
  variables: ({ memory }) => ({ MEMORY: `${memory}M` }),
};

export const boots = {
  room,
  disk: {
    ...room,
    variables: ({ memory }, directory) => ({
      MEMORY: `${memory}M`, DISK: file(directory, 'disk', ''.padEnd(MiB, 'a disk and no kernel ')),
    }),
  },
  tree: {
    guest: 'tree.cpp',
    values: (any) => ({
      key: any.number(2 ** 20, 2 ** 31), memory: 2 * any.number(40, 100), host: any.number(1, 3),
    }),
    variables: ({ memory }) => ({ MEMORY: `${memory}M` }),
    firmware: 'hart.S',
    flags: ({ host }) => ['-smp', String(host + 1)],
  },
  empty: { variables: (values, directory) => ({ KERNEL: file(directory, 'empty', '') }) },
};

export const tests = [
  {
    name: 'memory-line', points: 5, section: 'What the machine has', boot: 'room',
    says: 'it says how many MiB of RAM the machine has',
    hints: ['the size stands in the reg of the node memory@80000000: two cells for the address, '
      + 'two for the size, and each has its first byte first',
    'fdt64_ld reads a number as a tree has it; a line then says it in MiB'],
    code: ['main.cpp', 'introduce'],
    check(run, { memory }) {
      run.expectMatch(new RegExp(`\\b${memory} ?MiB\\b`), `${memory} MiB of RAM`);
    },
  },
  {
    name: 'guest-ram', points: 20, section: 'As much as there is', boot: 'room', lasts: true,
    says: 'the guest gets the RAM that is free, from 0x80000000 on',
    hints: ['stage 2 maps what is free in the machine, in megapages: is it mapped whole, and each '
      + 'page once?',
    'free is what firmware, hypervisor, files and tree leave of RAM; the kernel\'s file is copied '
      + 'to 2 MiB after the start of the guest\'s RAM'],
    code: ['vm.cpp', 'take_memory'],
    check(run, { key, mebibytes }) {
      expectPages(run, key, mebibytes * MiB);
      run.expectEnd(0, 'after the guest\'s shutdown');
    },
  },
  {
    name: 'kernel-not-disk', points: 10, section: 'The file to run', boot: 'disk', lasts: true,
    parents: ['guest-ram'],
    says: 'with a disk beside it, the kernel is still what runs',
    hints: ['which of the modules in chosen have you taken? The disk comes first in the list',
      'both are multiboot,kernel; only the disk has bootargs, so both properties have to be right'],
    code: ['host.cpp', 'read_module'],
    check(run, { key, mebibytes }) {
      expectPages(run, key, mebibytes * MiB);
    },
  },
  {
    name: 'guest-tree', points: 15, section: 'A tree of its own', boot: 'tree', lasts: true,
    says: 'a1 leads the guest to a device tree that it can read to its end',
    hints: ['a1 holds an address of the guest\'s, and the tree has to lie there in its RAM, at a '
      + 'multiple of 8',
    'dtc compiles guest.dts, #embed puts it into the program, and fdt_open_into copies it to the '
      + 'end of the guest\'s RAM'],
    code: ['guest_tree.cpp', 'fdt_open_into'],
    check(run) {
      const [, address] = told(run, 'given', 'what it has in a0 and a1');
      require(address >= ram && address % 8n === 0n, 'in a1 an address of the guest\'s RAM, a '
        + `multiple of 8, from ${shown(ram)} on`, shown(address));
      const [magic, size] = told(run, 'tree', 'how its tree begins');
      requireEqual(magic, 0xd00dfeed, `what a tree begins with, at ${shown(address)}`);
      const [token, at] = told(run, 'last', 'where its tree ends');
      requireEqual(token, 9, `the token that ends the tree, where the last one is (byte ${at})`);
      require(at <= size, `an end before the ${size} bytes that the header names`, `byte ${at}`);
      const [nodes, ends] = told(run, 'nodes', 'how many nodes its tree has');
      requireEqual(ends, nodes, 'ends of nodes, as many as nodes');
    },
  },
  {
    name: 'guest-tree-memory', points: 20, section: 'What only the machine knows', boot: 'tree',
    lasts: true, parents: ['guest-tree'],
    says: 'its tree promises the RAM that it has',
    hints: ['the reg of memory@80000000 is an address and a size, two cells each: read it back '
      + 'with dtc',
    'the first call sets the property, the second one appends to it; the size is that of the range '
      + 'that stage 2 maps'],
    code: ['guest_tree.cpp', 'memory@80000000'],
    check(run, { key, memory }) {
      const [count, start, size] = told(run, 'memory', 'how much RAM it is promised');
      requireEqual(count, 1, 'nodes of memory in the guest\'s tree');
      requireEqual(start, ram, 'the address in the reg of its memory');
      require(size >= memory * MiB - mostTaken && size < memory * MiB, 'the size in it: from '
        + `${memory - mostTaken / MiB} MiB on, and less than the ${memory} MiB of the machine`,
      `${shown(size)}, which is ${size >> 20n} MiB`);
      require(size % BigInt(page) === 0n, 'a size in whole pages', shown(size));
      expectPages(run, key, Number(size));
    },
  },
  {
    name: 'timebase', points: 10, section: 'What only the machine knows', boot: 'tree', lasts: true,
    parents: ['guest-tree'],
    says: 'its tree says how fast its clock is',
    hints: ['timebase-frequency stands in the node cpus, in both trees', 'fdt_setprop_u32 puts the '
      + 'host\'s value into the guest\'s tree, in the order that a tree wants'],
    code: ['guest_tree.cpp', 'timebase-frequency'],
    check(run) {
      const [hertz] = told(run, 'timebase', 'how fast its clock is');
      require(hertz === 10_000_000n, 'timebase-frequency: 10000000, as in the machine\'s own tree',
        String(hertz));
    },
  },
  {
    name: 'guest-hart', points: 10, section: 'A tree of its own', boot: 'tree', lasts: true,
    parents: ['guest-tree'],
    says: 'its tree has one hart, that of a0, whichever hart the machine has started',
    hints: ['the guest\'s hart has the number 0, also where the hypervisor runs on hart 2',
      'Vcpu::start sets a0 to the guest\'s own hart id, not to what the firmware gave us'],
    code: ['guest.dts', 'cpu@0'],
    check(run, { host }) {
      const [a0] = told(run, 'given', 'what it has in a0 and a1');
      const [count, hart, isRv64, bits] = told(run, 'hart', 'which harts its tree has');
      requireEqual(count, 1, `nodes cpu@N, on a machine with ${host + 1} harts`);
      requireEqual(a0, hart, `a0, as the reg of cpu@N, where the hypervisor runs on hart ${host}`);
      requireEqual(isRv64, 1, 'whether riscv,isa-base is rv64i, or riscv,isa begins so');
      const more = [...'abcdefghijklmnopqrstuvwxyz'].filter((letter, index) =>
        (bits >> BigInt(index)) & 1n && !letters.includes(letter)).join('');
      require(more === '', 'in riscv,isa no letter that the guest\'s hart does not have', more);
    },
  },
  {
    name: 'no-devices', points: 5, section: 'A tree of its own', boot: 'tree',
    parents: ['guest-tree'],
    says: 'its tree names no device: there is none yet',
    hints: ['the guest\'s tree is guest.dts, not a copy of the host\'s',
      'what the guest cannot reach has no node: below the root only chosen, cpus and its memory'],
    code: ['guest.dts', 'chosen'],
    check(run) {
      const named = run.lines.filter((line) => line.startsWith('node '));
      if (named.length > 0) {
        throw new Failure('no node of a device below the root', named.slice(0, 3));
      }
    },
  },
  {
    name: 'empty-kernel', points: 5, section: 'The file to run', boot: 'empty',
    parents: ['guest-ram'],
    says: 'an empty file is refused, with a line that says so',
    hints: ['QEMU starts with an empty file, too, and names its address: look at the size in reg',
      'say what is wrong with the file before any guest runs, and end the machine with an error'],
    code: ['host.cpp', 'check_file'],
    check(run) {
      require(/\b(kernel|empty|file)\b/i.test(run.lastLine), 'a last line that says that the '
        + 'kernel is empty', run.lastLine);
      const executed = run.traps.find(({ cause, epc }) =>
        cause === illegal && epc >= afterFirmware);
      require(!executed, 'no guest that runs', `zeros are executed, at ${shown(executed?.epc)}`);
      run.expectEnd(1, 'after a kernel that is empty');
    },
  },
];
