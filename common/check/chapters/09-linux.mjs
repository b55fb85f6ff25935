// Linux, up to where it sets its first timer, and what a kernel needs for it: its own traps, what
// the hypervisor hands on to it, counters, files and a command line. Guests of the check trap in
// all these ways and tell what they have found; Linux is known by its calls, and by a number that
// it computes.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { require, requireEqual, shown } from '../failure.mjs';
import { findLinuxLine, kernel, requireCallsOfLinux } from '../linux.mjs';
import { callsOf, sumOf, told } from '../told.mjs';
import { guestCauses, nameOfCause } from '../traps.mjs';

const MiB = 2 ** 20;
const ram = 0x8000_0000n;

const key = (any) => any.number(2 ** 20, 2 ** 31);
/** An address where no guest has anything. */
const nowhere = (any) => 8 * any.number(0x4000_0000 / 8, 0x5000_0000 / 8);

/** What `hedeleg` has to leave to the guest: the traps that each kernel has all the time. */
const delegated = [2, 3, 8, 13, 15];
const interrupts = 0x444;

/** In sstatus, at a trap: the mode and the interrupt enable of the time before it. */
const SPP = 0x100n;
const SPIE = 0x20n;

const noTrap = 0x7777; // what a guest tells for a cause where there was none

const named = (cause) => (cause === noTrap ? 'none: no trap'
  : `${cause} (${nameOfCause({ cause })})`);

/**
 * What guests/trap.hpp tells of a trap, against what QEMU has logged: `cause` and `value` are what
 * the guest finds in scause and stval, `logged` is the cause in QEMU's log.
 */
function expectTrap(run, { name, says, cause, value, logged = cause, isFromUser = false }) {
  const [scause, sepc, stval, sstatus] = told(run, name, `what it has found after ${says}`);
  require(scause === BigInt(cause), `after ${says} the guest finds in scause ${named(cause)}`,
    named(Number(scause)));
  require(run.traps.some((trap) => !trap.isInterrupt && trap.cause === logged
    && (value === undefined || trap.tval === BigInt(value))),
  `${says}, with cause ${named(logged)} in QEMU's log`, 'none');
  require(run.traps.some((trap) => trap.cause === logged && trap.epc === sepc),
    `after ${says} sepc is the address of the instruction, as in QEMU's log`, shown(sepc));
  if (value !== undefined) {
    requireEqual(stval, value, `after ${says} stval`);
  }
  requireEqual(sstatus & SPP, isFromUser ? 0 : SPP, `after ${says} SPP in sstatus`);
  if (!isFromUser) {
    requireEqual(sstatus & ~SPP, SPIE, `after ${says} SPIE and SIE in sstatus, where SIE was 1`);
  }
}

/** The traps that no guest can be left alone with. */
const handedOn = ({ nowhere: at }) => [
  { name: 'load', says: 'a load where nothing is', cause: 5, value: at, logged: guestCauses.load },
  {
    name: 'store', says: 'a store where nothing is', cause: 7, value: at + 8,
    logged: guestCauses.store,
  },
  {
    name: 'fetch', says: 'a jump to where nothing is', cause: 1, value: at + 16,
    logged: guestCauses.fetch,
  },
  {
    name: 'user-load', says: 'a program\'s load where nothing is', cause: 5, value: at,
    logged: guestCauses.load, isFromUser: true,
  },
  { name: 'hstatus', says: 'a read of hstatus', cause: 2, logged: guestCauses.virtual },
  { name: 'page-fetch', says: 'a jump to a page that is not mapped', cause: 12, value: at + 16 },
];

/** Those that it settles alone. */
const ownTraps = ({ nowhere: at }) => [
  { name: 'illegal', says: 'an illegal instruction', cause: 2 },
  { name: 'breakpoint', says: 'an ebreak', cause: 3 },
  { name: 'user-call', says: 'a program\'s call', cause: 8, isFromUser: true },
  { name: 'page-load', says: 'a load from a page that is not mapped', cause: 13, value: at },
  { name: 'page-store', says: 'a store to a page that is not mapped', cause: 15, value: at + 8 },
];

/** Waits for the guest to be ready: whether that has come. */
const isReady = async (machine) => await machine.until(/^ready .*\n/m) !== undefined;

async function readDelegation(machine) {
  if (!await isReady(machine)) {
    return undefined;
  }
  const stub = await machine.stub();
  return { hedeleg: await stub.register('hedeleg'), hideleg: await stub.register('hideleg') };
}

/** The machine's own tree, or what is where it lies with 128 MiB. */
const readOwnTree = async (machine) => (await isReady(machine)
  ? (await machine.stub()).memory(0x87e0_0000, 0x8000) : undefined);

/** The bytes of an initrd; no whole pages. */
const initrdOf = ({ key: seed, size }) => Buffer.alloc(size,
  createHash('sha512').update(String(seed)).digest());

const argumentsOf = ({ word, entries }) =>
  `earlycon=sbi console=hvc0 ${word} dhash_entries=${entries}`;

export const boots = {
  handed: {
    guest: 'handed.cpp',
    firmware: 'hart.S', // OpenSBI happens to leave things as a guest wants them
    values: (any) => ({
      key: key(any), nowhere: nowhere(any), host: 0,
      dividend: any.number(2 ** 20, 2 ** 31), divisor: any.number(3, 2 ** 16),
    }),
  },
  traps: {
    guest: 'traps.cpp',
    values: (any) => ({ key: key(any), nowhere: nowhere(any) }),
    drive: readDelegation,
    isEnough: true,
  },
  chosen: {
    guest: 'chosen.cpp',
    values: (any) => ({
      key: key(any), size: any.number(20_000, 60_000),
      line: [any.word(), any.word(), any.number(1, 9999)].join(' '),
    }),
    variables: (values, directory) => {
      const INITRD = path.join(directory, 'initrd');
      fs.writeFileSync(INITRD, initrdOf(values));
      return { INITRD, BOOTARGS: values.line, MEMORY: '128M' };
    },
    drive: readOwnTree,
    isEnough: true,
  },
  header: {
    guest: 'header.S',
    values: (any) => ({
      offset: 2 * MiB - 4096 * any.number(1, 9), size: MiB * any.number(4, 16),
    }),
  },
  deaf: { guest: 'deaf.S', values: (any) => ({ nowhere: nowhere(any) }) },
  linux: {
    values: (any) => ({ word: any.word(), entries: any.number(600, 60_000) }),
    variables: (values) => ({ KERNEL: kernel, BOOTARGS: argumentsOf(values) }),
    quiet: 20,
    drive: (machine) => machine.until(/sched_clock: .{0,200}\n/),
    isEnough: true,
  },
  own: { quiet: 20 },
};

export const tests = [
  {
    name: 'handed-on', points: 15, section: 'A trap for the guest', boot: 'handed', lasts: true,
    says: 'faults that only a guest has reach it as those that a kernel knows',
    hints: ['which cause has your hypervisor got, and which one does a kernel know for it?',
      'do what the hart would do: vsepc, vscause, vstval, SPP and SPIE of vsstatus, then vstvec'],
    code: ['vcpu.cpp', 'Vcpu::raise'],
    check(run, values) {
      handedOn(values).forEach((trap) => expectTrap(run, trap));
    },
  },
  {
    name: 'delegated', points: 15, section: 'Who settles what', boot: 'traps', lasts: true,
    says: 'hedeleg and hideleg leave a kernel\'s own traps to it',
    hints: ['read both registers back after you have written them: which bits have stayed?',
      'hedeleg has a bit for each cause, at the place of its number; those of hideleg are the '
      + 'interrupts of VS-mode, 2, 6 and 10'],
    code: ['vcpu.cpp', 'delegated_exceptions'],
    check(run, values) {
      ownTraps(values).forEach((trap) => expectTrap(run, trap));
      require(run.seen !== undefined, 'the guest comes to its end', run.lastLine);
      const { hedeleg, hideleg } = run.seen;
      const missing = delegated.filter((cause) => !((hedeleg >> BigInt(cause)) & 1n));
      require(missing.length === 0, `in hedeleg the bits ${delegated.map(named).join(', ')}`,
        `${shown(hedeleg)}: it lacks ${missing.map(named).join(', ')}`);
      requireEqual(hideleg, interrupts, 'hideleg, the bits 2, 6 and 10');
    },
  },
  {
    name: 'brings-along', points: 10, section: 'What a hart brings along', boot: 'handed',
    lasts: true, parents: ['handed-on'],
    says: 'the guest reads time, cycle and instret, and computes with floating point',
    hints: ['an illegal instruction that is none: who has forbidden it? Look at the cause in '
      + 'QEMU\'s log',
    'hcounteren is for the guest\'s kernel, scounteren for its programs; FS has to be on in '
      + 'vsstatus and in sstatus'],
    code: ['vcpu.cpp', 'Csr::hcounteren'],
    check(run, { dividend, divisor }) {
      for (const name of ['time', 'cycle', 'instret']) {
        const [cause, goesOn] = told(run, `rd${name}`, `whether it can read ${name}`);
        require(cause === BigInt(noTrap), `the guest's kernel reads ${name} without a trap`,
          `a trap with scause ${named(Number(cause))}`);
        requireEqual(goesOn, 1, `whether ${name} goes on`);
      }
      expectTrap(run, {
        name: 'user-time', says: 'a program that reads time and then calls', cause: 8,
        isFromUser: true,
      });
      const [FS, cause, control, registers, quotient] = told(run, 'float', 'what it has computed');
      require(FS !== 0n, 'floating point that is on: FS in the guest\'s sstatus is not 0', '0');
      require(cause === BigInt(noTrap), 'a division without a trap',
        `a trap with scause ${named(Number(cause))}`);
      requireEqual(control, 0, 'fcsr at the start, whatever was in it before');
      requireEqual(registers, 0, 'all floating-point registers at the start, or-ed');
      const expected = Buffer.alloc(8);
      expected.writeDoubleBE(dividend / divisor);
      requireEqual(quotient, expected.readBigUInt64BE(), `${dividend} / ${divisor}, as a double`);
    },
  },
  {
    name: 'deaf-guest', points: 5, section: 'A trap for the guest', boot: 'deaf', lasts: true,
    parents: ['handed-on'],
    says: 'a guest whose trap handler cannot be fetched is stopped, with an error',
    hints: ['a fault at the trap vector leads to the trap vector: who sees that circle?',
      'leave cause 12 out of hedeleg; where pc is the trap vector already, stop the guest'],
    code: ['exit.cpp', 'raise_or_stop'],
    check(run, { nowhere: at }) {
      require(run.traps.some(({ cause, tval }) => cause === 12 && tval === BigInt(at)),
        `an instruction page fault of the guest at ${shown(at)} in QEMU's log`, 'none');
      run.expectEnd(1, 'as the guest cannot go on');
    },
  },
  {
    name: 'linux-lines', points: 15, section: 'First words', boot: 'linux', lasts: true,
    says: 'Linux runs as far as its clock, and prints its lines',
    hints: ['look at the last line and the last trap: what did Linux do there, and who said no?',
      'without bootargs Linux knows no console; what it would have said is in its buffer, as “A '
      + 'tree that was there” shows'],
    code: ['sbi.cpp', 'base'],
    check(run) {
      findLinuxLine(run, /^Linux version \d/, 'Linux version 6.1');
      findLinuxLine(run, /^SBI specification v\d/, 'SBI specification v0.1 detected');
      findLinuxLine(run, /^sched_clock: 64 bits at 10MHz/, 'sched_clock: 64 bits at 10MHz');
      requireCallsOfLinux(run);
    },
  },
  {
    name: 'command-line', points: 10, section: 'First words', boot: 'linux', lasts: true,
    parents: ['linux-lines'],
    says: 'Linux gets its command line',
    hints: ['it has to travel through both trees: bootargs in chosen, of the host and of the guest',
      'a string in a tree has a zero byte at its end, which counts in its length'],
    code: ['guest_tree.cpp', 'bootargs'],
    check(run, values) {
      const line = `Kernel command line: ${argumentsOf(values)}`;
      const { text } = findLinuxLine(run, /^Kernel command line: /, line);
      require(text === line, `a line of Linux "${line}"`, text);
      const size = 2 ** Math.ceil(Math.log2(values.entries));
      const table = `Dentry cache hash table entries: ${size} `;
      const found = findLinuxLine(run, /^Dentry cache/, table);
      require(found.text.startsWith(table), `a line of Linux "${table}...", which it makes of `
        + `dhash_entries=${values.entries}`, found.text);
    },
  },
  {
    name: 'initrd', points: 10, section: 'What comes after the kernel', boot: 'chosen',
    lasts: true,
    says: 'the guest finds its initrd, whole',
    hints: ['the addresses in chosen are the guest\'s: does the file lie there, and is the end '
      + 'after its last byte?',
    'copy it below the tree, at the start of a page; linux,initrd-start and -end are set only '
      + 'where there is one'],
    code: ['vm.cpp', 'host.initrd'],
    check(run, values) {
      const [start, end] = told(run, 'initrd', 'where its initrd is');
      require(start >= ram && start % 4096n === 0n,
        'in linux,initrd-start the start of a page of the guest\'s RAM', shown(start));
      requireEqual(end - start, values.size, 'from linux,initrd-start to -end: the file\'s bytes');
      const [sum] = told(run, 'content', 'what is in its initrd');
      requireEqual(sum, sumOf(initrdOf(values), values.key), 'a sum of its bytes');
    },
  },
  {
    name: 'image-header', points: 10, section: 'What comes after the kernel', boot: 'header',
    lasts: true,
    says: 'a kernel lies where its header says, and nothing is in its memory',
    hints: ['text_offset is the second field of the header and image_size the third, 8 bytes each',
      'the file goes text_offset above the start of RAM; up to image_size after that, all belongs '
      + 'to the kernel: the tree has to be elsewhere'],
    code: ['kernel.cpp', 'ImageHeader'],
    check(run, { offset, size }) {
      const place = ram + BigInt(offset);
      requireEqual(run.number('at'), place,
        `where the kernel is, with ${shown(offset)} as its text_offset`);
      require(callsOf(run).some(({ epc }) => epc > place && epc < place + BigInt(size)),
        `calls of the guest (cause 10) after ${shown(place)} in QEMU's log`, 'none');
      requireEqual(run.number('tree'), 0xedfe0dd0,
        `the first bytes of its tree, after it has cleared its image_size of ${shown(size)}`);
      run.expectEnd(0, 'after the guest\'s shutdown');
    },
  },
  {
    name: 'random-bits', points: 5, section: 'What comes after the kernel', boot: 'chosen',
    lasts: true,
    says: 'the guest gets random bits of its own in rng-seed',
    hints: ['the machine\'s tree has rng-seed in chosen; the guest gets 32 bytes made of it',
      'chacha20_derive makes of the machine\'s bits others that do not tell them'],
    code: ['guest_tree.cpp', 'rng-seed'],
    check(run) {
      const [length, ...numbers] = told(run, 'seed', 'which random bits it has');
      const words = numbers.slice(0, 4);
      require(length >= 32n, 'at least 32 bytes in rng-seed', `${length}`);
      require(new Set(words).size === 4, 'random bits', words.map(shown).join(' '));
      require(run.seen?.readUInt32BE() === 0xd00dfeed, 'the guest comes to its end, on a machine '
        + 'whose own tree is at 0x87e00000', run.lastLine);
      const bytes = Buffer.alloc(8);
      for (const word of words) {
        bytes.writeBigUInt64BE(word);
        require(!run.seen.includes(bytes), 'other bits than those in the machine\'s own tree',
          'the same');
      }
    },
  },
  {
    name: 'stops-at-timer', points: 5, section: 'Run it', boot: 'own', parents: ['linux-lines'],
    says: 'it is stopped with an error where it sets its timer',
    hints: ['the call is extension 0, legacy set_timer, which this step does not have',
      'the last line names it, and the machine ends with status 1'],
    code: ['sbi.cpp', 'not_supported'],
    check(run) {
      require(/\b0x0\b|set_timer/.test(run.lastLine), 'a last line that names extension 0x0',
        run.lastLine);
      run.expectEnd(1, 'at a call that it does not have');
    },
  },
];
