// Programs of random instructions, what they run with, and what is to be compared afterwards. What
// runs them is guests/programs.S.

import {
  branchNames, disassemble, encode, encodeBranch, encodeJal, encodeShortJump, encodeStore,
  instructions, storeNames, widthOf,
} from './instructions.mjs';
import { Random } from './random.mjs';

/** Where guests/programs.S has what. */
const layout = {
  start: 0x8000_0000, scratch: 0x8001_0000, place: 0x8001_8000, input: 0x8002_0000,
  output: 0x8090_0000, runSize: 536, recordSize: 568,
};

/** Each program runs so many times, with other registers. */
const rounds = 4;

// Registers that no random instruction writes: sp, s0 and s1 point into the scratch memory, as the
// compressed loads and stores need it, and t6 counts the rounds of loops.
const pointers = [2, 8, 9];
const counter = 31;
const writable = Array.from({ length: 32 }, (_, i) => i)
  .filter((number) => !pointers.includes(number) && number !== counter);

const ofKind = (test) => Object.values(instructions).filter(test).map(({ name }) => name);
const isFloat = ({ bits }) => [0x43, 0x47, 0x4b, 0x4f, 0x53].includes(bits & 0x7f);
const isLoad = ({ bits }) => [0x03, 0x07].includes(bits & 0x7f);
const isAtomic = ({ bits }) => (bits & 0x7f) === 0x2f;
const isSystem = ({ bits }) => [0x73, 0x67].includes(bits & 0x7f);
const floats = ofKind(isFloat);
const loads = ofKind(isLoad);
const atomics = ofKind((one) => isAtomic(one) && !/^(lr|sc)/.test(one.name));
const integers = ofKind((one) => !isFloat(one) && !isLoad(one) && !isAtomic(one) && !isSystem(one));
const csrs = ['csrrw', 'csrrs', 'csrrc', 'csrrwi', 'csrrsi', 'csrrci'];

/** Opcodes whose other encodings are mostly not defined, some all of them. */
const sparse = [
  0x33, 0x3b, 0x13, 0x1b, 0x53, 0x53, 0x43, 0x47, 0x4b, 0x4f, 0x0b, 0x2b, 0x5b, 0x7b, 0x57, 0x77,
];

/** An offset from a pointer that stays in the scratch memory, often aligned. */
const nearOffset = (random) => (random.chance(80) ? 8 * random.between(-8, 8)
  : random.between(-100, 100));

function operands(random, name) {
  const { operands: needed } = instructions[name];
  const values = {};
  for (const operand of needed.replace('-', '')) {
    values[operand] = operand === 'd' ? random.pick(writable) : random.below(2 ** widthOf(operand));
  }
  if ('m' in values && random.chance(90)) {
    values.m = random.pick([0, 1, 2, 3, 4, 7]); // 5 and 6 mean nothing
  }
  if ('i' in values && random.chance(40)) {
    values.i = random.between(-2, 2);
  }
  return values;
}

const whole = (bits) => [{ bits, length: 4 }];
const plain = (names) => (random) => {
  const name = random.pick(names);
  return whole(encode(name, operands(random, name)));
};

function load(random) {
  const name = random.pick(loads);
  return whole(encode(name, {
    ...operands(random, name), s: random.pick(pointers), i: nearOffset(random),
  }));
}

function store(random) {
  return whole(encodeStore(random.pick(storeNames), random.below(32), random.pick(pointers),
    nearOffset(random)));
}

/** `rd` = an address in the scratch memory that is aligned: see deviations.mjs. */
const address = (rd, random) => [
  ...whole(encode('addi', { d: rd, s: random.pick(pointers), i: random.between(-64, 64) })),
  ...whole(encode('andi', { d: rd, s: rd, i: -8 })),
];

function atomic(random) {
  const at = random.pick(writable.slice(1));
  const name = random.pick(atomics);
  const ordered = (random.below(4) << 25) >>> 0;
  return [...address(at, random),
    ...whole((encode(name, { ...operands(random, name), s: at }) | ordered) >>> 0)];
}

/** LR and SC to the same address, with a few instructions that do not matter between. */
function reservation(random) {
  const [at, value, result] = [5, 6, 7];
  const width = random.pick(['w', 'd']);
  const between = Array.from({ length: random.below(4) }, () => whole(encode('addi', {
    d: value, s: value, i: random.between(-2048, 2047),
  }))).flat();
  const lr = random.chance(90) ? whole(encode(`lr.${width}`, { d: value, s: at })) : [];
  return [...address(at, random), ...lr, ...between,
    ...whole(encode(`sc.${width}`, { d: result, s: at, t: value }))];
}

function csr(random) {
  const name = random.pick(csrs);
  return whole(encode(name, {
    d: random.pick(writable), s: random.below(32), i: random.weighed([[3, 1], [4, 2], [2, 3]]),
  }));
}

/** Any compressed instruction but for those that jump; all of the 16 bits that are not defined. */
function compressed(random) {
  for (;;) {
    let bits = random.below(0x1_0000);
    const [quadrant, kind] = [bits & 3, bits >> 13];
    const rd = (bits >> 7) & 31;
    if (quadrant === 0) {
      if (kind !== 0 && kind !== 4) {
        bits = (bits & ~0x380) | (random.below(2) << 7); // from s0 or s1
      }
      if ([0, 2, 3].includes(kind)) {
        bits |= random.between(2, 7) << 2;
        bits &= ((bits >> 2) & 7) < 2 ? 0 : 0xffff;
      }
      return [{ bits, length: 2 }];
    }
    const jumps = quadrant === 1 ? kind > 4 : kind === 4 && ((bits >> 2) & 31) === 0;
    const kept = quadrant === 1 && kind === 4 ? 8 + (rd & 7) : rd;
    const writes = quadrant === 1 || [0, 2, 3, 4].includes(kind);
    if (quadrant !== 3 && !jumps && (!writes || writable.includes(kept))) {
      return [{ bits, length: 2 }];
    }
  }
}

/** Bits with an opcode that exists; rd is one that may be written. */
function anyBits(random) {
  const word = (random.word() & ~0xfff) | (random.pick(writable) << 7) | random.pick(sparse);
  return whole(word >>> 0);
}

/** Anything that looks like an atomic instruction, at an address that there is. */
function anyAtomic(random) {
  const at = random.pick(writable.slice(1));
  const word = (random.word() & ~0xf8fff) | (random.pick(writable) << 7) | (at << 15) | 0x2f;
  const operation = word >>> 27;
  return operation === 2 || operation === 3 ? anyBits(random)
    : [...address(at, random), ...whole(word >>> 0)];
}

const branch = (random) => [{
  jump: 'branch', name: random.pick(branchNames), left: random.below(32), right: random.below(32),
  over: random.between(0, 6), length: 4,
}];
const jal = (random) => [{
  jump: 'jal', rd: random.pick(writable), over: random.between(0, 6), length: 4,
}];
const jalr = (random) => [{
  jump: 'jalr', rd: random.pick(writable), at: random.pick(writable.slice(1)),
  over: random.between(0, 6), odd: random.below(2), length: 8,
}];
const shortJump = (random) => [{
  jump: 'short', over: random.between(0, 6), length: 2,
  ...(random.chance(60) && { register: random.between(8, 15), unless: random.chance(50) }),
}];

const kinds = [
  [30, plain(integers)], [22, plain(floats)], [8, load], [7, store], [4, atomic], [2, reservation],
  [3, csr], [16, compressed], [4, anyBits], [1, anyAtomic],
  [4, branch], [1, jal], [1, jalr], [2, shortJump],
];

/** A program: an array of items, each an instruction, a jump over some of the next, or several. */
function randomItems(random, avoid) {
  const items = [];
  const some = (count) => {
    for (let i = 0; i < count; ++i) {
      const parts = random.weighed(kinds)(random);
      if (parts.some(({ bits }) => avoid(bits))) {
        continue;
      }
      items.push({ parts, length: parts.reduce((sum, { length }) => sum + length, 0) });
    }
  };
  some(random.between(20, 60));
  for (let loops = random.below(3); loops > 0; --loops) {
    const start = encode('addi', { d: counter, s: 0, i: random.between(1, 5) });
    items.push({ parts: whole(start), length: 4 });
    const first = items.length;
    some(random.between(1, 20));
    const count = encode('addi', { d: counter, s: counter, i: -1 });
    items.push({ parts: [...whole(count), { jump: 'back', to: first, length: 4 }], length: 8 });
    some(random.between(5, 20));
  }
  return items;
}

/** The items as an array of halfwords; from number `end` on they do nothing. */
function assemble(items, end = items.length) {
  const starts = [0];
  items.forEach(({ length }) => starts.push(starts.at(-1) + length));
  const code = [];
  const push = (bits, length) => {
    code.push(bits & 0xffff);
    if (length === 4) {
      code.push(bits >>> 16);
    }
  };
  const nop = (length) => code.push(...Array(length / 2).fill(1));
  items.forEach(({ parts, length }, number) => {
    if (number >= end) {
      nop(length);
      return;
    }
    for (const part of parts) {
      const here = 2 * code.length;
      const to = starts[Math.min(number + 1 + (part.over ?? 0), items.length)] - here;
      const byKind = {
        branch: () => push(encodeBranch(part.name, part.left, part.right, to), 4),
        jal: () => push(encodeJal(part.rd, to), 4),
        short: () => (part.register && to > 254 ? nop(2)
          : push(encodeShortJump(to, part.register, part.unless), 2)),
        jalr() {
          push(encode('auipc', { d: part.at, u: 0 }), 4);
          push(encode('jalr', { d: part.rd, s: part.at, i: to | part.odd }), 4);
        },
        back: () => push(encodeBranch('blt', 0, counter, starts[part.to] - here), 4),
      };
      (byKind[part.jump] ?? (() => push(part.bits, part.length)))();
    }
  });
  const ebreak = encode('ebreak');
  while (code.length % 4 !== 0) {
    code.push(1);
  }
  push(ebreak, 4);
  push(ebreak, 4);
  return code;
}

const specialIntegers = [
  0n, 1n, 2n, -1n, -2n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 0x1_0000_0000n, -0x8000_0000n,
  -0x8000_0001n, 0x7fff_ffff_ffff_ffffn, -0x8000_0000_0000_0000n, 0x8000_0000_0000_0001n,
  0x5555_5555_5555_5555n, 0x80n, 0x8000n, 0x7fn, 0xffn, 0xffffn,
].map((value) => BigInt.asUintN(64, value));

const singles = [
  0, 0x0000_0001, 0x0000_0002, 0x007f_ffff, 0x0080_0000, 0x0080_0001, 0x00ff_ffff, 0x3f80_0000,
  0x3f80_0001, 0x3f7f_ffff, 0x3f00_0000, 0x3fc0_0000, 0x4000_0000, 0x4040_0000, 0x4b00_0000,
  0x4b7f_ffff, 0x4b80_0000, 0x4eff_ffff, 0x4f00_0000, 0x4f7f_ffff, 0x4f80_0000, 0x5eff_ffff,
  0x5f00_0000, 0x5f7f_ffff, 0x5f80_0000, 0x7f7f_ffff, 0x7f80_0000, 0x7f80_0001, 0x7fc0_0000,
  0x7fff_ffff, 0x1f80_0000, 0x2000_0000, 0x6000_0000, 0x3380_0000, 0x3400_0000,
].map(BigInt);

const doubles = [
  0n, 1n, 2n, 0x000f_ffff_ffff_ffffn, 0x0010_0000_0000_0000n, 0x0010_0000_0000_0001n,
  0x001f_ffff_ffff_ffffn, 0x3ff0_0000_0000_0000n, 0x3ff0_0000_0000_0001n, 0x3fef_ffff_ffff_ffffn,
  0x3fe0_0000_0000_0000n, 0x3ff8_0000_0000_0000n, 0x4000_0000_0000_0000n, 0x4330_0000_0000_0000n,
  0x4340_0000_0000_0000n, 0x41df_ffff_ffc0_0000n, 0x41df_ffff_ffe0_0000n, 0x41e0_0000_0000_0000n,
  0x41ef_ffff_ffe0_0000n, 0x41ef_ffff_fff0_0000n, 0x41f0_0000_0000_0000n, 0x43df_ffff_ffff_ffffn,
  0x43e0_0000_0000_0000n, 0x43ef_ffff_ffff_ffffn, 0x43f0_0000_0000_0000n, 0x7fef_ffff_ffff_ffffn,
  0x7ff0_0000_0000_0000n, 0x7ff0_0000_0000_0001n, 0x7ff8_0000_0000_0000n, 0x7fff_ffff_ffff_ffffn,
  // What becomes the largest, the smallest, or a subnormal single, or nearly so.
  0x47ef_ffff_e000_0000n, 0x47ef_ffff_efff_ffffn, 0x47ef_ffff_f000_0000n, 0x3810_0000_0000_0000n,
  0x380f_ffff_ffff_ffffn, 0x36a0_0000_0000_0000n, 0x3690_0000_0000_0000n, 0x3690_0000_0000_0001n,
  0x1ff0_0000_0000_0000n, 0x2000_0000_0000_0000n, 0x5fe0_0000_0000_0000n, 0x3ca0_0000_0000_0000n,
];

const integer = (random) => random.weighed([
  [3, () => random.pick(specialIntegers)],
  [3, () => random.long()],
  [1, () => BigInt(random.below(256))],
  [1, () => BigInt.asUintN(64, BigInt(random.word() | 0))],
  [1, () => 1n << BigInt(random.below(64))],
])();

const single = (random) => random.weighed([
  [4, () => random.pick(singles)],
  [2, () => BigInt(random.word() & 0x7fff_ffff)],
  // Near to 1, so that sums cancel and products neither overflow nor vanish.
  [3, () => BigInt((random.between(120, 134) << 23)
    | (random.word() & random.pick([0x7f_ffff, 7])))],
  [1, () => BigInt(random.word() & 0xff_ffff)],
])() | (random.chance(50) ? 0x8000_0000n : 0n);

const double = (random) => random.weighed([
  [4, () => random.pick(doubles)],
  [2, () => random.long() >> 1n],
  [3, () => (BigInt(random.between(1015, 1031)) << 52n)
    | (random.chance(50) ? random.long() >> 12n : BigInt(random.below(8)))],
  [1, () => random.long() >> 11n],
])() | (random.chance(50) ? 1n << 63n : 0n);

const float = (random) => random.weighed([
  [10, () => 0xffff_ffff_0000_0000n | single(random)],
  [10, () => double(random)],
  [1, () => random.long()],
])();

/** What a run begins with: { fs, fcsr, x, f }. */
function randomRegisters(random) {
  const middle = BigInt(layout.scratch) + 1024n;
  const x = Array.from({ length: 32 }, () => integer(random));
  pointers.forEach((number, i) => {
    x[number] = middle + BigInt(600 * i + (random.chance(80) ? 0 : random.between(-4, 4)));
  });
  x[counter] = 0n;
  return {
    fs: random.weighed([[1, 0], [4, 1], [4, 2], [12, 3]]),
    fcsr: (random.weighed([[18, random.below(5)], [1, random.between(5, 7)]]) << 5)
      | random.weighed([[3, 0], [1, random.below(32)]]),
    x,
    f: Array.from({ length: 32 }, () => float(random)),
  };
}

function randomProgram(seed, number, avoid) {
  const random = new Random(seed, number, 0x70726f67);
  const items = randomItems(random, avoid);
  return { items, registers: Array.from({ length: rounds }, () => randomRegisters(random)) };
}

const pad = (size) => Math.ceil(size / 8) * 8;

/** The memory with `programs`, [{ code, registers: […] }], behind the harness. */
function makeImage(harness, programs) {
  const count = programs.reduce((sum, { registers }) => sum + registers.length, 0);
  const inputs = layout.input - layout.start;
  let codeAt = inputs + count * layout.runSize + 16;
  const size = programs.reduce((sum, { code }) => sum + pad(2 * code.length), codeAt);
  const image = new DataView(new ArrayBuffer(size));
  new Uint8Array(image.buffer).set(harness);
  let at = inputs;
  for (const { code, registers } of programs) {
    code.forEach((half, i) => image.setUint16(codeAt + 2 * i, half, true));
    registers.forEach(({ fs, fcsr, x, f }, round) => {
      const words = [round === 0 ? layout.start + codeAt : 0, pad(2 * code.length), fs << 13, fcsr]
        .map(BigInt);
      [...words, ...x.slice(1), ...f].forEach((word, i) => {
        image.setBigUint64(at + 8 * i, word, true);
      });
      at += layout.runSize;
    });
    codeAt += pad(2 * code.length);
  }
  image.setBigUint64(at + 8, 2n ** 64n - 1n, true);
  return { image: new Uint8Array(image.buffer), count };
}

/** What a record of guests/programs.S is made of. */
const fieldNames = [
  ...Array.from({ length: 31 }, (_, i) => `x${i + 1}`),
  ...Array.from({ length: 32 }, (_, i) => `f${i}`),
  'fcsr', 'mstatus', 'hash of the memory', 'exceptions', 'hash of the exceptions',
  'first exception', 'its pc', 'its value',
];

const hex = (value) => `0x${value.toString(16)}`;
const wordsOf = (record) => fieldNames.map((_, i) => record.readBigUInt64LE(8 * i));

const FS = 3n << 13n, SD = 1n << 63n;
const mstatusAt = 8 * fieldNames.indexOf('mstatus');
const floatsAt = 8 * fieldNames.indexOf('f0'), fcsrAt = 8 * fieldNames.indexOf('fcsr');

/** Floating-point registers may be called dirty that are clean (Privileged spec 3.1.6.6). */
function withoutDirt(record) {
  const copy = Buffer.from(record);
  const status = copy.readBigUInt64LE(mstatusAt);
  if ((status & FS) !== 0n) {
    copy.writeBigUInt64LE(status | FS | SD, mstatusAt);
  }
  return copy;
}

/** Whether they are called clean and are not what they were before the run. */
function hidesDirt(record, { f, fcsr }) {
  const dirty = (record.readBigUInt64LE(mstatusAt) & FS) === FS;
  return !dirty && (record.readBigUInt64LE(fcsrAt) !== BigInt(fcsr)
    || f.some((value, i) => record.readBigUInt64LE(floatsAt + 8 * i) !== value));
}

const agree = (ours, theirs, registers) => withoutDirt(ours).equals(withoutDirt(theirs))
  && !hidesDirt(ours, registers);

/** The names of the fields that differ, each with both values. */
function differences(ours, theirs) {
  const [left, right] = [wordsOf(ours), wordsOf(theirs)];
  return fieldNames.flatMap((name, i) => (left[i] === right[i] ? []
    : [`  ${name}: ${hex(left[i])} here, ${hex(right[i])} there`]));
}

/**
 * Runs programs on two machines.
 * @param {number} seed
 * @param {number} first the number of the first program
 * @param {number} count how many there are
 * @param {object} options
 * @param {Buffer} options.harness guests/programs.S, built
 * @param {Function} options.run runs an image on both machines: (image, { at, size }) gives of each
 *   what it left there in its memory, and what it reported: [{ memory, reports }, …]
 * @param {Function} options.avoid whether an instruction is one that programs shall not have
 * @returns {Promise<string[]>} what is different, with the reason
 */
export async function comparePrograms(seed, first, count, { harness, run, avoid }) {
  const programs = Array.from({ length: count }, (_, i) => randomProgram(seed, first + i, avoid));
  const records = async (list) => {
    const { image, count: runs } = makeImage(harness, list);
    const size = runs * layout.recordSize;
    const both = await run(image, { at: layout.output - layout.start, size });
    complaints.push(...both[0].reports);
    return both.map(({ memory }) => Array.from({ length: runs }, (_, i) => memory.subarray(
      i * layout.recordSize, (i + 1) * layout.recordSize)));
  };
  const complaints = [];
  const [ours, theirs] = await records(programs
    .map(({ items, registers }) => ({ code: assemble(items), registers })));
  const reports = complaints.map((line) => `a report of our machine: ${line}`);
  for (let i = 0; i < ours.length; ++i) {
    const program = Math.floor(i / rounds);
    if (!agree(ours[i], theirs[i], programs[program].registers[i % rounds])) {
      reports.push([`program ${first + program} of seed ${seed}, round ${i % rounds}`,
        ...await locate(programs[program], i % rounds, records)].join('\n'));
      i = (program + 1) * rounds - 1; // the other rounds tell the same
      if (reports.length >= 5) {
        break;
      }
    }
  }
  return reports;
}

/** Which of its instructions a program differs at first: runs as many as are needed to differ. */
async function locate({ items, registers }, round, records) {
  const [ours, theirs] = await records(items.concat(0).map((_, end) => ({
    code: assemble(items, end), registers: [registers[round]],
  })));
  const end = ours.findIndex((record, i) => !agree(record, theirs[i], registers[round]));
  if (end < 0) {
    return ['  it is not different when it runs again'];
  }
  if (end === 0) {
    return ['  before its first instruction', ...differences(ours[0], theirs[0])];
  }
  const code = assemble(items);
  const start = items.slice(0, end - 1).reduce((sum, { length }) => sum + length, 0);
  const lines = [];
  for (let at = start / 2; at < (start + items[end - 1].length) / 2;) {
    const length = (code[at] & 3) === 3 ? 4 : 2;
    const bits = length === 4 ? (code[at] | (code[at + 1] << 16)) >>> 0 : code[at];
    lines.push(`  at ${hex(layout.place + 2 * at)}: ${disassemble(bits, length)}`);
    at += length / 2;
  }
  const before = wordsOf(theirs[end - 1]);
  const show = (from, to) => fieldNames.slice(from, to)
    .map((name, i) => `${name} ${hex(before[from + i])}`).join(' ');
  return [...lines, ...differences(ours[end], theirs[end]), `  before: ${show(0, 31)}`,
    `    ${show(31, 66)}`];
}
