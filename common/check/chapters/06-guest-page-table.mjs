// Memory for the guest: what the table says, and what a guest does with its memory.
import { caught, expectTable } from '../caught.mjs';
import { isHfenceGvma, isWriteOf } from '../code.mjs';
import { require, requireEqual, shown } from '../failure.mjs';
import { requireReport } from '../lines.mjs';
import { lacking } from '../stage2.mjs';
import { guestCauses, nameOfCause } from '../traps.mjs';

const entry = 0x8020_0000n;
const hgatp = 0x680; // the number of the CSR
const rootAlignment = 0x4000n;
const ram = [0x8000_0000n, 0x8800_0000n]; // of a machine with 128 MiB
const mask = (1n << 64n) - 1n;

/** From where guests/sum.S loads at last. */
function addressOfSum(first) {
  const multiplier = 0x41c6_4e6dn;
  let value = BigInt(first);
  let sum = 0n;
  for (let at = 0x8020_1000n; at < 0x8040_0000n; at += 4096n + 8n) {
    value = value * multiplier + 0x3039n & mask;
    sum = sum * multiplier + value & mask;
  }
  return (1n << 40n) + ((sum & (1n << 36n) - 1n) << 3n);
}

/** The address of the call of guests/unknown.S. */
const callOf = ({ number }) => entry + 4n * BigInt(number);

/** What the guest's last exception was, or what else has come. */
function cameOf(run) {
  const last = run.guestTraps.at(-1) ?? run.ownTraps.at(-1);
  if (last === undefined) {
    return 'none';
  }
  // An access fault is the hypervisor's own. Others may be the guest's, at the same addresses.
  return [1, 5, 7].includes(last.cause) ? run.describe(last)
    : `${nameOfCause(last)} at ${shown(last.epc)}, stval ${shown(last.tval)}`;
}

const overlap = (one, other) => one.from < other.to && other.from < one.to;

/** The memory that a leaf maps. */
const mapped = ({ target, size }) => ({ from: target, to: target + size });

/** Whose memory that is, if it is not the guest's. */
function ownerOf(memory, image) {
  if (memory.from < ram[0] || memory.to > ram[1]) {
    return 'not RAM';
  }
  if (overlap(memory, { from: ram[0], to: entry })) {
    return 'the firmware\'s';
  }
  return overlap(memory, { from: image.start, to: image.end }) ? 'the hypervisor\'s own'
    : undefined;
}

export const boots = {
  caught,
  call: {
    guest: 'unknown.S', log: 'int,in_asm',
    values: (any) => ({ extension: any.number(0x1000, 0x7fff), number: any.number(4, 400) }),
  },
  sum: { guest: 'sum.S', values: (any) => ({ first: any.number(1, 2 ** 31) }) },
  own: {},
};

export const tests = [
  {
    name: 'mapped', points: 15, section: 'Two steps', boot: 'caught',
    says: 'the table leads from 0x80200000 to the guest\'s program',
    hints: [
      'walk the table by hand: the root\'s entry for the address, the entry of the next table, '
        + 'and the address in it',
      'bits 40 to 30 choose in the root, the next nine in the second table; the leaf names '
        + '0x80400000, where QEMU has put the program',
    ],
    code: ['stage2.cpp', 'Stage2::map'],
    check(run, { mark }) {
      const { table, program } = expectTable(run);
      require(program !== undefined, `a leaf for ${shown(entry)} in the table at ${
        shown(table.root)}`, `none for it, and ${table.leaves.length} for other addresses`);
      requireEqual(program.content.readBigUInt64LE(8), mark, 'what the guest\'s program has at '
        + `${shown(entry + 8n)}, read at ${shown(program.address + 8n)}, where the table leads`);
    },
  },
  {
    name: 'first-call', points: 25, section: 'A table for each gibibyte', boot: 'call',
    parents: ['mapped'],
    says: 'the guest runs until it calls',
    hints: [
      'which exception comes instead, and where? A guest-page fault says that a walk has failed: '
        + 'print the entries, and read them bit by bit',
      'for the second stage the guest is always in user mode: a leaf needs U, and R, W, X',
    ],
    code: ['stage2.cpp', 'leaf_bits'],
    check(run, values) {
      require(run.guestTraps.some(({ cause, epc }) =>
        cause === guestCauses.call && epc === callOf(values)),
      `environment call from VS-mode (cause 10) at ${shown(callOf(values))} in QEMU's log`,
      cameOf(run));
    },
  },
  {
    name: 'guest-memory', points: 15, section: 'What an entry says', boot: 'sum',
    parents: ['first-call'], lasts: true,
    says: 'the guest keeps what it stores in its 2 MiB',
    hints: [
      'which exception comes first, and for which address? The guest stores to all its pages',
      'R, W and X are set in each leaf, and each leads to memory that is the guest\'s alone',
    ],
    code: ['stage2.cpp', 'leaf_bits'],
    check(run, { first }) {
      const address = addressOfSum(first);
      require(run.guestTraps.some(({ cause, tval }) =>
        cause === guestCauses.load && tval === address),
      `load guest-page fault (cause 21), stval ${shown(address)}: the guest makes this address of `
        + 'all numbers that it has stored and read', cameOf(run));
    },
  },
  {
    name: 'root', points: 10, section: 'What QEMU lets pass', boot: 'caught', parents: ['mapped'],
    lasts: true,
    says: 'the root is at a multiple of 16 KiB',
    hints: [
      'QEMU takes any root; a hart may do without the two lowest bits of its number',
      'memory::allocate keeps four pages together at a multiple of four',
    ],
    code: ['stage2.cpp', 'memory::allocate(root_pages)'],
    check(run) {
      const { table: { root }, registers } = expectTable(run);
      require(root % rootAlignment === 0n, 'a root at a multiple of 0x4000',
        `${shown(root)}, as hgatp is ${shown(registers.hgatp)}`);
    },
  },
  {
    name: 'entry-bits', points: 10, section: 'What an entry says', boot: 'caught',
    parents: ['mapped'], lasts: true,
    says: 'a leaf has all of V, R, W, X, U, A and D',
    hints: [
      'read the entry bit by bit, from V, bit 0, to D, bit 7; QEMU may set A and D by itself, and '
        + 'other harts fault',
      'a leaf gets them all beforehand; an entry that leads to a table has V alone',
    ],
    code: ['stage2.cpp', 'leaf_bits'],
    check(run) {
      const { table: { leaves, tables } } = expectTable(run);
      for (const leaf of leaves) {
        const lacks = lacking(leaf, ['V', 'R', 'W', 'X', 'U', 'A', 'D']);
        require(lacks.length === 0, `V, R, W, X, U, A and D in the leaf for ${shown(leaf.address)}`,
          `${shown(leaf.entry)}, which lacks ${lacks.join(', ')}`);
      }
      const table = tables.find((each) => (each.entry & 0xffn) !== 1n);
      require(table === undefined, 'V and no other bit in an entry that leads to a table',
        `${shown(table?.entry)} at ${shown(table?.at)}`);
    },
  },
  {
    name: 'confined', points: 10, section: 'One memory, two addresses', boot: 'caught',
    parents: ['mapped'], lasts: true,
    says: 'the guest reaches no memory but its own, and each piece at one address',
    hints: [
      'two leaves may be right, each alone: where does each of them lead?',
      'the memory that a leaf maps lies after the hypervisor\'s 2 MiB; page - guest.start is added '
        + 'to host for each of them',
    ],
    code: ['stage2.cpp', 'host + (page - guest.start)'],
    check(run) {
      const { table: { leaves } } = expectTable(run);
      leaves.forEach((leaf, index) => {
        const memory = mapped(leaf);
        const owner = ownerOf(memory, run.image);
        require(owner === undefined, `memory of the guest at its address ${
          shown(leaf.address)}`, `the memory at ${shown(leaf.target)}, which is ${owner}`);
        const other = leaves.slice(0, index).find((each) => overlap(mapped(each), memory));
        require(other === undefined, 'memory of its own at each address', `${
          shown(leaf.target)} at ${shown(leaf.address)} and at ${shown(other?.address)}`);
      });
    },
  },
  {
    name: 'fence', points: 5, section: 'What QEMU lets pass', boot: 'call', parents: ['first-call'],
    lasts: true,
    says: 'hfence.gvma comes after the new table',
    hints: [
      'the specification promises nothing without it; QEMU reads the table at the last moment',
      'Vcpu::load executes hfence.gvma after it has written hgatp',
    ],
    code: ['stage2.hpp', 'Vcpu::load on, which has the fences'],
    check(run) {
      const later = run.code.slice(run.code.findIndex(isWriteOf(hgatp)) + 1);
      require(later.some(isHfenceGvma), 'hfence.gvma is executed after hgatp is written',
        'it is not');
    },
  },
  {
    name: 'call-report', points: 5, section: 'Run it', boot: 'call', parents: ['first-call'],
    says: 'the report names the call, and the machine ends with an error',
    hints: [
      'the report of chapter 3 has it all',
      'nobody handles the call yet',
    ],
    code: ['vm.cpp', 'run'],
    check(run, values) {
      requireReport(run, guestCauses.call, { scause: guestCauses.call, sepc: callOf(values) });
      run.expectEnd(1, 'after the guest\'s call');
    },
  },
  {
    name: 'own-call', points: 5, section: 'A program in memory', boot: 'own',
    parents: ['first-call'],
    says: 'the guest of the chapter calls, too',
    hints: [
      'GUEST in the Makefile names its source',
      'guest/call.S ends with an ecall',
    ],
    code: ['guest/call.S', 'ecall'],
    check(run) {
      require(run.guestTraps.some(({ cause }) => cause === guestCauses.call),
        'environment call from VS-mode (cause 10) in QEMU\'s log', cameOf(run));
    },
  },
];
