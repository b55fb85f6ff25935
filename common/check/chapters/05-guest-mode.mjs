// The way into a guest: exceptions that only a guest can have, and the registers as they are when
// the first one comes.
import { caught, expectCaught, expectTable, guestCsrs, integerRegisters } from '../caught.mjs';
import { isHfenceGvma, isHfenceVvma, isWriteOf } from '../code.mjs';
import { require, requireEqual, shown } from '../failure.mjs';
import { requireReport } from '../lines.mjs';
import { guestCauses } from '../traps.mjs';

const entry = 0x8020_0000n;
const hgatp = 0x680; // the number of the CSR
const sv39x4 = 8;

/** The first exception of the guest, or the last of the program: what came. */
function cameOf(run) {
  const [first] = run.guestTraps;
  const own = run.ownTraps.at(-1);
  return first ? run.describe(first) : own ? run.describe(own) : 'none';
}

/** The mode in which the exception was raised, as mstatus says. */
function modeOf(mstatus) {
  const isVirtual = (mstatus >> 39n & 1n) === 1n;
  const isSupervisor = (mstatus >> 11n & 3n) === 1n;
  return isVirtual ? isSupervisor ? 'VS-mode' : 'VU-mode' : isSupervisor ? 'HS-mode' : 'U-mode';
}

/** What a CSR of the guest holds at its start; of vsstatus SIE and UXL alone. */
const maskOf = (name) => (name === 'vsstatus' ? 3n << 32n | 2n : (1n << 64n) - 1n);
const freshValueOf = (name) => (name === 'vsstatus' ? 2n << 32n : 0n);

export const boots = {
  own: { log: 'int,in_asm' },
  caught,
  bare: {
    guest: 'off.S', firmware: 'firmware.S', values: () => ({ hart: 0, bare: 1 }),
    drive: (machine) => machine.until(/^caught$/m), isEnough: true, // it should not come to that
  },
};

export const tests = [
  {
    name: 'guest-mode', points: 20, section: 'Across the border', boot: 'own',
    says: 'the hart enters a guest',
    hints: [
      'QEMU\'s log (-d int) has an exception with cause 10, or 20 to 23, as soon as there is a '
        + 'guest: before the sret, what do SPV and SPP say?',
      'SPV in hstatus makes sret lead into a guest, and sepc says where to',
    ],
    code: ['vcpu.cpp', 'hstatus::SPV'],
    check(run) {
      require(run.guestTraps.length > 0, 'an exception that only a guest can have (cause 10, or 20 '
        + 'to 23) in QEMU\'s log', cameOf(run));
    },
  },
  {
    name: 'no-memory', points: 20, section: 'A table that maps nothing', boot: 'own',
    parents: ['guest-mode'],
    says: 'the guest begins at 0x80200000, and finds no instruction there',
    hints: [
      'where does it fail, and why? Without a table in hgatp the guest runs the hypervisor\'s own '
        + 'code; with another address, look at what sepc was loaded from',
      'hgatp gets the mode 8 and the number of a page full of zeros',
    ],
    code: ['stage2.cpp', 'Stage2::hgatp'],
    check(run) {
      const [{ cause, epc }] = run.guestTraps;
      require(cause === guestCauses.fetch && epc === entry,
        `instruction guest-page fault (cause 20) at ${shown(entry)}, first of all`, cameOf(run));
    },
  },
  {
    name: 'supervisor', points: 15, section: 'Supervisor again', boot: 'caught',
    parents: ['guest-mode'], lasts: true,
    says: 'the guest is in VS-mode',
    hints: [
      'a fault looks the same in VU-mode: which bit says where sret leads besides SPV?',
      'SPP in sstatus has to be 1 at the first sret',
    ],
    code: ['vcpu.cpp', 'status::SPP'],
    check(run) {
      const mode = modeOf(expectCaught(run).registers.mstatus);
      require(mode === 'VS-mode', 'the mode in which the guest\'s first exception comes: VS-mode',
        mode);
    },
  },
  {
    name: 'empty-table', points: 10, section: 'A table that maps nothing', boot: 'caught',
    parents: ['no-memory'],
    says: 'hgatp names a table that maps nothing',
    hints: [
      'hgatp holds the mode in its four highest bits, and the number of the first page',
      'the root is four pages that memory::allocate has cleared; its address is shifted right by '
        + '12',
    ],
    code: ['stage2.cpp', 'mode_sv39x4'],
    check(run) {
      const { table: { mode, root, leaves, tables } } = expectTable(run);
      requireEqual(mode, sv39x4, 'the mode in hgatp, Sv39x4');
      requireEqual(leaves.length + tables.length, 0, `how many entries of the root at ${
        shown(root)} are valid`);
    },
  },
  {
    name: 'fences', points: 10, section: 'A table that maps nothing', boot: 'own',
    parents: ['no-memory'],
    says: 'both fences come after the new hgatp',
    hints: [
      'what may a hart still know of the translation before? QEMU never shows it',
      'hfence.gvma and hfence.vvma, after hgatp is written',
    ],
    code: ['vcpu.cpp', 'hfence_gvma'],
    check(run) {
      const after = run.code.slice(run.code.findIndex(isWriteOf(hgatp)) + 1);
      for (const [name, isFence] of [['gvma', isHfenceGvma], ['vvma', isHfenceVvma]]) {
        require(after.some(isFence), `hfence.${name} is executed after hgatp is written`,
          'it is not');
      }
    },
  },
  {
    name: 'read-back', points: 10, section: 'A table that maps nothing', boot: 'bare',
    parents: ['no-memory', 'supervisor'], lasts: true,
    says: 'where hgatp does not keep the mode, no guest is entered',
    hints: [
      'with 0 in hgatp the guest would have all of memory: does the hart keep what was written?',
      'Vcpu::load reads hgatp back, and panics if it is another value',
    ],
    code: ['vcpu.cpp', 'csr::read<Csr::hgatp>()'],
    check(run) {
      require(run.guestTraps.length === 0, 'no guest, on a hart whose hgatp stays 0', cameOf(run));
      run.expectEnd(1, 'on such a hart');
    },
  },
  {
    name: 'fresh-csrs', points: 5, section: 'Registers of its own', boot: 'caught',
    parents: ['no-memory'], lasts: true,
    says: 'the guest\'s CSRs are those of a fresh hart',
    hints: [
      'on QEMU they are 0 at the start, but nobody promises it: the check fills them before',
      'Vcpu::load writes each VS CSR; of vsstatus, UXL is 2 (64 bits) and SIE is 0',
    ],
    code: ['vcpu.cpp', 'csr::write<Csr::vsstatus>'],
    check(run) {
      const { registers } = expectCaught(run);
      for (const name of guestCsrs) {
        requireEqual(registers[name] & maskOf(name), freshValueOf(name),
          name === 'vsstatus' ? 'UXL and SIE in vsstatus' : name);
      }
    },
  },
  {
    name: 'fresh-registers', points: 5, section: 'A hart in memory', boot: 'caught',
    parents: ['no-memory'], lasts: true,
    says: 'nothing of the hypervisor is in the guest\'s registers',
    hints: [
      'a register that is not loaded reaches the guest with the hypervisor\'s value in it',
      'enter_guest loads all from x1 to x31, a0 last',
    ],
    code: ['world_switch.S', 'ld      x\\n'],
    check(run) {
      const { registers } = expectCaught(run);
      for (const name of integerRegisters.filter((each) => each !== 'a0' && each !== 'a1')) {
        requireEqual(registers[name], 0, `${name} of the guest at its start`);
      }
    },
  },
  {
    name: 'guest-report', points: 5, section: 'Run it', boot: 'own', parents: ['no-memory'],
    says: 'the report names the fault, and the machine ends with an error',
    hints: [
      'the report of chapter 3 has it all',
      'cause 20 needs a name, too',
    ],
    code: ['vm.cpp', 'run'],
    check(run) {
      requireReport(run, guestCauses.fetch, { scause: guestCauses.fetch, sepc: entry });
      run.expectEnd(1, 'after the guest\'s fault');
    },
  },
];
