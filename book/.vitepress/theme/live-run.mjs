// A run of the strict machine as a page has it: in slices, with what is typed, paused and stepped,
// and back to where it was. A run is determined by what happens to it at which instruction, so "back"
// is to begin anew and do the same up to there. It knows neither page nor worker: whoever has it
// gives it time, and is told.

const turnTime = 15; // milliseconds between two looks at what the page wants
const chunk = 50_000; // instructions between two looks at the clock
// Where the run is to stop at a text, and where that has begun.
const fineChunk = 1_000;
const finestChunk = 50;
const tellEvery = 100; // milliseconds

const second = 10_000_000; // of the machine's, in ticks

/** How long nothing may be printed before it counts as standing still: instructions, ticks. */
const patience = { loop: 20_000_000, linux: 60_000_000, other: 100_000_000, ticks: 3 * second };
/** After so long a silence, waiting takes as long as on the clock: until then it takes no time. */
const haste = second;
/** So much printed, without anybody typing, has no end. */
const endless = 150_000; // characters

const firstWithGuest = 5;
const firstWithQueue = 14;

const storeFault = 23n;
const virtio = 0x1000_1000n;

/** A byte that is no text, in the notation of `cat -v`. */
function noted(byte) {
  const low = byte & 127;
  const letter = low === 127 ? '^?' : low < 32 ? `^${String.fromCharCode(low + 64)}`
    : String.fromCharCode(low);
  return byte > 127 ? `M-${letter}` : letter;
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Bytes that are more than ASCII, as text if they are. */
function decoded(bytes) {
  try {
    return decoder.decode(bytes);
  } catch {
    return [...bytes].map(noted).join('');
  }
}

/**
 * Bytes as text.
 * @param isSanitized SANITIZE=1: also what steers a terminal is only shown
 */
function textOf(bytes, isSanitized) {
  const kept = isSanitized ? [9, 10] : [7, 8, 9, 10, 13, 27];
  let text = '';
  for (let at = 0; at < bytes.length;) {
    let end = at;
    while (bytes[end] > 127) {
      end += 1;
    }
    const byte = bytes[at];
    text += end > at ? decoded(bytes.subarray(at, end))
      : kept.includes(byte) ? String.fromCharCode(byte)
        : isSanitized && byte === 13 ? '' : noted(byte);
    at = Math.max(end, at + 1);
  }
  return text;
}

/** What of a virtqueue the driver has told the device, out of its stores to registers. */
class Queue {
  #registers = new Map();

  store(offset, value) {
    if (offset === 0x70 && value === 0) { // Status: a reset
      this.#registers.clear();
    } else {
      this.#registers.set(offset, value);
    }
  }

  /** { size, isReady, descriptors, available, used }: guest-physical; undefined before that. */
  get areas() {
    const of = (offset) => BigInt(this.#registers.get(offset) ?? 0);
    const address = (low) => of(low) | of(low + 4) << 32n;
    return this.#registers.has(0x80) ? {
      size: Number(of(0x38)), isReady: of(0x44) === 1n,
      descriptors: address(0x80), available: address(0x90), used: address(0xa0),
    } : undefined;
  }
}

export class Run {
  #machine;
  #about; // of the manifest, with `chapter`: its number
  #tell;
  #timer;
  #lastTold = 0;

  // What happens to it, in order: { at: instructions, ticks or input }, and how much of it has.
  #events = [];
  #done = 0;

  // What it has come to since it began.
  #text; // what has been printed and not been told
  #tail; // the end of all that was printed
  #printed; // characters since something was typed
  #typed; // how many lines were typed
  #silentSince; // { instructions, ticks }
  #counts; // exits by cause
  #exit; // the last one
  #queue;
  #untilAt; // what `until` waits for has been shown
  #isAfter; // and what `after` does
  #reports; // of the strict machine, each once

  #phase = 'running'; // 'running', 'waiting', 'paused', 'ended'
  #why; // it is paused, or waits
  #goal; // { exit } or { instructions }: where it is to pause
  #isQuiet = false; // it goes where it has been
  #waitStart;
  #before; // the registers before a single instruction

  /**
   * @param machine a StrictMachine with everything loaded
   * @param about the run, as the manifest has it, with the number of its `chapter`
   * @param tell is called with what has come to pass
   */
  constructor(machine, about, tell) {
    this.#machine = machine;
    this.#about = about;
    this.#tell = tell;
    this.#begin();
  }

  #begin() {
    this.#text = '';
    this.#tail = '';
    this.#printed = 0;
    this.#typed = 0;
    this.#silentSince = { instructions: 0, ticks: 0 };
    this.#counts = new Map();
    this.#exit = undefined;
    this.#queue = new Queue();
    this.#untilAt = undefined;
    this.#reports = new Set();
    this.#isAfter = this.#about.after === undefined;
    this.#done = 0;
    this.#before = undefined;
  }

  /** Goes on, at once. */
  go(goal) {
    clearTimeout(this.#timer);
    this.#endWait();
    this.#goal = goal;
    if (this.#phase !== 'ended') {
      this.#phase = 'running';
      this.#why = undefined;
      this.#silentSince = { instructions: this.#machine.instructions, ticks: this.#machine.ticks };
      this.#printed = 0;
    }
    this.#turn();
  }

  pause() {
    if (['running', 'waiting'].includes(this.#phase)) {
      clearTimeout(this.#timer);
      this.#endWait();
      this.#pause('reader');
      this.report();
    }
  }

  /** From the beginning; what was typed is forgotten. */
  restart() {
    this.#events = [];
    this.#rerun(undefined);
  }

  /** Forgets all and tells nothing more. */
  end() {
    clearTimeout(this.#timer);
  }

  type(input) {
    if (this.#phase === 'ended') {
      return;
    }
    this.#endWait();
    this.#events.length = this.#done; // what was to come does not any more
    this.#happen({ at: this.#machine.instructions, input });
    this.#printed = 0;
    const isOver = this.#phase === 'paused' && ['reader', 'step', 'report'].includes(this.#why);
    if (this.#phase !== 'running' && !isOver) {
      this.go();
    }
  }

  stepExit() {
    this.go({ exit: this.#machine.exits + 1 });
  }

  stepInstruction() {
    this.#before = this.#registers();
    this.go({ instructions: this.#machine.instructions + 1 });
  }

  backExit() {
    const { exits, instructions } = this.#machine;
    const isBehind = this.#exit?.at === instructions;
    this.#rerun({ exit: Math.max(exits - (isBehind ? 1 : 0), 0) });
  }

  backInstruction() {
    this.#rerun({ instructions: Math.max(this.#machine.instructions - 1, 0) });
  }

  firstExit() {
    this.#rerun({ exit: 1 });
  }

  #registers() {
    return Array.from({ length: 32 }, (_, number) => this.#machine.x(number));
  }

  /** The register that the last step has changed: { number, value }; undefined if none. */
  #changed() {
    const before = this.#before;
    this.#before = undefined;
    const after = before && this.#registers();
    const number = before ? after.findIndex((value, each) => value !== before[each]) : -1;
    return number < 0 ? undefined : { number, value: after[number] };
  }

  /** Begins anew and does what has happened, up to a goal. */
  #rerun(goal) {
    clearTimeout(this.#timer);
    this.#waitStart = undefined;
    this.#machine.restart();
    this.#begin();
    this.#phase = 'running';
    this.#why = undefined;
    this.#goal = goal;
    this.#isQuiet = goal !== undefined;
    this.#tell({ kind: 'clear' });
    if (goal?.exit === 0 || goal?.instructions === 0) {
      this.#pause('step');
      this.report();
    } else {
      this.#turn();
    }
  }

  // The loop.

  #turn() {
    const end = performance.now() + turnTime;
    this.#waitStart = undefined;
    while (this.#phase === 'running' && performance.now() < end) {
      this.#advance();
    }
    if (this.#phase === 'running') {
      this.#timer = setTimeout(() => this.#turn(), 0);
    } else if (this.#phase !== 'waiting') {
      this.#isQuiet = false;
    }
    if (!this.#isQuiet
      && (this.#phase !== 'running' || performance.now() > this.#lastTold + tellEvery)) {
      this.report();
    }
  }

  get #chunk() {
    const { until = 'loop' } = this.#about;
    if (until === 'loop' || this.#untilAt) {
      return chunk;
    }
    const isNear = [...until].some((_, size) => size > 0
      && this.#tail.endsWith(until.slice(0, size)));
    return isNear ? finestChunk : fineChunk;
  }

  /** One chunk, or what happens at its end. */
  #advance() {
    const machine = this.#machine;
    const next = this.#events[this.#done];
    const now = machine.instructions;
    const end = Math.min(now + this.#chunk, next?.at ?? Infinity, this.#goal?.instructions ?? Infinity);
    let stop = 'limit';
    if (end > now) {
      if (this.#about.chapter >= firstWithGuest) {
        machine.stopAtExit(machine.exits + 1);
      }
      const result = machine.run(end - now);
      stop = result.stop;
      this.#print(result.output);
    }
    if (stop === 'exited') {
      this.#noteExit();
    } else if (stop === 'ended') {
      this.#phase = 'ended';
    } else if (stop === 'reported' && this.#isNew(machine.report) && !this.#goal) {
      this.#pause('report');
    } else if (next && machine.instructions >= next.at) {
      this.#done += 1;
      this.#apply(next);
    } else if (stop === 'waiting' || end === now) {
      this.#wait();
    }
    if (this.#phase === 'running' || this.#phase === 'waiting') {
      this.#judge();
    }
  }

  /** Whether the strict machine has not said that yet; about another address it is the same. */
  #isNew(report) {
    const kind = report.replace(/0x[0-9a-f]+/g, '');
    const isNew = !this.#reports.has(kind);
    this.#reports.add(kind);
    return isNew;
  }

  /** The hart waits: time has to pass. */
  #wait() {
    const { untilEvent, ticks } = this.#machine;
    if (untilEvent === Infinity) {
      const [seie, meie] = [1n << 9n, 1n << 11n]; // of mie
      const mayWake = this.#machine.csr(0x304) & (seie | meie);
      const { until, type = [] } = this.#about;
      if (this.#goal || !mayWake) {
        this.#pause('asleep');
      } else if (until === 'loop' && this.#typed >= type.length) {
        this.#pause('silent');
      } else {
        this.#phase = 'waiting';
        this.#why = 'key';
        this.#waitStart = performance.now();
      }
    } else if (this.#isQuiet || (!this.#about.type && ticks - this.#silentSince.ticks < haste)) {
      this.#happen({ at: this.#machine.instructions, ticks: untilEvent });
    } else {
      this.#phase = 'waiting';
      this.#why = 'timer';
      this.#waitStart = performance.now();
      this.#timer = setTimeout(() => {
        this.#phase = 'running';
        this.#happen({ at: this.#machine.instructions, ticks: this.#machine.untilEvent });
        this.#turn();
      }, untilEvent / second * 1000);
    }
  }

  /** What has passed on the clock since the hart waits passes for the machine, too. */
  #endWait() {
    if (this.#waitStart !== undefined) {
      const passed = Math.floor((performance.now() - this.#waitStart) / 1000 * second);
      this.#waitStart = undefined;
      const ticks = Math.min(passed, this.#machine.untilEvent);
      this.#happen({ at: this.#machine.instructions, ticks });
    }
  }

  #happen(event) {
    this.#events.length = this.#done;
    this.#events.push(event);
    this.#done += 1;
    this.#apply(event);
  }

  #apply({ ticks, input }) {
    if (input === undefined) {
      this.#machine.wait(ticks);
    } else {
      this.#machine.type(input);
      this.#typed += 1;
    }
  }

  #pause(why) {
    clearTimeout(this.#timer); // of a wait that has just begun
    this.#waitStart = undefined;
    this.#phase = 'paused';
    this.#why = why;
  }

  /** Whether it is where it was to come, or goes nowhere. */
  #judge() {
    const { instructions, ticks, exits } = this.#machine;
    if (this.#goal) {
      const { exit = Infinity, instructions: wanted = Infinity } = this.#goal;
      if (exits >= exit || instructions >= wanted) {
        this.#pause('step');
      }
      return;
    }
    const { until, linux } = this.#about;
    const isLoop = until === 'loop';
    const most = patience[isLoop ? (linux ? 'linux' : 'loop') : 'other'];
    const isStill = instructions - this.#silentSince.instructions > most
      || (isLoop && ticks - this.#silentSince.ticks > patience.ticks);
    if (this.#untilAt === 'new') {
      this.#untilAt = 'told';
      this.#pause('until');
    } else if (isStill && this.#isAfter) {
      this.#pause('still');
    } else if (this.#printed > endless) {
      this.#pause('endless');
    }
  }

  #print(output) {
    if (output.length === 0) {
      return;
    }
    const { instructions, ticks } = this.#machine;
    const text = textOf(output, this.#about.sanitize);
    this.#text += text;
    this.#tail = (this.#tail + text.replaceAll('\r', '')).slice(-4000);
    this.#printed += text.length;
    this.#silentSince = { instructions, ticks };
    const { until, after } = this.#about;
    if (until && until !== 'loop' && !this.#untilAt && this.#tail.includes(until)) {
      this.#untilAt = 'new';
    }
    this.#isAfter ||= this.#tail.includes(after);
  }

  #noteExit() {
    const machine = this.#machine;
    const exit = machine.lastExit;
    this.#exit = { ...exit, at: machine.instructions, mode: machine.mode, number: machine.exits };
    const key = `${machine.mode === 'M-mode' ? 'm' : ''}${exit.cause}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    if (exit.cause === storeFault && this.#about.chapter >= firstWithQueue
      && exit.guestPhysical >> 12n === virtio >> 12n) {
      // Right behind an exit the registers are still the guest's; htinst tells which one it stores.
      const source = Number(exit.instruction >> 20n & 31n);
      const value = Number(machine.x(source) & 0xffff_ffffn);
      this.#queue.store(Number(exit.guestPhysical & 0xfffn), value);
    }
  }

  // What others want to know.

  get machine() {
    return this.#machine;
  }

  get queue() {
    return this.#queue.areas;
  }

  /** Tells how it stands, with what has been printed. */
  report() {
    const machine = this.#machine;
    const isAtRest = this.#phase === 'paused' || this.#phase === 'ended';
    this.#lastTold = performance.now();
    const text = this.#text;
    this.#text = '';
    this.#tell({
      kind: 'state', text, phase: this.#phase, why: this.#why, status: machine.status,
      report: this.#why === 'report' ? machine.report : undefined,
      instructions: machine.instructions, exits: machine.exits, mode: machine.mode, pc: machine.pc,
      counts: this.#counts, exit: isAtRest ? this.#exit : undefined,
      isBehindExit: this.#exit?.at === machine.instructions,
      changed: isAtRest ? this.#changed() : undefined,
      monitor: ['still', 'asleep', 'silent', 'until'].includes(this.#why) ? this.#monitor() : undefined,
      isAtRest,
    });
  }

  /** What the recording shows of QEMU's monitor, as far as this machine knows it. */
  #monitor() {
    const { registers = [], monitor = [] } = this.#about;
    const lines = registers.flatMap((name) => registerLine(this.#machine, name) ?? []);
    const asked = monitor.flatMap((command) => memoryLines(this.#machine, command));
    return [...(lines.length > 0 ? ['info registers', ...lines] : []), ...asked];
  }
}

const csrs = {
  scause: 0x142, sepc: 0x141, stvec: 0x105, stval: 0x143, vsepc: 0x241, vscause: 0x242,
  vstval: 0x243, vstvec: 0x205, hgatp: 0x680, vsatp: 0x280, htval: 0x643, htinst: 0x64a,
  hstatus: 0x600, hvip: 0x645, hie: 0x604, hip: 0x644, sie: 0x104, sip: 0x144, vsie: 0x204,
  mie: 0x304, mip: 0x344, mstatus: 0x300, vsstatus: 0x200, mideleg: 0x303, hideleg: 0x603,
  mepc: 0x341, mcause: 0x342, mtval: 0x343, vstimecmp: 0x24d, stimecmp: 0x14d,
};
export const abiNames = ['zero', 'ra', 'sp', 'gp', 'tp', 't0', 't1', 't2', 's0', 's1',
  ...Array.from({ length: 8 }, (_, number) => `a${number}`),
  ...Array.from({ length: 10 }, (_, number) => `s${number + 2}`), 't3', 't4', 't5', 't6'];

const digits = (value, count) => value.toString(16).padStart(count, '0');

/** A register as the monitor has it; undefined for one that it has otherwise. */
function registerLine(machine, name) {
  if (name === 'V') {
    return ` V      =   ${machine.mode.startsWith('V') ? 1 : 0}`;
  }
  const number = abiNames.indexOf(name);
  const value = name === 'pc' ? machine.pc : number >= 0 ? machine.x(number)
    : name in csrs ? machine.csr(csrs[name]) : undefined;
  const shown = number >= 0 ? `x${number}/${name}` : name;
  return value === undefined ? undefined : ` ${shown.padEnd(8)} ${digits(value, 16)}`;
}

/** What x and xp of the monitor show of RAM; nothing of what is elsewhere. */
function memoryLines(machine, command) {
  const [, count, unit, text] = /^xp? \/(\d+)([bwg])x 0x([\da-f]+)$/.exec(command) ?? [];
  const size = { b: 1, w: 4, g: 8 }[unit];
  const address = text === undefined ? 0 : Number(`0x${text}`);
  const bytes = text === undefined ? [] : machine.read(address, count * size);
  if (text === undefined || bytes.length < count * size) {
    return [];
  }
  const each = 16 / size;
  const numberAt = (at) => [...bytes.slice(at, at + size)].reverse()
    .map((byte) => digits(byte, 2)).join('');
  const values = Array.from({ length: Number(count) }, (_, index) => `0x${numberAt(index * size)}`);
  const lines = [];
  for (let at = 0; at < values.length; at += each) {
    lines.push(`${digits(address + at * size, 16)}: ${values.slice(at, at + each).join(' ')}`);
  }
  return [command, ...lines];
}
