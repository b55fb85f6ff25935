// Random states of a hart with two stages of translation, in which one instruction shows what the
// machine makes of them. What sets them up is guests/states.S.

import {
  disassemble, encode, encodeStore, instructions, widthOf,
} from './instructions.mjs';
import { Random } from './random.mjs';

/** Where guests/states.S has what. All that a case can reach is in the 2 MiB of the arena. */
const layout = {
  start: 0x8000_0000, arena: 0x8020_0000, input: 0x8060_0000, output: 0x80b0_0000,
};
const arena = BigInt(layout.arena);
/** After so many differences there is no need for more. */
const enough = 5;
/** 1 GiB in which there is neither memory nor a device. */
const noMemory = 0x1_4000_0000n;

/** Pages of the arena. The tables of a stage begin with its first page. */
const pages = { stubs: 0, code: 16, data: 32, satp: 64, vsatp: 80, hgatp: 96 };
const pageAddress = (page) => arena + BigInt(page) * 4096n;

const firstTable = pageAddress(pages.satp);

/** Within the page of code: where a case usually begins, and where xRET and jumps may lead. */
const codeOffset = 0x100, landingOffset = 0x800;

/** Handlers, each a whole table of the same instruction: which causes does it raise in HS-mode? */
const stubs = [
  { at: 0x000n, name: 'ecall', cause: 9 }, { at: 0x400n, name: 'ebreak', cause: 3 },
  { at: 0x800n, name: 'illegal', cause: 2 },
];
/** Behind them, the way into a guest: SRET. Not on every QEMU can MPV be set for an MRET. */
const entryAt = 0xc00n;

const numbers = {
  fflags: 0x001, frm: 0x002, fcsr: 0x003,
  sstatus: 0x100, sie: 0x104, stvec: 0x105, scounteren: 0x106, senvcfg: 0x10a, sscratch: 0x140,
  sepc: 0x141, scause: 0x142, stval: 0x143, sip: 0x144, stimecmp: 0x14d, satp: 0x180,
  vsstatus: 0x200, vsie: 0x204, vstvec: 0x205, vsscratch: 0x240, vsepc: 0x241, vscause: 0x242,
  vstval: 0x243, vsip: 0x244, vstimecmp: 0x24d, vsatp: 0x280,
  mstatus: 0x300, misa: 0x301, medeleg: 0x302, mideleg: 0x303, mie: 0x304, mtvec: 0x305,
  mcounteren: 0x306, menvcfg: 0x30a, mcountinhibit: 0x320, mhpmevent3: 0x323, mscratch: 0x340,
  mepc: 0x341, mcause: 0x342, mtval: 0x343, mip: 0x344, mtinst: 0x34a, mtval2: 0x34b,
  pmpcfg0: 0x3a0, pmpcfg2: 0x3a2, pmpaddr0: 0x3b0, pmpaddr1: 0x3b1, pmpaddr2: 0x3b2,
  pmpaddr15: 0x3bf,
  hstatus: 0x600, hedeleg: 0x602, hideleg: 0x603, hie: 0x604, htimedelta: 0x605,
  hcounteren: 0x606, hgeie: 0x607, henvcfg: 0x60a, htval: 0x643, hip: 0x644, hvip: 0x645,
  htinst: 0x64a, hgatp: 0x680,
  mcycle: 0xb00, minstret: 0xb02, mhpmcounter3: 0xb03,
  cycle: 0xc00, time: 0xc01, instret: 0xc02, hpmcounter3: 0xc03,
  hgeip: 0xe12, mvendorid: 0xf11, marchid: 0xf12, mimpid: 0xf13, mhartid: 0xf14,
  mconfigptr: 0xf15,
};
const nameOf = Object.fromEntries(Object.entries(numbers).map(([name, number]) => [number, name]));

/** What a case sets, in this order: what others depend on comes first. */
const setup = ('menvcfg henvcfg htimedelta stimecmp vstimecmp mcounteren hcounteren scounteren '
  + 'mcountinhibit medeleg mideleg hedeleg hideleg mip hvip mie hie hstatus vsstatus '
  + 'senvcfg stvec vstvec sepc vsepc scause vscause stval vstval mcause mtval mtval2 '
  + 'mtinst htval htinst sscratch pmpaddr0 pmpaddr1 pmpaddr2 pmpaddr15 pmpcfg0 '
  + 'pmpcfg2 satp vsatp hgatp').split(' ');

/** What is looked at afterwards. */
const dumped = ('mcause mepc mtval mtval2 mtinst scause sepc stval htval htinst vscause vsepc '
  + 'vstval hstatus vsstatus sstatus medeleg mideleg hedeleg hideleg mie mip hvip hip hie sie sip '
  + 'vsie vsip mcounteren hcounteren scounteren menvcfg henvcfg senvcfg stvec vstvec satp vsatp '
  + 'hgatp sscratch stimecmp vstimecmp htimedelta').split(' ');

/** For the compiler of guests/states.S. */
export const definitions = [['SETUP', setup], ['DUMPED', dumped]]
  .map(([name, list]) => `-D${name}=${list.map((csr) => numbers[csr]).join(',')}`);

/** The words of a record. */
const fieldNames = [
  ...Array.from({ length: 31 }, (_, i) => `x${i + 1}`), 'mstatus', ...dumped,
  ...Array.from({ length: 16 }, (_, i) => `memory[${i}]`),
];
const recordSize = 8 * fieldNames.length;

/** Bits of page-table entries (Privileged spec 10.3.1, 10.4.1). */
const PTE = {
  V: 1n, R: 2n, W: 4n, X: 8n, U: 16n, G: 32n, A: 64n, D: 128n,
};
const pointer = (address) => (address >> 12n << 10n) | PTE.V;

const modes = [['bare', 0n, 0], ['39', 8n, 3], ['48', 9n, 4], ['57', 10n, 5]]
  .map(([name, value, levels]) => ({ name, value, levels }));

/**
 * Where the arena is, in all that is translated: each region is reached by other entries of the
 * tables. The last is reached by none.
 */
const regions = {
  A: arena, B: arena + 0x20_0000n, C: 0xc020_0000n, D: (1n << 39n) + arena, E: (1n << 48n) + arena,
};
const negative = { 3: -(1n << 30n) + 0x20_0000n, 4: -(1n << 39n) + arena, 5: -(1n << 48n) + arena };

/** Tables by the name of their level: those of region A, then those that are only for others. */
const first = {
  L4: 0, L3: 1, L2: 2, L1: 3, L0: 4, L0B: 5, L1C: 6, L0C: 7, L2D: 8, L3E: 9,
};
const second = {
  L4: 0, L3: 4, L2: 8, L1: 12, L0: 13, L0B: 14, L1C: 15, L0C: 16, L2D: 17, L3E: 18,
};
const tablePage = (stage, table) => pages[stage] + (stage === 'hgatp' ? second : first)[table];
const tableAddress = (stage, table) => pageAddress(tablePage(stage, table));
const tablePages = Object.keys(first).map((table) => tablePage('vsatp', table));

/** The way to the leaf of `page` in `region`: [table, index, level] of the random entries. */
function wayTo(stage, levels, region, page) {
  const x4 = stage === 'hgatp';
  const toC = [['L1C', 1, 1], ['L0C', page, 0]];
  const toD = [['L2D', 2, 2], ...toC];
  const ways = {
    A: [['L0', page, 0]],
    B: [['L1', 2, 1], ['L0B', page, 0]],
    C: [['L2', 3, 2], ...toC],
    D: levels > 3 ? [['L3', 1, 3], ...toD] : x4 ? [['L2', 514, 2], ...toC] : [],
    E: levels > 4 ? [['L4', 1, 4], ['L3E', 0, 3], ...toD]
      : x4 && levels === 4 ? [['L3', 512, 3], ...toD] : [],
    N: [[`L${levels - 1}`, 511, levels - 1]],
  };
  return ways[region] ?? [];
}

const hex = (value) => `0x${value.toString(16)}`;
const unsigned = (value) => BigInt.asUintN(64, value);
const bit = (number) => 1n << BigInt(number);
const bitsOf = (list) => list.reduce((sum, number) => sum | bit(number), 0n);

/** Exceptions that medeleg and hedeleg can hold (3.1.8, 18.2.2). */
const delegable = bitsOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 15, 20, 21, 22, 23]);
const delegableToGuest = bitsOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15]);
const fetchFaults = bitsOf([1, 12, 20]);

/** Values that show what a register holds. */
const writtenValues = [
  0n, ~0n, 1n, 2n, 3n, 0x80n, 0x222n, 0x444n, 0xfffn, 0x5555_5555_5555_5555n,
  0xaaaa_aaaa_aaaa_aaaan, 1n << 63n, 0x8000_0000_0000_0005n,
  0x8020_0000n, 0x8020_0001n, 0x8020_0002n, 0x8020_0003n,
].map(unsigned);

/** Who executes: x of the modes M, HS, U, VS, VU. */
const hartModes = {
  M: { privilege: 3n, user: false, virtual: false },
  HS: { privilege: 1n, user: false, virtual: false },
  U: { privilege: 0n, user: true, virtual: false },
  VS: { privilege: 1n, user: false, virtual: true },
  VU: { privilege: 0n, user: true, virtual: true },
};

/** Fields of mstatus, vsstatus and hstatus, by the lowest bit. */
const field = {
  SIE: 1n, MIE: 3n, SPIE: 5n, MPIE: 7n, SPP: 8n, MPP: 11n, FS: 13n, MPRV: 17n, SUM: 18n, MXR: 19n,
  TVM: 20n, TW: 21n, TSR: 22n, UXL: 32n, SXL: 34n, GVA: 38n, MPV: 39n,
};
const hfield = {
  GVA: 6n, SPV: 7n, SPVP: 8n, HU: 9n, VTVM: 20n, VTW: 21n, VTSR: 22n, VSXL: 32n,
};

/** One case: what is set up, and what is known of it. */
class State {
  csr = Object.fromEntries(setup.map((name) => [name, 0n]));
  x = Array(32).fill(0n);
  /** What is stored in memory before, by address. */
  words = new Map();
  /** What the entries of tables are for, to explain them. */
  notes = [];
  msip = 0n;
  mtimecmp = unsigned(-1n);
  /** Whether rd gets what no two machines agree on, as the time. */
  volatile = false;
  #random;

  constructor(seed, number) {
    this.seed = seed;
    this.number = number;
    this.#random = new Random(seed, number, 0x73746174);
    const random = this.#random;
    this.mode = random.weighed([[15, 'M'], [25, 'HS'], [15, 'U'], [30, 'VS'], [15, 'VU']]);
    this.x = this.x.map((_, i) => (i === 0 ? 0n : random.pick([0n, random.long(), bit(i)])));
    this.#setRegisters();
    this.#chooseInstruction();
    this.#keepHandlersReachable();
    this.startsAt = this.pc;
    if (hartModes[this.mode].virtual) {
      this.#goBySret();
    }
  }

  #some(mask) {
    const random = this.#random;
    return random.weighed([[2, () => 0n], [2, () => mask], [3, () => random.long() & mask]])();
  }

  #setRegisters() {
    const random = this.#random;
    const flag = (percent, at) => (random.chance(percent) ? 1n << at : 0n);
    const common = () => flag(50, field.SIE) | flag(50, field.SPIE) | flag(50, field.SPP)
      | flag(50, field.SUM) | flag(50, field.MXR) | BigInt(random.below(4)) << field.FS
      | 2n << field.UXL;
    const status = () => common() | flag(50, field.MPIE) | flag(30, field.MPRV)
      | flag(25, field.TVM) | flag(25, field.TW) | flag(25, field.TSR) | flag(50, field.GVA)
      | 2n << field.SXL;
    this.mstatus = status() | hartModes[this.mode].privilege << field.MPP;
    // MIE is 0 there, and M-mode's interrupts are taken in the other modes all the same. This is
    // what code for M-mode writes into mstatus before the instruction.
    this.statusInM = status() | flag(50, field.MIE) | random.pick([0n, 1n, 3n]) << field.MPP
      | flag(50, field.MPV);

    const { csr } = this;
    csr.vsstatus = common();
    csr.hstatus = flag(50, hfield.GVA) | flag(50, hfield.SPV) | flag(50, hfield.SPVP)
      | flag(60, hfield.HU) | flag(25, hfield.VTVM) | flag(25, hfield.VTW) | flag(25, hfield.VTSR)
      | 2n << hfield.VSXL;
    csr.menvcfg = flag(70, 63n) | flag(20, 0n);
    csr.henvcfg = flag(60, 63n) | flag(20, 0n);
    csr.senvcfg = flag(20, 0n);
    csr.mcounteren = this.#some(7n);
    csr.hcounteren = this.#some(7n);
    csr.scounteren = this.#some(7n);
    csr.medeleg = this.#some(delegable);
    csr.hedeleg = this.#some(delegableToGuest);
    csr.mideleg = this.#some(0x222n);
    csr.hideleg = this.#some(0x444n);
    csr.mie = this.#some(0xeeen);
    csr.hie = csr.mie & 0x444n;
    if (random.chance(20)) {
      const timer = csr.menvcfg >> 63n & 1n; // who says that there is a supervisor's interrupt?
      csr.mip = this.#some(timer ? 0x202n : 0x222n);
      csr.hvip = this.#some(timer ? 0x404n : 0x444n);
      this.msip = BigInt(random.below(2));
      this.mtimecmp = random.chance(30) ? 0n : this.mtimecmp;
    }
    const far = unsigned(-1n);
    csr.stimecmp = random.chance(10) && csr.menvcfg >> 63n ? 0n : far;
    csr.vstimecmp = random.chance(10) && (csr.menvcfg & csr.henvcfg) >> 63n ? 0n : far;
    csr.htimedelta = random.chance(80) ? 0n : BigInt(random.below(1000));
    for (const name of ['scause', 'vscause', 'mcause']) {
      csr[name] = BigInt(random.below(16));
    }
    for (const name of ['stval', 'vstval', 'mtval', 'mtval2', 'htval', 'sscratch']) {
      csr[name] = random.pick([0n, random.long(), 0x1234n]);
    }
    csr.satp = this.#chooseMode('satp');
    csr.vsatp = this.#chooseMode('vsatp');
    csr.hgatp = this.#chooseMode('hgatp');
    this.#chooseProtection();
    csr.sepc = this.#landing();
    csr.vsepc = this.#landing();
  }

  /** One of the modes of an address translation register, with its root and an ID. */
  #chooseMode(stage) {
    const random = this.#random;
    const mode = random.weighed([[2, modes[0]], [4, modes[1]], [3, modes[2]], [3, modes[3]]]);
    this[`${stage}Levels`] = mode.levels;
    if (mode.levels === 0) {
      return 0n;
    }
    return mode.value << 60n | BigInt(random.below(4)) << 44n
      | tableAddress(stage, `L${mode.levels - 1}`) >> 12n;
  }

  /** Mostly everything is allowed; if not, then the handlers' page still is. */
  #chooseProtection() {
    const random = this.#random;
    const { csr } = this;
    csr.pmpaddr15 = (1n << 54n) - 1n;
    csr.pmpcfg2 = 0x1fn << 56n;
    csr.pmpaddr0 = (arena >> 2n) | 0x1ffn; // 4 KiB
    this.protected = random.chance(10);
    if (!this.protected) {
      return;
    }
    const range = (page, count) => (pageAddress(page) >> 2n) | BigInt(count * 512 - 1);
    csr.pmpaddr1 = random.pick([range(pages.data, 1), range(pages.data, 4), range(pages.code, 1)]);
    csr.pmpaddr2 = random.pick([range(64, 64), range(80, 16), range(pages.data, 32)]);
    const allowed = () => 0x18n | BigInt(random.pick([0, 1, 3, 4, 5, 7]));
    csr.pmpcfg0 = 0x1fn | allowed() << 8n | (random.chance(50) ? allowed() << 16n : 0n);
  }

  /** An address for sepc and its kin. */
  #landing() {
    const random = this.#random;
    return random.weighed([
      [8, () => regions.A + BigInt(pages.code * 4096 + landingOffset)],
      [1, () => regions.B + BigInt(pages.code * 4096 + landingOffset)],
      [1, () => random.long() & ~1n],
    ])();
  }

  // ---- Memory

  #store(address, value) {
    this.words.set(address, value);
  }

  #entry(stage, table, index, make) {
    const address = tableAddress(stage, table) + BigInt(8 * index);
    if (!this.words.has(address)) {
      const value = make();
      this.#store(address, value);
      this.notes.push(`${stage} ${table}[${index}] = ${hex(value)}`);
    }
  }

  /** A leaf that allows `want`, mostly. */
  #leaf(target, level, { want, user }) {
    const random = this.#random;
    const rights = {
      r: [PTE.R, PTE.R | PTE.W, PTE.R | PTE.X, PTE.R | PTE.W | PTE.X],
      w: [PTE.R | PTE.W, PTE.R | PTE.W | PTE.X],
      x: [PTE.X, PTE.R | PTE.X, PTE.R | PTE.W | PTE.X],
    }[want];
    let value = pointer(target) | random.pick(rights) | PTE.A | (user ? PTE.U : 0n)
      | (want === 'w' || random.chance(50) ? PTE.D : 0n) | (random.chance(20) ? PTE.G : 0n)
      | BigInt(random.below(4)) << 8n;
    for (let flaws = random.weighed([[72, 0], [22, 1], [6, 2]]); flaws > 0; --flaws) {
      value = random.weighed([
        [3, () => value & ~PTE.V],
        [4, () => value & ~PTE.A],
        [4, () => value & ~PTE.D],
        [5, () => value ^ PTE.U],
        [6, () => (value & ~(PTE.R | PTE.W | PTE.X)) | BigInt(random.below(8)) << 1n],
        [2, () => value | bit(random.between(54, 60))],
        [2, () => value | bit(random.between(61, 63))],
        [level > 0 ? 3 : 0, () => value | bit(random.between(10, 9 + 9 * level))],
        [1, () => (value & ~((1n << 54n) - 1024n)) | (noMemory >> 2n)], // no memory
      ])();
    }
    return value;
  }

  #table(target) {
    const random = this.#random;
    const value = pointer(target);
    return random.weighed([
      [90, () => value],
      [2, () => value & ~PTE.V],
      [4, () => value | random.pick([PTE.A, PTE.D, PTE.U, PTE.G, PTE.A | PTE.D])],
      [2, () => value | bit(random.between(54, 63))],
      [1, () => value | BigInt(random.below(4)) << 8n],
      [1, () => (value & ~((1n << 54n) - 1024n)) | (noMemory >> 2n)],
    ])();
  }

  /** Maps `page` of the arena in `region` of `stage`. */
  #map(stage, region, page, rights) {
    const random = this.#random;
    const levels = this[`${stage}Levels`];
    const guest = stage === 'vsatp';
    const way = levels === 0 ? [] : wayTo(stage, levels, region, page);
    for (const [i, [table, index, level]] of way.entries()) {
      const leaf = i === way.length - 1 || random.chance(30);
      if (leaf) {
        this.#entry(stage, table, index, () => this.#leaf(
          guest ? this.#guestTarget(page, level, rights) : this.#target(page, level), level, rights,
        ));
        return;
      }
      const next = way[i + 1][0];
      this.#entry(stage, table, index, () => this.#table(
        guest ? this.#guestTable(next) : tableAddress(stage, next),
      ));
    }
  }

  /** What a leaf at `level` leads to so that `page` is in it. */
  #target(page, level) {
    return [pageAddress(page), arena, 0x8000_0000n, 0n, 0n][level];
  }

  /** The same in the guest's physical memory, mapped there. */
  #guestTarget(page, level, { want }) {
    const random = this.#random;
    const regionsOf = [['A', 'B', 'C', 'D', 'E'], ['A', 'B', 'C', 'D', 'E'], ['A', 'C', 'D', 'E'],
      ['A', 'D', 'E'], ['A', 'E']][level];
    const region = random.chance(40) ? 'A' : random.pick(regionsOf);
    this.#map('hgatp', region, page, { want, user: true });
    const offset = BigInt(page) * 4096n;
    const size = 1n << BigInt(12 + 9 * level);
    return (regions[region] + offset) / size * size;
  }

  #guestTable(table) {
    const random = this.#random;
    const region = random.chance(50) ? 'A' : random.pick(['B', 'C', 'D', 'E']);
    const page = tablePage('vsatp', table);
    if (region !== 'A') { // whose tables are always there
      this.#map('hgatp', region, page, { want: 'r', user: true });
    }
    return regions[region] + BigInt(page) * 4096n;
  }

  /** An address of `page`, to be used with `rights` as somebody who sees what `view` says. */
  #address(page, want, { user, virtual, physical }, calm = false) {
    const random = this.#random;
    const offset = BigInt(page) * 4096n;
    const region = random.weighed([
      [calm ? 200 : 40, 'A'], [15, 'B'], [15, 'C'], [10, 'D'], [8, 'E'], [7, 'N'], [5, 'X'],
    ]);
    const stage = virtual ? 'vsatp' : 'satp';
    const levels = physical ? 0 : this[`${stage}Levels`];
    if (levels > 0) {
      this.#map(stage, region, page, { want, user });
      if (calm) { // code may go on in the next page
        this.#map(stage, region, page + 1, { want, user });
      }
    } else if (virtual) {
      this.#map('hgatp', region, page, { want, user: true });
      if (calm) {
        this.#map('hgatp', region, page + 1, { want, user: true });
      }
    } else if (random.chance(90)) {
      return regions.A + offset;
    }
    const start = {
      N: negative[levels] ?? negative[3], X: regions.A ^ bit(random.between(39, 63)),
    }[region] ?? regions[region];
    return unsigned(start + offset);
  }

  /** With whose eyes loads and stores of the mode see memory (3.1.6.3). */
  #dataView() {
    if (this.mode !== 'M') {
      return hartModes[this.mode];
    }
    const mpp = (this.statusInM >> field.MPP) & 3n;
    if (!(this.statusInM >> field.MPRV & 1n) || mpp === 3n) {
      return { physical: true };
    }
    return { user: mpp === 0n, virtual: (this.statusInM >> field.MPV & 1n) === 1n };
  }

  // ---- Instructions

  #chooseInstruction() {
    const random = this.#random;
    this.kind = random.weighed([
      [30, 'csr'], [26, 'memory'], [8, 'jump'], [14, 'hypervisor'], [16, 'system'], [6, 'nothing'],
    ]);
    const code = {
      csr: () => this.#csr(),
      memory: () => this.#memory(),
      jump: () => this.#jump(),
      hypervisor: () => this.#hypervisor(),
      system: () => this.#system(),
      nothing: () => [encode('addi', { d: 10, s: 10, i: 1 })],
    }[this.kind]();
    this.instruction = code[0];
    this.#place(code);
  }

  /** Puts the code where the hart begins. */
  #place(code) {
    const random = this.#random;
    const before = [];
    if (this.mode === 'M') {
      [this.x[14], this.x[15]] = [this.csr.sepc, this.statusInM];
      before.push(encode('csrrw', { d: 0, s: 14, i: numbers.mepc }),
        encode('csrrw', { d: 0, s: 15, i: numbers.mstatus }));
    }
    const words = [...before, ...code, encode('ecall')];
    const across = random.chance(6);
    const offset = across ? 4094 - 4 * before.length : codeOffset;
    const page = this.mode === 'M' ? pageAddress(pages.code)
      : this.#address(pages.code, 'x', hartModes[this.mode], true);
    this.pc = page + BigInt(offset);
    this.instructionAt = this.pc + BigInt(4 * before.length);
    const start = offset & ~7;
    const size = 8 * Math.ceil((offset - start) / 8 + words.length / 2);
    const bytes = new DataView(new ArrayBuffer(size));
    words.forEach((word, i) => bytes.setUint32(offset - start + 4 * i, word, true));
    for (let at = 0; at < bytes.byteLength; at += 8) {
      this.#store(pageAddress(pages.code) + BigInt(start + at), bytes.getBigUint64(at, true));
    }
  }

  #csr() {
    const random = this.#random;
    const number = random.weighed([
      [85, () => random.pick(Object.values(numbers))], [15, () => random.below(4096)],
    ])();
    this.csrName = nameOf[number] ?? hex(number);
    this.csrNumber = number;
    this.volatile = [0xb00, 0xb02, 0xc00, 0xc01, 0xc02].includes(number);
    const read = encode('csrrs', { d: 10, s: 0, i: number });
    const keep = number === numbers.mtvec || (number & 0xfc0) === 0x380 // would not be undone
      || (number & 0xfe0) === 0x3e0;
    if (keep || random.chance(30)) {
      return [read];
    }
    const name = random.pick(['csrrw', 'csrrs', 'csrrc', 'csrrwi', 'csrrsi', 'csrrci']);
    this.x[11] = random.chance(60) ? random.pick(writtenValues) : random.long();
    const write = encode(name, { d: 12, s: name.endsWith('i') ? random.below(32) : 11, i: number });
    this.writes = true;
    return [write, read];
  }

  /** An offset in a page, at one of its ends, mostly aligned to `width`. */
  #offset(width) {
    const random = this.#random;
    const aligned = random.chance(75);
    return BigInt(random.chance(60) ? (aligned ? random.pick([0, 8]) : random.below(9))
      : (aligned ? 4096 - width : 4096 - random.between(1, 8)));
  }

  #data(want, view, width) {
    const random = this.#random;
    const page = pages.data + random.below(3);
    const offset = this.#offset(width);
    const address = this.#address(page, want, view);
    if (offset + BigInt(width) > 4096n) {
      this.#mapNext(page + 1, want, view, address);
    }
    return unsigned(address + offset);
  }

  /** The page behind one that is mapped at `address`, by leaves of its own where it has one. */
  #mapNext(page, want, { user, virtual, physical }, address) {
    const region = Object.keys(regions)
      .find((name) => address - regions[name] === BigInt(page - 1) * 4096n);
    if (!physical && region) {
      const stage = virtual ? 'vsatp' : 'satp';
      if (this[`${stage}Levels`] > 0) {
        this.#map(stage, region, page, { want, user });
      } else if (virtual) {
        this.#map('hgatp', region, page, { want, user: true });
      }
    }
  }

  #memory() {
    const random = this.#random;
    const view = this.#dataView();
    const kind = random.weighed([[5, 'load'], [5, 'store'], [2, 'amo'], [1, 'lr'], [1, 'sc']]);
    const [name, width] = {
      load: () => random.pick([['lb', 1], ['lbu', 1], ['lh', 2], ['lhu', 2], ['lw', 4], ['lwu', 4],
        ['ld', 8], ['fld', 8], ['flw', 4]]),
      store: () => random.pick([['sb', 1], ['sh', 2], ['sw', 4], ['sd', 8], ['fsd', 8]]),
      amo: () => random.pick([['amoadd.w', 4], ['amoswap.d', 8], ['amomaxu.d', 8]]),
      lr: () => random.pick([['lr.w', 4], ['lr.d', 8]]),
      sc: () => random.pick([['sc.w', 4], ['sc.d', 8]]),
    }[kind]();
    this.access = kind;
    this.x[10] = this.#data(kind === 'load' || kind === 'lr' ? 'r' : 'w', view, width);
    this.address = this.x[10];
    if (kind === 'store') {
      const offset = random.pick([0, 0, 16, -24]);
      this.x[10] = unsigned(this.x[10] - BigInt(offset));
      return [encodeStore(name, 11, 10, offset)];
    }
    return [encode(name, { d: 12, D: 12, s: 10, t: 11, i: 0 })];
  }

  #jump() {
    const page = this.#address(pages.code, 'x', hartModes[this.mode]);
    this.x[10] = unsigned(page + BigInt(landingOffset));
    this.address = this.x[10];
    return [encode('jalr', { d: 1, s: 10, i: 0 })];
  }

  #hypervisor() {
    const random = this.#random;
    const name = random.pick(Object.keys(instructions).filter((one) => /^h[ls]v/.test(one)));
    const width = { b: 1, h: 2, w: 4, d: 8 }[name.split('.')[1][0]];
    const want = name.startsWith('hsv') ? 'w' : name.startsWith('hlvx') ? 'x' : 'r';
    const user = !(this.csr.hstatus >> hfield.SPVP & 1n);
    this.x[10] = this.#data(want, { user, virtual: true }, width);
    this.address = this.x[10];
    return [encode(name, { d: 12, s: 10, t: 11 })];
  }

  #system() {
    const random = this.#random;
    const name = random.pick(['sret', 'sret', 'sret', 'mret', 'mret', 'wfi', 'sfence.vma',
      'hfence.vvma', 'hfence.gvma', 'ecall', 'ecall', 'ebreak', 'c.ebreak', 'illegal', 'fence.i']);
    if (name === 'wfi') { // must not have to wait
      this.msip = 1n;
      this.csr.mie |= 8n;
    }
    if (name === 'c.ebreak') {
      return [0x0001_9002];
    }
    if (name === 'illegal') {
      return [random.pick([0, 0xffff_ffff, 0x1600_0073, 0x0000_4073, 0x7020_0073, 0x6c00_4073 + 128,
        0x6410_4073, 0x0020_0073, (random.word() & 0xffff_8000) | 0x4073,
        (random.word() & 0xffff_8000) | 0x73])].map((bits) => this.#notWaiting(bits >>> 0));
    }
    const operands = Object.fromEntries([...instructions[name].operands.replace('-', '')]
      .map((operand) => [operand, random.below(2 ** widthOf(operand))]));
    return [encode(name, operands)];
  }

  #notWaiting(bits) {
    return (bits >>> 0) === encode('wfi') ? 0 : bits;
  }

  /** What a trap leads to must not trap to itself for ever. */
  #keepHandlersReachable() {
    const random = this.#random;
    const { csr } = this;
    if (this.writes || this.protected) {
      csr.medeleg &= ~fetchFaults;
      csr.hedeleg &= ~fetchFaults;
    }
    if (['stvec', 'vstvec'].includes(this.csrName)) { // which may lead to any of the handlers
      csr.medeleg &= ~bitsOf(stubs.map(({ cause }) => cause));
      csr.hedeleg &= ~bitsOf(stubs.map(({ cause }) => cause));
    }
    if (!stubs.some(({ cause }) => !(csr.medeleg >> BigInt(cause) & 1n))) {
      csr.medeleg &= ~bit(random.pick(stubs).cause);
    }
    const usable = stubs.filter(({ cause }) => !(csr.medeleg >> BigInt(cause) & 1n));
    csr.stvec = (arena + random.pick(usable).at) | BigInt(random.below(2));
    // From VS-mode an ecall never goes to VS-mode itself.
    csr.vstvec = (arena + stubs[0].at) | BigInt(random.below(2));
  }

  /** Lets the harness begin with an SRET in M-mode, where no interrupt comes before it. */
  #goBySret() {
    const { privilege } = hartModes[this.mode];
    this.startsAt = arena + entryAt;
    this.csr.sepc = this.pc;
    this.csr.hstatus |= bit(hfield.SPV);
    this.mstatus &= ~(bit(field.MPIE) | bit(field.SPP));
    this.mstatus |= hartModes.M.privilege << field.MPP | privilege << field.SPP;
  }

  /** As guests/states.S reads it; the entries of tables of the state `before` are cleared. */
  encode(before) {
    const cleared = [...before?.words.keys() ?? []].filter((address) => address >= firstTable);
    const words = [...cleared.flatMap((address) => [address, 0n]), ...[...this.words].flat()];
    const size = 8 * (6 + setup.length + 31 + words.length);
    return [BigInt(size), BigInt(words.length / 2), this.startsAt, this.msip, this.mtimecmp,
      this.mstatus, ...setup.map((name) => this.csr[name]), ...this.x.slice(1), ...words,
    ].map(unsigned);
  }

  describe() {
    return [
      `state ${this.number} of seed ${this.seed}: ${this.mode}-mode, `
        + `at ${hex(this.instructionAt)}: ${disassemble(this.instruction)}`
        + `${this.csrName ? ` (${this.csrName})` : ''}`,
      ...(this.address === undefined ? [] : [`  address ${hex(this.address)}`]),
      `  mstatus ${hex(this.mode === 'M' ? this.statusInM : this.mstatus)} `
        + setup.filter((name) => this.csr[name] !== 0n)
          .map((name) => `${name} ${hex(this.csr[name])}`).join(' '),
      `  msip ${this.msip} mtimecmp ${hex(this.mtimecmp)} a0 ${hex(this.x[10])} `
        + `a1 ${hex(this.x[11])}`,
      ...this.notes.map((note) => `  ${note}`),
    ];
  }
}

/** The arena as it is before the first case: handlers, and what the tables always hold. */
function makeArena(view) {
  const at = (address) => Number(address) - layout.start;
  const fill = (address, size, word) => {
    for (let i = 0; i < size; i += 4) {
      view.setUint32(at(address) + i, word, true);
    }
  };
  for (const { at: offset, name } of stubs) {
    fill(arena + offset, 0x100, name === 'illegal' ? 0 : encode(name));
  }
  fill(arena + entryAt, 4, encode('sret'));
  fill(pageAddress(pages.code) + BigInt(landingOffset), 64, encode('ecall'));
  const set = (stage, table, index, value) => view.setBigUint64(
    at(tableAddress(stage, table)) + 8 * index, value, true);
  for (const stage of ['satp', 'vsatp', 'hgatp']) {
    const always = PTE.V | PTE.R | PTE.A | PTE.D;
    set(stage, 'L4', 0, pointer(tableAddress(stage, 'L3')));
    set(stage, 'L3', 0, pointer(tableAddress(stage, 'L2')));
    set(stage, 'L2', 2, pointer(tableAddress(stage, 'L1')));
    set(stage, 'L1', 1, pointer(tableAddress(stage, 'L0')));
    const user = stage === 'hgatp' ? PTE.U : 0n;
    set(stage, 'L0', pages.stubs, pointer(arena) | always | PTE.X | user);
    if (stage === 'hgatp') {
      tablePages.forEach((page) => {
        set(stage, 'L0', page, pointer(pageAddress(page)) | always | PTE.W | PTE.U);
      });
    }
  }
}

function makeImage(harness, states) {
  const cases = states.map((state, i) => state.encode(states[i - 1]));
  const inputs = layout.input - layout.start;
  const size = cases.reduce((sum, words) => sum + 8 * words.length, inputs + 8);
  if (size > layout.output - layout.start) {
    throw new Error('too many states for one boot');
  }
  const view = new DataView(new ArrayBuffer(size));
  new Uint8Array(view.buffer).set(harness);
  makeArena(view);
  let at = inputs;
  for (const word of cases.flat()) {
    view.setBigUint64(at, word, true);
    at += 8;
  }
  return new Uint8Array(view.buffer);
}

/**
 * The trap that ended the case, before those of the handlers that led it on to M-mode:
 * { to, cause, pc, value, guestPhysical, instruction, fromGuest }.
 */
function trapOf(record) {
  const isHandler = (pc) => pc >= arena && pc < arena + 4096n;
  const fromGuest = (record.mstatus >> field.MPV & 1n) === 1n;
  const machine = {
    to: 'M', cause: record.mcause, pc: record.mepc, value: record.mtval,
    guestPhysical: record.mtval2, instruction: record.mtinst, fromGuest,
  };
  const guest = {
    to: 'VS', cause: record.vscause, pc: record.vsepc, value: record.vstval,
    guestPhysical: 0n, instruction: 0n, fromGuest: true,
  };
  if (!isHandler(record.mepc)) {
    return machine;
  }
  if (fromGuest) {
    return guest;
  }
  return isHandler(record.sepc) && record.scause === 10n ? guest : {
    to: 'HS', cause: record.scause, pc: record.sepc, value: record.stval,
    guestPhysical: record.htval, instruction: record.htinst,
    fromGuest: (record.hstatus >> hfield.SPV & 1n) === 1n,
  };
}

function toRecord(memory, i) {
  const record = Object.fromEntries(fieldNames
    .map((name, word) => [name, memory.readBigUInt64LE(i * recordSize + 8 * word)]));
  return { ...record, trap: trapOf(record) };
}

/**
 * Runs states on two machines.
 * @param {number} seed
 * @param {number} first the number of the first state
 * @param {number} count how many there are
 * @param {object} options
 * @param {Buffer} options.harness guests/states.S, built
 * @param {Function} options.run runs an image on both machines: (image, { at, size }) gives of each
 *   what it left there in its memory, and what it reported: [{ memory, reports }, …]
 * @param {object[]} options.deviations of the other machine; see deviations.mjs
 * @returns {Promise<string[]>} what is different, and which reports of missing fences are wrong
 */
export async function compareStates(seed, first, count, { harness, run, deviations }) {
  const states = Array.from({ length: count }, (_, i) => new State(seed, first + i));
  const [left, right] = await run(makeImage(harness, states), {
    at: layout.output - layout.start, size: count * recordSize,
  });
  const differences = [];
  for (const [i, state] of states.entries()) {
    const [ours, theirs] = [left, right].map(({ memory }) => toRecord(memory, i));
    const fields = differingFields(state, ours, theirs, deviations);
    if (fields.length > 0) {
      differences.push(explain(state, ours, theirs, fields));
    }
    if (differences.length === enough) {
      break; // the others may only follow from these
    }
  }
  return [...differences, ...left.reports.filter((line) => isFalseAlarm(line, states))
    .map((line) => `all fences are there, and yet: ${line}`)];
}

/** The fields of both records that differ in more bits than deviations explain. */
function differingFields(state, ours, theirs, deviations) {
  const differing = new Map(fieldNames.filter((name) => ours[name] !== theirs[name]
    && !(state.volatile && ['x10', 'x12'].includes(name)))
    .map((name) => [name, ours[name] ^ theirs[name]]));
  for (const { explains } of deviations) {
    if (differing.size === 0) {
      break;
    }
    const explained = explains({ state, ours, theirs }) || [];
    for (const [name, bits = ~0n] of explained === 'all' ? [...differing.keys()].map((key) => [key])
      : explained) {
      const left = (differing.get(name) ?? 0n) & ~bits;
      differing.set(name, left);
      if (left === 0n) {
        differing.delete(name);
      }
    }
  }
  return [...differing.keys()];
}

/** The harness fences whatever it changes: only a case that moves a table may miss a fence. */
function isFalseAlarm(line, states) {
  const [, pc] = /fence.*; pc (0x[0-9a-f]+)/.exec(line) ?? [];
  return pc !== undefined && !states.some(({ csrName, writes, instructionAt }) => writes
    && ['satp', 'vsatp', 'hgatp'].includes(csrName) && BigInt(pc) - instructionAt <= 8n);
}

function explain(state, ours, theirs, fields) {
  const trap = ({ to, cause, pc, value, guestPhysical, instruction }) => `to ${to}, cause `
    + `${hex(cause)}, pc ${hex(pc)}, value ${hex(value)}, guest-physical ${hex(guestPhysical)}, `
    + `instruction ${hex(instruction)}`;
  return [
    ...state.describe(),
    ...fields.map((name) => `  ${name}: ${hex(ours[name])} here, ${hex(theirs[name])} there`),
    `  trap here: ${trap(ours.trap)}`,
    `  trap there: ${trap(theirs.trap)}`,
  ].join('\n');
}
