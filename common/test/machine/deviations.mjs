// Where QEMU does not do what the specifications say, or does another thing than our machine that
// they allow, too: each with its section, and how to tell that a difference is nothing else.

import { handsOn } from '../../../book/record/machine.mjs';

/** Fields of mstatus and hstatus. */
const GVA = 1n << 38n, hstatusGVA = 1n << 6n, MPV = 1n << 39n, MPP = 3n << 11n, MPRV = 1n << 17n;
const SUM = 1n << 18n, MXR = 1n << 19n;
const SPV = 1n << 7n, SD = 1n << 63n, FS = 3n << 13n;
const interrupt = 1n << 63n;

/** Instructions that programs shall not have: { what, section, only, avoids }. */
export const programDeviations = [
  {
    what: 'ctzw of 0 in the lower word counts on in the upper one',
    section: 'Unprivileged spec 28 (Zbb, ctzw)',
    only: (qemu) => qemu.major < 8,
    avoids: (bits) => ((bits & 0xfff0_707f) >>> 0) === 0x6010_101b,
  },
];

/** Exceptions whose xtval is an address (Privileged spec 18.4.1, 18.2.1). */
const tellAddress = [0n, 1n, 3n, 4n, 5n, 6n, 7n, 12n, 13n, 15n, 20n, 21n, 23n];
const ofData = [4n, 5n, 6n, 7n, 13n, 15n, 21n, 23n];

const isHypervisorAccess = ({ instruction }) => (instruction & 0x707f) === 0x4073;
const isHlvx = (state) => isHypervisorAccess(state) && (state.instruction >>> 20 & 0x1f) === 3;
const isAtomic = ({ instruction }) => (instruction & 0x7f) === 0x2f;
const isSc = (state) => isAtomic(state) && state.instruction >>> 27 === 3;
const isSret = ({ instruction }) => instruction === 0x1020_0073;
const isMret = ({ instruction }) => instruction === 0x3020_0073;

const accessFaults = [1n, 5n, 7n], pageFaults = [12n, 13n, 15n, 20n, 21n, 23n];

/** The access that a fault is about. */
const accessOf = (cause) => ({
  1: 'fetch', 12: 'fetch', 20: 'fetch', 4: 'load', 5: 'load', 13: 'load', 21: 'load',
}[cause] ?? 'store');

const isPointer = (entry) => (entry & 0xfn) === 1n;
const outside = (entry) => {
  const target = (entry >> 10n & 0xfff_ffff_ffffn) << 12n;
  return target < 0x8000_0000n || target >= 0x8100_0000n;
};

/** The entries of tables that a state sets: { entry, second }, whether of the second stage. */
const entriesOf = ({ words }) => [...words].filter(([address]) => address >= 0x8024_0000n)
  .map(([address, entry]) => ({ entry, second: address >= 0x8026_0000n }));

/** Whether a table may lie where there is no memory, or where PMP keeps it from being read. */
const hasUnreadableTable = (state) => state.protected || /^(satp|vsatp|hgatp)$/.test(state.csrName)
  || entriesOf(state).some(({ entry, second }) => outside(entry) && (second || isPointer(entry)));

/** Fields of which these bits are to be passed over; without `mask`, all of them. */
const bitsOf = (names, mask) => names.map((name) => [name, mask]);

/** What reads of the CSR that the case is about gave. */
const read = ['x10', 'x12'];

/** Fields of bits of interrupts, those of VS at the places of the supervisor's. */
const interrupts = ['mie', 'mip', 'mideleg', 'hideleg', 'hie', 'hip', 'hvip', 'sie', 'sip', 'vsie',
  'vsip'];

/** Whether a trap has a guest's virtual address in xtval: what GVA tells. */
function tellsGuestAddress(state, { cause, pc, value, fromGuest }) {
  if (!tellAddress.includes(cause) || (cause === 3n && value === 0n)) {
    return false;
  }
  if (fromGuest) {
    return true;
  }
  if (!ofData.includes(cause) || pc !== state.instructionAt) {
    return false;
  }
  const status = state.statusInM;
  return isHypervisorAccess(state)
    || (state.mode === 'M' && (status & MPRV) !== 0n && (status & MPV) !== 0n
      && (status & MPP) !== MPP);
}

/** Traps into M-mode and into HS-mode, the last of each, as records have them. */
const intoM = (record) => ({
  cause: record.mcause, pc: record.mepc, value: record.mtval,
  fromGuest: (record.mstatus & MPV) !== 0n,
});
const intoHS = (record) => ({
  cause: record.scause, pc: record.sepc, value: record.stval,
  fromGuest: (record.hstatus & SPV) !== 0n,
});

/** Whether in M-mode something depends on MPV: MRET, or a load or store with MPRV. */
const dependsOnMpv = ({ mode, statusInM, instruction }) => mode === 'M' && (statusInM & MPV) !== 0n
  && (isMret({ instruction }) || ((statusInM & MPRV) !== 0n && (statusInM & MPP) !== MPP));

/**
 * Differences between states: { what, section, only, explains }; without `only`, on every QEMU.
 * `explains` gets the state and both records, and gives what is to be passed over: [name of a
 * field, bits of it] each, or 'all'.
 */
export const stateDeviations = [
  // ---- What a trap writes
  {
    what: 'mstatus.GVA is never cleared, is set with every mtval but 0, and not for HLV and MPRV',
    section: 'Privileged spec 18.4.1',
    explains: ({ state, ours }) => tellsGuestAddress(state, intoM(ours))
      === ((ours.mstatus & GVA) !== 0n) && bitsOf(['mstatus'], GVA),
  },
  {
    what: 'hstatus.GVA is set with every stval but 0',
    section: 'Privileged spec 18.2.1',
    explains: ({ state, ours }) => tellsGuestAddress(state, intoHS(ours))
      === ((ours.hstatus & hstatusGVA) !== 0n) && bitsOf(['hstatus'], hstatusGVA),
  },
  {
    what: 'a trap into VS-mode writes htval, htinst and hstatus.GVA',
    section: 'Privileged spec 18.6.2',
    explains: ({ state, ours, theirs }) => ours.trap.to === 'VS' && theirs.trap.to === 'VS'
      && ours.htval === state.csr.htval
      && (ours.hstatus & hstatusGVA) === (state.csr.hstatus & hstatusGVA)
      && [['htval'], ['htinst'], ['hstatus', hstatusGVA]],
  },
  {
    what: 'an access fault at a table of the second stage writes htval or mtval2, too',
    section: 'Privileged spec 18.2.8, 18.4.4',
    explains: ({ state, ours, theirs }) => bitsOf([['mcause', 'mtval2'], ['scause', 'htval']]
      .filter(([cause, value]) => accessFaults.includes(ours[cause])
        && ours[cause] === theirs[cause] && ours[value] === 0n && hasUnreadableTable(state))
      .map(([, value]) => value)),
  },
  {
    what: 'xtval of an illegal or virtual instruction is one executed earlier',
    section: 'Privileged spec 3.1.16',
    explains: ({ state, ours, theirs }) => bitsOf([['mcause', 'mtval'], ['scause', 'stval'],
      ['vscause', 'vstval']].filter(([cause, value]) => ours[cause] === theirs[cause]
        && [2n, 22n].includes(ours[cause]) && ours[value] === BigInt(state.instruction))
      .map(([, value]) => value)),
  },
  {
    what: 'xtval of a breakpoint is its address, which is 0 on our machine',
    section: 'Privileged spec 3.1.16 (allowed)',
    explains: ({ ours, theirs }) => bitsOf([['mcause', 'mepc', 'mtval'],
      ['scause', 'sepc', 'stval'], ['vscause', 'vsepc', 'vstval']]
      .filter(([cause, pc, value]) => ours[cause] === 3n
        && theirs[cause] === 3n && ours[value] === 0n && theirs[value] === theirs[pc])
      .map(([, , value]) => value)),
  },
  {
    what: 'of several interrupts the one with the lowest number is taken',
    section: 'Privileged spec 3.1.9',
    explains({ ours, theirs }) {
      const order = [11n, 3n, 7n, 9n, 1n, 5n, 12n, 10n, 2n, 6n];
      const taken = (record) => [record.vscause, record.scause, record.mcause]
        .filter((cause) => (cause & interrupt) !== 0n).map((cause) => cause ^ interrupt);
      return taken(ours).some((one) => taken(theirs).some((other) => other < one
        && order.indexOf(one) < order.indexOf(other)
        && (theirs.mip >> other & 3n) !== 0n)) && 'all'; // 2: of VS, one place higher
    },
  },
  {
    what: 'in VU-mode, what only HS-mode or VS-mode may do is illegal, not a virtual instruction',
    section: 'Privileged spec 18.6.1',
    explains: ({ state, ours, theirs }) => state.mode === 'VU' && ours.trap.cause === 22n
      && theirs.trap.cause === 2n && 'all',
  },
  {
    what: 'mstatus.TSR makes SRET illegal in VS-mode, too',
    section: 'Privileged spec 18.4.1',
    explains: ({ state, theirs }) => state.mode === 'VS' && isSret(state)
      && (state.mstatus >> 22n & 1n) === 1n && theirs.trap.cause === 2n && 'all',
  },

  // ---- Accesses
  {
    what: 'HLVX faults as a fetch, also for what SUM would let it read',
    section: 'Privileged spec 18.3.1',
    explains: ({ state, ours, theirs }) => isHlvx(state)
      && [1n, 12n, 20n].includes(theirs.trap.cause) && theirs.trap.pc === state.instructionAt
      && ([5n, 13n, 21n].includes(ours.trap.cause) || (state.csr.vsstatus & SUM) !== 0n) && 'all',
  },
  {
    what: 'HLVX needs execute permission of PMP, and not read permission',
    section: 'Privileged spec 18.3.1',
    explains: ({ state, ours, theirs }) => isHlvx(state) && state.protected
      && (ours.trap.cause === 5n) !== (theirs.trap.cause === 1n) && 'all',
  },
  {
    what: 'an atomic operation on an address that is not aligned faults as a load',
    section: 'Unprivileged spec 8.4, Privileged spec 3.1.15',
    explains: ({ state, ours, theirs }) => isAtomic(state) && ours.trap.cause === 6n
      && theirs.trap.cause === 4n && ours.trap.value === theirs.trap.value && 'all',
  },
  {
    what: 'an atomic operation is looked up as a load first, which may find another fault',
    section: 'Privileged spec 3.1.15 (priorities), 10.3.2',
    explains: ({ state, ours, theirs }) => isAtomic(state)
      && [7n, 15n, 23n].includes(ours.trap.cause) && [7n, 15n, 23n].includes(theirs.trap.cause)
      && ours.trap.cause !== theirs.trap.cause && ours.trap.value === theirs.trap.value && 'all',
  },
  {
    what: 'SC without a reservation fails before anything is looked at: there is no exception',
    section: 'Unprivileged spec 8.2 (it has to be there for what is not aligned)',
    explains: ({ state, ours, theirs }) => isSc(state)
      && [6n, 7n, 15n, 23n].includes(ours.trap.cause) && theirs.x12 === 1n && 'all',
  },
  {
    what: 'a fetch where nothing is gives an instruction of ones, or what the next page says',
    section: 'Privileged spec 3.6.1',
    explains: ({ ours, theirs }) => ours.trap.cause === 1n && ours.trap.pc === theirs.trap.pc && (
      (theirs.trap.cause === 2n && [theirs.trap.value & 0xffffn, theirs.trap.value >> 16n]
        .includes(0xffffn))
      || ([12n, 20n].includes(theirs.trap.cause) && theirs.trap.value === ours.trap.value + 2n)
    ) && 'all',
  },
  {
    what: 'a table that cannot be read gives a page fault or guest-page fault, not an access fault',
    section: 'Privileged spec 10.3.2, step 2',
    explains: ({ state, ours, theirs }) => [[ours.trap, theirs.trap], [intoM(ours), intoM(theirs)]]
      .some(([mine, its]) => accessFaults.includes(mine.cause) && pageFaults.includes(its.cause)
        && accessOf(mine.cause) === accessOf(its.cause) && mine.value === its.value)
      && hasUnreadableTable(state) && 'all',
  },
  {
    what: 'MXR makes readable what holds the guest\'s tables, too',
    section: 'Privileged spec 18.5.1 (an implicit load), later said so in 18.3.1',
    explains: ({ state, ours, theirs }) => [0x3000n, 0x3020n].includes(ours.trap.instruction)
      && ['cause', 'instruction', 'guestPhysical']
        .some((name) => ours.trap[name] !== theirs.trap[name])
      && ((state.mode === 'M' ? state.statusInM : state.mstatus) & MXR) !== 0n
      && entriesOf(state).some(({ entry, second }) => second && (entry & 0xbn) === 9n) && 'all',
  },
  {
    what: 'of an access across two pages, a page fault of the second comes before an access fault',
    section: 'Unprivileged spec 2.6 (allowed)',
    explains: ({ ours, theirs }) => accessFaults.includes(ours.trap.cause)
      && pageFaults.includes(theirs.trap.cause) && accessOf(ours.trap.cause)
        === accessOf(theirs.trap.cause) && theirs.trap.value === (ours.trap.value | 4095n) + 1n
      && 'all',
  },
  {
    what: 'a store across two pages of which the second cannot be stored to changes the first',
    section: 'Unprivileged spec 2.6 (allowed)',
    explains: ({ ours, theirs }) => [7n, 15n, 23n].includes(ours.trap.cause)
      && ours.trap.value % 4096n === 0n
      && ['cause', 'value', 'pc', 'to'].every((name) => ours.trap[name] === theirs.trap[name])
      && bitsOf(Object.keys(ours).filter((name) => name.startsWith('memory'))),
  },

  // ---- What registers hold
  {
    what: 'mstatus.MPV and mstatus.GVA cannot be written, only traps change them',
    section: 'Privileged spec 18.4.1',
    only: (qemu) => !handsOn(qemu.path),
    explains: ({ state }) => (dependsOnMpv(state) ? 'all'
      : state.csrName === 'mstatus' && bitsOf([...read, 'mstatus'], MPV | GVA)),
  },
  {
    what: 'mideleg.SGEI is 1 although there is no guest external interrupt',
    section: 'Privileged spec 18.4.2',
    explains: () => bitsOf(['mideleg'], 1n << 12n),
  },
  {
    what: 'interrupts from number 12 on can be delegated and enabled although there are none',
    section: 'Privileged spec 3.1.8, 18.2.2',
    explains: ({ state }) => interrupts.includes(state.csrName)
      && bitsOf([...read, ...interrupts], ~0xfffn),
  },
  {
    what: 'exceptions 11, 18 and 19 can be delegated although no lower mode raises them',
    section: 'Privileged spec 3.1.8, 18.2.2',
    explains: ({ state }) => ['medeleg', 'hedeleg'].includes(state.csrName)
      && bitsOf([...read, state.csrName], 0xc_0800n),
  },
  {
    what: 'vsstatus.SD is 0 for all but VS-mode',
    section: 'Privileged spec 18.2.11',
    explains: ({ state, ours }) => ((ours.vsstatus & FS) === FS) === ((ours.vsstatus & SD) !== 0n)
      && bitsOf(['vsstatus', ...(state.csrName === 'vsstatus' ? read : [])], SD),
  },
  {
    what: 'FS becomes dirty only if a write to fflags, frm or fcsr is not one of nothing',
    section: 'Privileged spec 3.1.6.6 (allowed)',
    explains: ({ state, ours, theirs }) => ['fflags', 'frm', 'fcsr'].includes(state.csrName)
      && bitsOf(['mstatus', 'sstatus', 'vsstatus'].filter((name) => (ours[name] & FS) === FS
        && (theirs[name] & FS) !== 0n), FS | SD),
  },
  {
    what: 'UXL can be anything',
    section: 'Privileged spec 3.1.6.3, 10.1.1.2',
    explains: ({ state }) => ['mstatus', 'sstatus', 'vsstatus'].includes(state.csrName)
      && bitsOf([...read, 'mstatus', 'sstatus', 'vsstatus'], 3n << 32n),
  },
  {
    what: 'hstatus and vsstatus keep bits that mean nothing',
    section: 'Privileged spec 2.3 (WPRI)',
    explains({ state: { csrName } }) {
      const meant = { hstatus: 0x3_0070_03e0n, vsstatus: 0x8000_0003_000c_6122n }[csrName];
      return meant && bitsOf([...read, csrName], ~meant);
    },
  },
  {
    what: 'hvip shows all of mip, takes bits from 13 on, and no VSTIP while menvcfg.STCE is 1',
    section: 'Privileged spec 18.2.3',
    explains: ({ state, ours, theirs }) => (state.csrName === 'hvip'
      ? bitsOf([...read, 'hvip', 'hip', 'vsip', 'mip'])
      : ((theirs.hvip ^ ours.hvip) & 0x444n & ~theirs.hip & ~ours.hip) === 0n && bitsOf(['hvip'])),
  },
  {
    what: 'sip shows no STIP',
    section: 'Privileged spec 10.1.3',
    explains: ({ state, ours }) => (ours.mip & ours.mideleg & 0x20n) !== 0n
      && bitsOf(['sip', ...(state.csrName === 'sip' ? read : [])], 0x20n),
  },
  {
    what: 'a write to mip or hip changes VSEIP and VSTIP',
    section: 'Privileged spec 18.2.3, 18.4.3',
    explains: ({ state }) => ['mip', 'hip'].includes(state.csrName)
      && [...bitsOf([...read, 'mip', 'hip'], 0x440n), ['vsip', 0x220n], ['hvip']],
  },
  {
    what: 'vsie and vsip take bits at the places of the VS level, too',
    section: 'Privileged spec 18.2.12',
    explains({ state, ours, theirs }) {
      if (!['vsie', 'vsip', 'sie', 'sip'].includes(state.csrName)) {
        return [];
      }
      const taken = (trap) => (trap.cause & interrupt) !== 0n; // what was made pending by it
      return taken(theirs.trap) && !taken(ours.trap) ? 'all'
        : [...bitsOf(['mie', 'mip', 'hie', 'hip'], 0x444n), ['hvip'],
          ...bitsOf([...read, 'vsie', 'vsip', 'sie', 'sip'], 0x222n)];
    },
  },
  {
    what: 'sie and sip of a guest show only what mideleg delegates of the supervisor\'s',
    section: 'Privileged spec 18.2.12',
    explains: ({ state, ours, theirs }) => ['VS', 'VU'].includes(state.mode)
      && ['sie', 'sip'].includes(state.csrName)
      && bitsOf(read.filter((name) => theirs[name] === (ours[name] & state.csr.mideleg))),
  },
  {
    what: 'what stimecmp and vstimecmp say counts although STCE is 0, or goes on to do so',
    section: 'Privileged spec 16.1.1 (Sstc)',
    explains({ state, ours, theirs }) {
      if (!['menvcfg', 'henvcfg', 'stimecmp', 'vstimecmp'].includes(state.csrName)) {
        return [];
      }
      const isTimer = ({ trap }) => [5n, 6n].includes(trap.cause ^ interrupt);
      const off = (ours.menvcfg & ours.henvcfg) >> 63n === 0n;
      return off && isTimer(theirs) && !isTimer(ours) ? 'all'
        : bitsOf(['mip', 'hip', 'hvip', 'sip', 'vsip'], 0x60n);
    },
  },
  {
    what: 'menvcfg, henvcfg and senvcfg hold fields of extensions that are not there',
    section: 'Privileged spec 3.1.18, 10.1.10, 18.2.5',
    explains: ({ state }) => ['menvcfg', 'henvcfg', 'senvcfg'].includes(state.csrName)
      && bitsOf([...read, state.csrName], 0xf0n | 1n << 60n),
  },
  {
    what: 'sepc, vsepc and mepc keep bit 0',
    section: 'Privileged spec 3.1.14',
    explains: ({ state, ours }) => {
      const names = ['mepc', 'sepc', 'vsepc'];
      return bitsOf([...names, ...(names.includes(state.csrName) ? read : [])]
        .filter((name) => (ours[name] & 1n) === 0n), 1n);
    },
  },
  {
    what: 'htinst cannot be written, so that it tells of an earlier trap',
    section: 'Privileged spec 18.2.9',
    explains: ({ state, ours, theirs }) => (state.csrName === 'htinst' ? bitsOf([...read, 'htinst'])
      : ours.trap.to !== 'HS' && theirs.trap.to !== 'HS' && ours.htinst === 0n
        && bitsOf(['htinst'])),
  },
  {
    what: 'hgatp keeps two bits above VMID, and the two lowest ones of PPN',
    section: 'Privileged spec 18.2.10',
    explains: ({ state }) => state.csrName === 'hgatp'
      && bitsOf([...read, 'hgatp'], 3n << 58n | 3n),
  },
  {
    what: 'hgatp does not change at all when MODE is one that there is not',
    section: 'Privileged spec 18.2.10',
    explains: ({ state, ours, theirs }) => state.csrName === 'hgatp'
      && theirs.hgatp === state.csr.hgatp && (ours.hgatp ^ theirs.hgatp) >> 60n === 0n
      && bitsOf(['x10', 'hgatp']),
  },
  {
    what: 'the events of counters and mcountinhibit can be written, the counters are not there',
    section: 'Privileged spec 3.1.10, 3.1.12 (all may be 0)',
    explains: ({ state: { csrNumber } }) => ((csrNumber & ~0x1f) === 0x320 ? bitsOf(read)
      : isIdleCounter(csrNumber) && 'all'),
  },
];

/** mhpmcounter3 to 31 and hpmcounter3 to 31. */
function isIdleCounter(number) {
  return [0xb00, 0xc00].includes(number & ~0x1f) && (number & 0x1f) >= 3;
}
