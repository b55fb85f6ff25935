// An interrupt on its way: the guest's own devices interrupt it without anybody's help, and typed
// keys do, by two interrupts each in QEMU's log, one of the hypervisor and one of the guest.
import { Failure, require, requireEqual, shown } from '../failure.mjs';
import { linuxArguments, linuxValues, requireLinux } from '../linux.mjs';
import { sumOf, told } from '../told.mjs';

const plic = 0x0c00_0000;
const source = 10; // of the UART, as on QEMU's machine
const ownBit = BigInt(1 << source);
const noTrap = 0x7777n;
const supervisorExternal = 9;
const guestExternal = 10;

/** The interrupts with that cause in QEMU's log. */
const interruptsOf = (run, wanted) =>
  run.traps.filter(({ isInterrupt, cause }) => isInterrupt && cause === wanted);

/** At least `count` interrupts of the guest's own, at its instructions, are in QEMU's log. */
function expectGuestInterrupts(run, count) {
  const found = interruptsOf(run, guestExternal).filter(({ epc }) => epc >> 20n === 0x802n);
  require(found.length >= count, `at least ${count} virtual supervisor external interrupts (10) at `
    + 'the guest\'s instructions in QEMU\'s log', `${found.length} of them`);
}

/** guests/typed.cpp has not waited in vain for the line of that name. */
function expectNoSilence(run, name) {
  const has = (start) => run.lines.some((line) => line.startsWith(`${start} `));
  if (has('silence') && !has(name)) {
    const [readable, pending] = told(run, 'silence', 'what it sees when no interrupt comes');
    throw new Failure(`an interrupt of the guest for the ${name} typed line`,
      [`none in 8 seconds; bit 0 of the guest's LSR is ${readable}, the pending bits of its PLIC `
        + `are ${shown(pending)}`]);
  }
}

/** The names of what guests/plic.cpp tells of forms, and what the register holds afterwards. */
const forms = ({ enabled, others }, kept) => {
  const signed = BigInt.asUintN(64, BigInt.asIntN(32, kept(enabled)));
  return [
    ['sw', 'SW', BigInt(enabled), kept(enabled)], ['lw', 'LW', signed, kept(enabled)],
    ['lwu', 'LWU', kept(enabled), kept(enabled)], ['c-lw', 'C.LW', signed, kept(enabled)],
    ['c-lwsp', 'C.LWSP', signed, kept(enabled)], ['c-sw', 'C.SW', BigInt(others), kept(others)],
    ['c-swsp', 'C.SWSP', BigInt(enabled), kept(enabled)],
  ];
};

/** The machine's UART, and its PLIC, in which our context is the second one of hart 0. */
const host = { uart: 0x1000_0000, plic: 0xc00_0000 };
const uartSource = 10;

const even = (any) => 2 * any.number(0, 2 ** 30 - 1);

export const boots = {
  plic: {
    guest: 'plic.cpp',
    values: (any) => ({
      key: any.number(1, 2 ** 31), priority: any.number(1, 7), threshold: any.number(1, 7),
      enabled: 2 ** 31 + even(any), others: even(any),
    }),
  },
  typed: {
    guest: 'typed.cpp',
    quiet: 12,
    isEnough: true,
    values: (any) => ({ key: any.number(1, 2 ** 31), first: any.word(), second: any.word() }),
    async drive(machine, { first, second }) {
      await machine.until(/^ready$/m);
      machine.type(`${first}\n`);
      await machine.until(/^typed .*\n/m);
      machine.type(`${second}\n`);
      await machine.until(/^typed .*\n[^]*^typed .*\n/m);
      machine.type('x');
      if (await machine.until(/^held .*\n/m) === undefined) {
        return undefined;
      }
      const read = async (size, address) => Number(/: (0x\w+)/.exec(
        await machine.ask(`xp /1${size}x ${shown(address)}`))?.[1]);
      const seen = {
        enable: await read('b', host.uart + 1), status: await read('b', host.uart + 5),
        sources: await read('w', host.plic + 0x2080), threshold: await read('w', host.plic + 0x20_1000),
        sie: Number((await machine.registers()).mie),
      };
      return Object.values(seen).every(Number.isInteger) ? seen : undefined;
    },
  },
  linux: {
    quiet: 20,
    values: linuxValues,
    variables: (values) => ({ BOOTARGS: linuxArguments(values) }),
  },
};

export const tests = [
  {
    name: 'plic-registers', points: 10, section: 'A controller', boot: 'plic', lasts: true,
    says: 'the guest\'s PLIC keeps priorities, threshold and enable bits',
    hints: ['each access of the PLIC is a fault, as for the UART: is it on the bus, with 6 MiB?',
      'its registers are words, and each has an offset of its own: those of context 1 are the '
      + 'hart\'s'],
    code: ['plic.cpp', 'Plic::store'],
    check(run, values) {
      const [priority, threshold] = told(run, 'kept', 'what priority and threshold it has read');
      const [count, cause, stval] = told(run, 'faults', 'how many faults it has taken for that');
      require(count === 0n, 'loads and stores of the PLIC\'s words are no faults for the guest',
        `it has taken ${count}, the last one with scause ${cause} and stval ${shown(stval)}`);
      requireEqual(priority, values.priority, `the priority of source ${source}`);
      requireEqual(threshold, values.threshold, 'the threshold of context 1');
      const [, , , enabled] = told(run, 'sw', 'the enable bits that it has stored and read');
      requireEqual(enabled & ownBit, BigInt(values.enabled) & ownBit, 'bit 10 of the enable bits');
    },
  },
  {
    name: 'plic-forms', points: 5, section: 'A controller', boot: 'plic', lasts: true,
    parents: ['plic-registers'],
    says: 'words are loaded and stored in all forms, the compressed ones, too',
    hints: ['LW fills the register by its sign, LWU by zeros; a store takes the low 32 bits',
      'C.LW and its like have two bytes, by which pc goes on; and what looks similar, as FLW does, '
      + 'has another opcode'],
    code: ['plic.cpp', 'Plic::load'],
    check(run, values) {
      const sources = told(run, 'tree', 'what its tree says')[3];
      const kept = (word) => BigInt(word) & (sources === 0n || sources > 31n ? 0xffff_fffen
        : (2n << sources) - 2n);
      for (const [name, form, register, enabled] of forms(values, kept)) {
        const what = `${form} of the enable bits at ${shown(plic + 0x2080)}`;
        const [trap, value, after, now] = told(run, name, `what has come of ${what}`);
        requireEqual(trap === noTrap ? 0 : trap, 0, `the guest's scause after ${what}`);
        requireEqual(value, register, `the register of ${what}`);
        requireEqual(after, 1, `executions of the instruction after ${what}`);
        requireEqual(now, enabled, `the enable bits after ${what}`);
      }
      for (const [name, form] of [['flw', 'FLW'], ['amoadd', 'AMOADD.W']]) {
        const [trap] = told(run, name, `what has come of ${form}`);
        require(trap === 5n || trap === 7n, `${form} at a device is an access fault, cause 5 or 7`,
          trap === noTrap ? 'no fault' : `cause ${trap}`);
      }
    },
  },
  {
    name: 'plic-claim', points: 15, section: 'The other half of the UART', boot: 'plic',
    lasts: true, parents: ['plic-registers'],
    says: 'the UART\'s line makes a request, which one claim takes and a completion ends',
    hints: ['the UART wants an interrupt when its transmitter is empty, and the driver enables '
      + 'that (IER, bit 1): does its line reach the PLIC?',
    'between claim and completion a source is silent; at the completion the line decides whether '
      + 'there is a new request, and reading IIR has taken it down'],
    code: ['plic.cpp', 'serving_'],
    check(run) {
      const [before, nothing] = told(run, 'before', 'what its PLIC has at first');
      requireEqual(before, 0, 'the pending bits before the UART wants anything');
      requireEqual(nothing, 0, 'a claim before the UART wants anything');
      const [raised] = told(run, 'raised', 'the pending bits once the UART interrupts');
      requireEqual(raised, ownBit, `the pending bits once the UART interrupts: bit ${source}`);
      const [first, second, served] = told(run, 'claimed', 'what two claims have brought');
      requireEqual(first, source, 'the first claim');
      requireEqual(second, 0, 'a second claim, before the completion');
      requireEqual(served, 0, 'the pending bits between claim and completion');
      requireEqual(told(run, 'again', 'what it has claimed then')[0], source,
        'a claim after the completion, with the line still high');
      requireEqual(told(run, 'identified', 'what IIR holds')[0], 2,
        'the low bits of IIR: the transmitter is empty');
      const [after, late] = told(run, 'after', 'what its PLIC has at the end');
      requireEqual(after, 0, 'the pending bits once IIR has been read, and the claim completed');
      requireEqual(late, 0, 'a claim once IIR has been read, and the last one completed');
      const [disabled, silent, last] = told(run, 'masked', 'what it has claimed under a mask');
      requireEqual(disabled, 0, 'a claim while the source is not enabled');
      requireEqual(silent, 0, 'a claim while the source has priority 0');
      requireEqual(last, source, 'a claim once it is enabled, and has priority 1');
    },
  },
  {
    name: 'plic-interrupt', points: 15, section: 'From line to line', boot: 'plic', lasts: true,
    parents: ['plic-registers'],
    says: 'what the PLIC has for the guest interrupts it',
    hints: ['the guest\'s hart takes an external interrupt while VSEIP is set in hvip and '
      + 'delegated in hideleg: which of the two is missing?',
    'after each access of a device the PLIC may have something for the guest: then set VSEIP'],
    code: ['exit.cpp', 'pass_interrupts'],
    check(run) {
      const [, first] = told(run, 'interrupts', 'how often it was interrupted');
      requireEqual(first, 1, 'interrupts of the guest once its UART wants one');
      requireEqual(told(run, 'cause', 'the cause of its interrupt')[0], 0x8000_0000_0000_0009n,
        'the guest\'s scause: supervisor external interrupt');
      expectGuestInterrupts(run, 1);
    },
  },
  {
    name: 'plic-level', points: 10, section: 'From line to line', boot: 'plic', lasts: true,
    parents: ['plic-interrupt'],
    says: 'the guest is interrupted as long as its PLIC has something, and not longer',
    hints: ['VSEIP is a level, and the guest cannot clear it: who does, and when?',
      'after each access of a device, set or clear it as the PLIC has something above its '
      + 'threshold or not'],
    code: ['plic.hpp', 'interrupting'],
    check(run) {
      const [none, , unclaimed, claimed, completed, below, above] = told(run, 'interrupts',
        'how often it was interrupted');
      requireEqual(none, 0, 'interrupts while its PLIC has nothing to claim');
      requireEqual(unclaimed, 1, 'interrupts as long as nobody claims');
      requireEqual(claimed, 0, 'interrupts between claim and completion');
      requireEqual(completed, 0, 'interrupts once IIR has been read, and the claim completed');
      requireEqual(below, 0, 'interrupts with priority 1 and threshold 7');
      requireEqual(above, 1, 'interrupts with priority 1 and threshold 0');
    },
  },
  {
    name: 'plic-tree', points: 10, section: 'Linux finds a wire', boot: 'plic', lasts: true,
    parents: ['plic-registers'],
    says: 'the guest\'s tree leads from the UART to the PLIC, with the source that interrupts',
    hints: ['the UART\'s node names a controller, by interrupt-parent, and a source, by interrupts',
      'the pairs of interrupts-extended in the PLIC\'s node are its contexts, and the second one '
      + 'is the hart\'s S-mode: interrupt 9'],
    code: ['guest.dts', 'interrupts = <10>'],
    check(run) {
      const [number, controller, context, sources] = told(run, 'tree', 'what its tree says');
      const [claimed] = told(run, 'claimed', 'what it has claimed');
      requireEqual(controller, plic, 'the address of the controller that the UART\'s node names');
      requireEqual(number, claimed, 'interrupts in the UART\'s node, as the guest claims it');
      requireEqual(context, 1, 'the number of the pair in the controller\'s interrupts-extended '
        + 'that has interrupt 9');
      require(sources >= claimed, `riscv,ndev in the controller's node: at least ${claimed}`,
        shown(sources));
    },
  },
  {
    name: 'typed', points: 20, section: 'A key interrupts us', boot: 'typed', lasts: true,
    parents: ['plic-interrupt'],
    says: 'typed lines wake the guest, by interrupts of the machine',
    hints: ['three gates: IER of the machine\'s UART, source 10 in the machine\'s PLIC for our '
      + 'context, SEIE in our sie; which one is shut?',
    'claim at the machine\'s PLIC, take its line down, show the guest\'s PLIC the guest\'s line, '
      + 'and complete: without that there is no second interrupt'],
    code: ['exit.cpp', 'handle_external_interrupt'],
    check(run, { key, first, second }) {
      for (const [name, word] of Object.entries({ first, second })) {
        expectNoSilence(run, name);
        const [sum, interrupts, empty] = told(run, name, `the ${name} line that it has read`);
        requireEqual(sum, sumOf(Buffer.from(word), key), `the number that the guest computes of "${
          word}", which was typed`);
        require(interrupts >= 1n && empty < 100n, 'the line comes by interrupts with something to '
          + 'claim', `${interrupts} of these, ${empty} with nothing`);
      }
      const ours = interruptsOf(run, supervisorExternal);
      require(ours.length >= 2, 'at least 2 supervisor external interrupts (9), which are the '
        + 'hypervisor\'s, in QEMU\'s log', `${ours.length} of them`);
      expectGuestInterrupts(run, 2);
    },
  },
  {
    name: 'typed-unread', points: 5, section: 'The machine\'s UART', boot: 'typed', lasts: true,
    parents: ['typed'],
    says: 'a key that the guest does not read does not keep on interrupting the machine',
    hints: ['while the byte waits in the machine\'s UART, its line is high: who takes it down?',
      'turn the UART\'s interrupt off while a byte waits that nobody reads, and on when all is '
      + 'read'],
    code: ['console.cpp', 'listen'],
    check(run) {
      require(run.seen !== undefined, 'the guest takes the interrupt of a key, and leaves the key',
        'no such interrupt');
      const { enable, status, sources, threshold, sie } = run.seen;
      const isOff = (enable & 1) === 0 || (sources >> uartSource & 1) === 0 || threshold === 7
        || (sie >> supervisorExternal & 1) === 0;
      require((status & 1) === 0 || isOff, 'while a byte waits in the machine\'s UART (bit 0 of LSR), '
        + 'its interrupt is off, in IER, in the machine\'s PLIC or in sie: a PLIC interrupts again '
        + 'at the completion as long as the line is high, though QEMU\'s does not',
      `LSR ${shown(status)}, IER ${shown(enable)}, source 10 enabled, SEIE 1`);
    },
  },
  {
    name: 'plic-linux', points: 10, section: 'Linux finds a wire', boot: 'linux',
    parents: ['plic-registers'],
    says: 'Linux finds its PLIC, and an interrupt for ttyS0',
    hints: ['what does Linux say of the PLIC, in a line with "mapped"?',
      'the PLIC\'s node needs interrupt-controller and #interrupt-cells, compatible, and the pairs '
      + 'of interrupts-extended'],
    code: ['guest.dts', 'plic: interrupt-controller'],
    check(run, values) {
      run.expectMatch(/\bplic: .*mapped \d+ interrupts with 1 handlers/,
        'plic: interrupt-controller@c000000: mapped 31 interrupts with 1 handlers for 2 contexts.');
      run.expectMatch(/\bttyS0 at MMIO 0x10000000 \(irq = [1-9]\d*, /,
        '10000000.serial: ttyS0 at MMIO 0x10000000 (irq = 1, base_baud = 230400) is a 16550A');
      requireLinux(run, values);
      run.expectEnd(0, 'after Linux has asked for a reboot');
    },
  },
];
