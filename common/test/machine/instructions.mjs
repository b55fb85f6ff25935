// The instructions of the machine, to make random ones: what is fixed in each and what is not.

import { execFileSync } from 'node:child_process';

// Name, fixed bits, and what goes into the rest: d, s, t are rd, rs1, rs2, and D, S, T, R are
// floating-point registers; i an immediate of 12 bits, u one of 20, 6 and 5 a shift's amount; m a
// rounding mode. A dash: nothing.
const table = `
add 00000033 dst    sub 40000033 dst    sll 00001033 dst    slt 00002033 dst
sltu 00003033 dst   xor 00004033 dst    srl 00005033 dst    sra 40005033 dst
or 00006033 dst     and 00007033 dst    addw 0000003b dst   subw 4000003b dst
sllw 0000103b dst   srlw 0000503b dst   sraw 4000503b dst
addi 00000013 dsi   slti 00002013 dsi   sltiu 00003013 dsi  xori 00004013 dsi
ori 00006013 dsi    andi 00007013 dsi   addiw 0000001b dsi
slli 00001013 ds6   srli 00005013 ds6   srai 40005013 ds6
slliw 0000101b ds5  srliw 0000501b ds5  sraiw 4000501b ds5
lui 00000037 du     auipc 00000017 du   fence 0000000f i    fence.i 0000100f -
mul 02000033 dst    mulh 02001033 dst   mulhsu 02002033 dst mulhu 02003033 dst
div 02004033 dst    divu 02005033 dst   rem 02006033 dst    remu 02007033 dst
mulw 0200003b dst   divw 0200403b dst   divuw 0200503b dst  remw 0200603b dst
remuw 0200703b dst
sh1add 20002033 dst sh2add 20004033 dst sh3add 20006033 dst add.uw 0800003b dst
sh1add.uw 2000203b dst sh2add.uw 2000403b dst sh3add.uw 2000603b dst slli.uw 0800101b ds6
andn 40007033 dst   orn 40006033 dst    xnor 40004033 dst   clz 60001013 ds
ctz 60101013 ds     cpop 60201013 ds    clzw 6000101b ds    ctzw 6010101b ds
cpopw 6020101b ds   max 0a006033 dst    maxu 0a007033 dst   min 0a004033 dst
minu 0a005033 dst   sext.b 60401013 ds  sext.h 60501013 ds  zext.h 0800403b ds
rol 60001033 dst    ror 60005033 dst    rori 60005013 ds6   rolw 6000103b dst
rorw 6000503b dst   roriw 6000501b ds5  orc.b 28705013 ds   rev8 6b805013 ds
bclr 48001033 dst   bclri 48001013 ds6  bext 48005033 dst   bexti 48005013 ds6
binv 68001033 dst   binvi 68001013 ds6  bset 28001033 dst   bseti 28001013 ds6
fmadd.s 00000043 DSTRm  fmsub.s 00000047 DSTRm fnmsub.s 0000004b DSTRm fnmadd.s 0000004f DSTRm
fadd.s 00000053 DSTm    fsub.s 08000053 DSTm   fmul.s 10000053 DSTm    fdiv.s 18000053 DSTm
fsqrt.s 58000053 DSm    fsgnj.s 20000053 DST   fsgnjn.s 20001053 DST   fsgnjx.s 20002053 DST
fmin.s 28000053 DST     fmax.s 28001053 DST    fcvt.w.s c0000053 dSm   fcvt.wu.s c0100053 dSm
fcvt.l.s c0200053 dSm   fcvt.lu.s c0300053 dSm fmv.x.w e0000053 dS     feq.s a0002053 dST
flt.s a0001053 dST      fle.s a0000053 dST     fclass.s e0001053 dS    fcvt.s.w d0000053 Dsm
fcvt.s.wu d0100053 Dsm  fcvt.s.l d0200053 Dsm  fcvt.s.lu d0300053 Dsm  fmv.w.x f0000053 Ds
fmadd.d 02000043 DSTRm  fmsub.d 02000047 DSTRm fnmsub.d 0200004b DSTRm fnmadd.d 0200004f DSTRm
fadd.d 02000053 DSTm    fsub.d 0a000053 DSTm   fmul.d 12000053 DSTm    fdiv.d 1a000053 DSTm
fsqrt.d 5a000053 DSm    fsgnj.d 22000053 DST   fsgnjn.d 22001053 DST   fsgnjx.d 22002053 DST
fmin.d 2a000053 DST     fmax.d 2a001053 DST    fcvt.w.d c2000053 dSm   fcvt.wu.d c2100053 dSm
fcvt.l.d c2200053 dSm   fcvt.lu.d c2300053 dSm fmv.x.d e2000053 dS     feq.d a2002053 dST
flt.d a2001053 dST      fle.d a2000053 dST     fclass.d e2001053 dS    fcvt.d.w d2000053 Dsm
fcvt.d.wu d2100053 Dsm  fcvt.d.l d2200053 Dsm  fcvt.d.lu d2300053 Dsm  fmv.d.x f2000053 Ds
fcvt.s.d 40100053 DSm   fcvt.d.s 42000053 DSm
lb 00000003 dsi     lh 00001003 dsi     lw 00002003 dsi     ld 00003003 dsi
lbu 00004003 dsi    lhu 00005003 dsi    lwu 00006003 dsi    flw 00002007 Dsi
fld 00003007 Dsi
lr.w 1000202f ds    lr.d 1000302f ds    sc.w 1800202f dst   sc.d 1800302f dst
amoswap.w 0800202f dst amoadd.w 0000202f dst amoxor.w 2000202f dst amoand.w 6000202f dst
amoor.w 4000202f dst   amomin.w 8000202f dst amomax.w a000202f dst amominu.w c000202f dst
amomaxu.w e000202f dst amoswap.d 0800302f dst amoadd.d 0000302f dst amoxor.d 2000302f dst
amoand.d 6000302f dst  amoor.d 4000302f dst  amomin.d 8000302f dst amomax.d a000302f dst
amominu.d c000302f dst amomaxu.d e000302f dst
csrrw 00001073 dsi  csrrs 00002073 dsi  csrrc 00003073 dsi
csrrwi 00005073 dsi csrrsi 00006073 dsi csrrci 00007073 dsi
ecall 00000073 -    ebreak 00100073 -   sret 10200073 -     mret 30200073 -
wfi 10500073 -      sfence.vma 12000073 st hfence.vvma 22000073 st hfence.gvma 62000073 st
hlv.b 60004073 ds   hlv.bu 60104073 ds  hlv.h 64004073 ds   hlv.hu 64104073 ds
hlvx.hu 64304073 ds hlv.w 68004073 ds   hlv.wu 68104073 ds  hlvx.wu 68304073 ds
hlv.d 6c004073 ds   hsv.b 62004073 st   hsv.h 66004073 st   hsv.w 6a004073 st
hsv.d 6e004073 st
jalr 00000067 dsi
`;

/** By name: { name, bits, operands }. */
export const instructions = Object.fromEntries(table.trim().split(/\s*\n\s*/)
  .flatMap((line) => line.match(/\S+ +\S+ +\S+/g))
  .map((entry) => entry.split(/ +/))
  .map(([name, bits, operands]) => [name, { name, bits: parseInt(bits, 16), operands }]));

const places = {
  d: 7, D: 7, s: 15, S: 15, t: 20, T: 20, R: 27, m: 12, i: 20, u: 12, 6: 20, 5: 20,
};
const widths = {
  d: 5, D: 5, s: 5, S: 5, t: 5, T: 5, R: 5, m: 3, i: 12, u: 20, 6: 6, 5: 5,
};

/** The bits of the instruction `name` with `values` for its operands: { d: 10, s: 2, i: -8 }. */
export function encode(name, values = {}) {
  const { bits, operands } = instructions[name];
  return [...operands.replace('-', '')].reduce((word, operand) => {
    const mask = 2 ** widths[operand] - 1;
    return (word | ((values[operand] & mask) << places[operand])) >>> 0;
  }, bits);
}

/** How wide operand `operand` is, in bits. */
export const widthOf = (operand) => widths[operand];

const stores = { sb: 0x23, sh: 0x1023, sw: 0x2023, sd: 0x3023, fsw: 0x2027, fsd: 0x3027 };
export const storeNames = Object.keys(stores);

/** A store of register `source` to `offset`(`base`). */
export function encodeStore(name, source, base, offset) {
  return (stores[name] | (source << 20) | (base << 15) | ((offset & 31) << 7)
    | (((offset >> 5) & 127) << 25)) >>> 0;
}

const branches = {
  beq: 0x63, bne: 0x1063, blt: 0x4063, bge: 0x5063, bltu: 0x6063, bgeu: 0x7063,
};
export const branchNames = Object.keys(branches);

export function encodeBranch(name, left, right, offset) {
  return (branches[name] | (left << 15) | (right << 20) | (((offset >> 11) & 1) << 7)
    | (((offset >> 1) & 15) << 8) | (((offset >> 5) & 63) << 25) | ((offset & 0x1000) << 19)) >>> 0;
}

export function encodeJal(rd, offset) {
  return (0x6f | (rd << 7) | (offset & 0xff000) | (((offset >> 11) & 1) << 20)
    | (((offset >> 1) & 1023) << 21) | ((offset & 0x10_0000) << 11)) >>> 0;
}

/** c.j, or with `register`, which is x8 to x15, c.beqz or c.bnez. */
export function encodeShortJump(offset, register, unless) {
  const bit = (from, to) => ((offset >> from) & 1) << to;
  if (register === undefined) {
    return 0xa001 | bit(5, 2) | bit(1, 3) | bit(2, 4) | bit(3, 5) | bit(7, 6) | bit(6, 7)
      | bit(10, 8) | bit(8, 9) | bit(9, 10) | bit(4, 11) | bit(11, 12);
  }
  return (unless ? 0xe001 : 0xc001) | ((register - 8) << 7) | bit(5, 2) | bit(1, 3) | bit(2, 4)
    | bit(6, 5) | bit(7, 6) | bit(3, 10) | bit(4, 11) | bit(8, 12);
}

const llvm = (tool) => `llvm-${tool}${process.env.LLVM_SUFFIX ?? '-19'}`;

/** The instruction in `bits`, which has `length` bytes, as an assembler has it. */
export function disassemble(bits, length = (bits & 3) === 3 ? 4 : 2) {
  const bytes = Array.from({ length }, (_, i) => `0x${((bits >>> (8 * i)) & 255).toString(16)}`);
  const hex = `0x${bits.toString(16).padStart(2 * length, '0')}`;
  try {
    const features = '+m,+a,+f,+d,+c,+h,+zba,+zbb,+zbs';
    const text = execFileSync(llvm('mc'),
      ['--disassemble', '--triple=riscv64', `--mattr=${features}`],
      { input: bytes.join(' '), encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
    return `${hex} ${(text.split('\n').find((line) => /^\s+[a-z]/.test(line)) ?? '').trim()
      .replace(/\s+/g, ' ')}`.trim();
  } catch {
    return hex;
  }
}
