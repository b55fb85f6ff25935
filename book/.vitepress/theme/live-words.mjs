// What a page says of a run: why it stands where it does, and what the last exit's registers tell.
import { hex } from '../../lib/walk.mjs';
import { escape } from '../../lib/render/html.mjs';

/** The names of traps, as the hypervisor has them (trap.cpp). */
const exceptions = {
  0: 'instruction address misaligned', 1: 'instruction access fault', 2: 'illegal instruction',
  3: 'breakpoint', 4: 'load address misaligned', 5: 'load access fault',
  6: 'store/AMO address misaligned', 7: 'store/AMO access fault',
  8: 'environment call from U-mode or VU-mode', 10: 'environment call from VS-mode',
  12: 'instruction page fault', 13: 'load page fault', 15: 'store/AMO page fault',
  20: 'instruction guest-page fault', 21: 'load guest-page fault', 22: 'virtual instruction',
  23: 'store/AMO guest-page fault',
};
const interrupts = {
  1: 'supervisor software', 2: 'virtual supervisor software', 3: 'machine software',
  5: 'supervisor timer', 6: 'virtual supervisor timer', 7: 'machine timer',
  9: 'supervisor external', 10: 'virtual supervisor external', 11: 'machine external',
};
const interruptBit = 1n << 63n;

/** @param cause of scause, a BigInt */
export const causeName = (cause) => (cause & interruptBit
  ? `${interrupts[cause & 63n] ?? 'unknown'} interrupt` : exceptions[cause] ?? 'unknown');

const millions = (number) => `${(number / 1e6).toFixed(1)} million`;

/** The line in the head of a run. */
export const headline = ({ instructions, mode }) =>
  `${millions(instructions)} instructions, ${mode}`;

/** Why it stands, or waits: a sentence. @param run as the manifest has it */
export function situation({ phase, why, status, instructions }, { until, takesInput }) {
  if (phase === 'ended') {
    return status === 0 ? 'Ended: the machine is powered off.'
      : `Ended: the machine is powered off, with status ${status}.`;
  }
  if (phase === 'running') {
    return 'It runs.';
  }
  return {
    key: takesInput ? 'The guest waits for a line.' : 'The hart waits for an interrupt.',
    timer: takesInput ? 'The guest waits for a line.' : 'The hart waits for the timer.',
    reader: 'Paused.',
    step: `Paused behind ${instructions.toLocaleString('en')} instructions.`,
    until: `Paused, as the recording ends here: “${until}”.`,
    still: 'Paused: nothing more is printed, and the hart goes round in a loop.',
    endless: 'Paused: it prints without an end.',
    asleep: 'The hart waits for an interrupt, and there is none that could wake it.',
    silent: 'The hart waits for an interrupt, and none comes.',
    report: 'Paused: the strict machine has a report.',
  }[why];
}

const names = ['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1',
  ...Array.from({ length: 8 }, (_, index) => `a${index}`),
  ...Array.from({ length: 10 }, (_, index) => `s${index + 2}`), 't3', 't4', 't5', 't6'];
export const registerName = (number) => names[number];

/** What htinst tells of an access (Privileged spec 18.6.3). */
function accessOf(instruction) {
  const sizes = ['1 byte', '2 bytes', '4 bytes', '8 bytes'];
  const field = (low, count) => Number(instruction >> BigInt(low) & (1n << BigInt(count)) - 1n);
  if (instruction === 0x3000n || instruction === 0x3020n) {
    return 'the hart made the access by itself: it was reading the guest’s own page table';
  }
  const opcode = field(0, 7) | 2;
  const length = field(1, 1) ? 'four' : 'two';
  const size = sizes[field(12, 3) & 3];
  const known = { 0x03: `a load of ${size} into ${names[field(7, 5)]}`,
    0x23: `a store of ${size} from ${names[field(20, 5)]}` }[opcode];
  return known ? `the guest’s instruction without its address: ${known}, ${length} bytes long`
    : 'the guest’s instruction, as it was transformed';
}

/**
 * The registers of an exit: { name, value, meaning }: what it means now; and where it tells of an
 * address, that and its `space`.
 */
export function registersOf({ cause, pc, value, guestPhysical, instruction, mode }) {
  const isInterrupt = (cause & interruptBit) !== 0n;
  const isGuestFault = [20n, 21n, 23n].includes(cause);
  const isInstruction = [2n, 22n].includes(cause);
  const [causeOf, pcOf, valueOf, physicalOf, instructionOf] = mode === 'M-mode'
    ? ['mcause', 'mepc', 'mtval', 'mtval2', 'mtinst'] : ['scause', 'sepc', 'stval', 'htval', 'htinst'];
  const virtual = (address) => ({ address, space: 'guest-virtual' });
  return [
    { name: causeOf, value: cause, meaning: `why the guest was left: ${causeName(cause)}` },
    {
      name: pcOf,
      value: pc,
      meaning: isInterrupt ? 'where the guest goes on' : 'the instruction of the guest that trapped',
      ...virtual(pc),
    },
    {
      name: valueOf,
      value,
      meaning: isGuestFault ? 'the guest-virtual address of the access'
        : isInstruction ? 'the instruction itself'
          : value === 0n ? 'nothing, at this cause' : 'the address of the access',
      ...(isGuestFault && virtual(value)),
    },
    {
      name: physicalOf,
      value: guestPhysical >> 2n,
      meaning: isGuestFault ? `the guest-physical address ${hex(guestPhysical)}, without its two `
        + 'lowest bits' : 'nothing: it is for guest-page faults',
      ...(isGuestFault && { address: guestPhysical, space: 'guest-physical' }),
    },
    {
      name: instructionOf,
      value: instruction,
      meaning: instruction !== 0n ? accessOf(instruction)
        : isGuestFault ? 'nothing: this hart may leave it out' : 'nothing: it is for accesses',
    },
  ];
}

/** Where something is in the source, as HTML: a link if the book shows this line. */
export function placeHtml(place, { hrefOf, fallback }) {
  if (place === undefined) {
    return '';
  }
  const { name, path, line, href } = place;
  const text = `<code>${escape(name)}</code>${path ? `, ${escape(path)}:${line}` : ''}`;
  const to = href ? hrefOf(href) : fallback;
  return path && to ? `<a href="${escape(to)}">${text}</a>` : text;
}
