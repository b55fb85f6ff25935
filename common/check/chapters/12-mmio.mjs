// A device that is not there: each load and store of the guest is a fault in QEMU's log, and what
// it gets or reaches is right.
import { require, requireEqual, shown } from '../failure.mjs';
import { linuxArguments, linuxValues, requireLinux } from '../linux.mjs';
import { told } from '../told.mjs';
import { guestCauses } from '../traps.mjs';

const uart = 0x1000_0000;
const registers = ('zero ra sp gp tp t0 t1 t2 s0 s1 a0 a1 a2 a3 a4 a5 a6 a7 s2 s3 s4 s5 s6 s7 s8 '
  + 's9 s10 s11 t3 t4 t5 t6').split(' ');
const wholeWord = (number) => `0x${BigInt(number).toString(16).padStart(16, '0')}`;
const signed = (byte) => BigInt.asUintN(64, BigInt.asIntN(8, BigInt(byte)));

/** At least `count` loads or stores of the guest at the UART are in QEMU's log. */
function expectAccesses(run, cause, count) {
  const name = cause === guestCauses.store ? 'stores' : 'loads';
  const found = run.accesses(uart, 8).filter((trap) => trap.cause === cause);
  require(found.length >= count, `at least ${count} ${name} of the guest at ${shown(uart)} (cause ${
    cause}) in QEMU's log`, `${found.length} of them`);
}

/** How a fault of a load and one of a store are called, and their causes. */
const faults = { load: ['a load access fault', 5], store: ['a store/AMO access fault', 7] };

/** What guests/refused.cpp says where nothing trapped, and what its register held before. */
const [noTrap, before] = [0x7777n, 0x5555_5555_5555_5555n];

/** What guests/refused.cpp tries: its name there, what it is, and where. */
const refused = (nowhere) => [
  ...['lh', 'lhu'].map((name) => [name, 'load', uart + 6]),
  ...['lw', 'lwu', 'c-lw', 'c-lwsp'].map((name) => [name, 'load', uart + 4]),
  ...['ld', 'c-ld', 'c-ldsp'].map((name) => [name, 'load', uart]),
  ['sh', 'store', uart + 6],
  ...['sw', 'c-sw', 'c-swsp'].map((name) => [name, 'store', uart + 4]),
  ...['sd', 'c-sd', 'c-sdsp'].map((name) => [name, 'store', uart]),
  ['no-load', 'load', nowhere], ['no-store', 'store', nowhere],
  ['after-load', 'load', uart + 0x800], ['after-store', 'store', uart + 0x800],
];

/** What was tried, in words: C.LW at 0x10000004, a load at 0x20000000. */
const inWords = (name, kind, address) => `${name.includes(kind) ? `a ${kind}`
  : name.toUpperCase().replace('-', '.')} at ${shown(address)}`;

export const boots = {
  bytes: {
    guest: 'bytes.cpp',
    values: (any) => ({
      key: any.number(1, 2 ** 31), word: any.word(), factor: any.number(2 ** 20, 2 ** 31),
      byte: any.number(0x80, 0xff),
    }),
  },
  registers: { guest: 'registers.S', values: (any) => ({ first: any.number(1, 255) }) },
  refused: {
    guest: 'refused.cpp',
    values: (any) => ({
      key: any.number(1, 2 ** 31), nowhere: any.number(0x2000_0000, 0x2fff_ffff),
    }),
  },
  unmapped: { guest: 'unmapped.S' },
  linux: {
    quiet: 20,
    values: linuxValues,
    variables: (values) => ({ BOOTARGS: linuxArguments(values) }),
  },
};

export const tests = [
  {
    name: 'uart-store', points: 20, section: 'From the fault to the device', boot: 'bytes',
    lasts: true,
    says: 'what the guest stores to the UART reaches the console',
    hints: ['a store to the UART exits with cause 23: what does handle_exit do with it?',
      'the address is htval << 2 with the two low bits of stval; find the device there, store to '
      + 'it, and skip the instruction'],
    code: ['exit.cpp', 'handle_guest_page_fault'],
    check(run, { word, factor }) {
      const [count, cause] = told(run, 'faults', 'how many faults it has taken for its stores');
      require(count === 0n, `stores to ${shown(uart)} are no faults for the guest`,
        `it has taken ${count} faults, the last one with scause ${cause}`);
      expectAccesses(run, guestCauses.store, word.length);
      run.expectLine(`${word} ${wholeWord(BigInt(factor) * BigInt(factor))}`);
    },
  },
  {
    name: 'uart-load', points: 15, section: 'Into a register', boot: 'bytes', lasts: true,
    parents: ['uart-store'],
    says: 'loads from the UART bring its registers',
    hints: ['what does the destination hold after the load: the register\'s byte, or what was '
      + 'there before?',
    'the scratch register (7) keeps what was written, and LSR (5) always says that there is room: '
      + 'give the guest\'s register what the device\'s has'],
    code: ['exit.cpp', 'access.extend'],
    check(run, { byte }) {
      expectAccesses(run, guestCauses.load, 5);
      const loaded = (name) => told(run, name, 'what it has loaded from the UART')[0];
      requireEqual(loaded('lbu'), byte, 'LBU of the scratch register');
      requireEqual(loaded('before'), byte, 'LBU of it with the offset -3');
      requireEqual(loaded('after'), byte, 'LBU of it with the offset 7');
      requireEqual(loaded('line') & 0x20n, 0x20, 'the bit of LSR that says that there is room');
    },
  },
  {
    name: 'uart-sign', points: 5, section: 'Into a register', boot: 'bytes', lasts: true,
    parents: ['uart-load'],
    says: 'a load with a sign copies it into the whole register',
    hints: ['of LB and LBU, which one has come?',
      'LB copies bit 7 into all bits above it, LBU fills these with zeros: funct3 tells'],
    code: ['decode.hpp', 'extend'],
    check(run, { byte }) {
      requireEqual(told(run, 'lb', 'what it has loaded with a sign')[0], signed(byte),
        `LB of the byte ${shown(byte)}`);
    },
  },
  {
    name: 'uart-registers', points: 20, section: 'Into a register', boot: 'registers', lasts: true,
    parents: ['uart-load'],
    says: 'loads and stores work with each register: gp, tp and zero, too',
    hints: ['which register does the message name? Is it among those that the exit saves and the '
      + 'entry loads, and is its number decoded whole?',
    'zero holds 0 whatever was loaded into it: also where your copy of the registers is read for '
      + 'the next store'],
    code: ['exit.cpp', 'vcpu.x[0] = 0'],
    check(run, { first }) {
      expectAccesses(run, guestCauses.store, 32);
      const [target, source, base] = ['target', 'source', 'base'].map((name) => run.numbers(name));
      registers.forEach((name, number) => {
        const byte = (first + 37 * number) & 0xff;
        const stored = number === 0 ? 0 : (byte + 1) & 0xff;
        requireEqual(target[number], number === 0 ? 0 : byte,
          `${name} after a load of the byte ${shown(byte)} into it (LBU)`);
        requireEqual(source[number], stored, `the byte after a store of it from ${name} (SB)`);
        if (number !== 0) {
          requireEqual(base[number], stored, `a byte loaded with ${name} as the address (LBU)`);
        }
      });
    },
  },
  {
    name: 'uart-refused', points: 15, section: 'One form after the other', boot: 'refused',
    lasts: true, parents: ['uart-load'],
    says: 'what the UART does not have, and where there is no device, is an access fault',
    hints: ['all registers of a 16550 are one byte wide: which width has your device taken?',
      'an instruction whose low bits are not 11 has two bytes and forms of its own: decode these '
      + 'apart, and refuse what no device answers with cause 5 or 7 and stval'],
    code: ['decode.cpp', 'decode_compressed'],
    check(run, { nowhere }) {
      for (const [name, kind, address] of refused(nowhere)) {
        const access = inWords(name, kind, address);
        const [fault, expected] = faults[kind];
        const [cause, stval, register, after] = told(run, name, `what has come of ${access}`);
        require(cause !== noTrap, `${access} is ${fault} (cause ${expected})`,
          `no fault; the register holds ${shown(register)}`);
        requireEqual(cause, expected, `the guest's scause after ${access}`);
        requireEqual(stval, address, `the guest's stval after ${access}`);
        requireEqual(register, before, `the register of ${access}, which is refused`);
        requireEqual(after, 1, `executions of the instruction after ${access}`);
      }
    },
  },
  {
    name: 'uart-fetch', points: 10, section: 'The instruction itself', boot: 'unmapped',
    lasts: true, parents: ['uart-load'],
    says: 'a guest whose instruction cannot be read takes a fault, in its own mode',
    hints: ['hlvx may fault: then it is your own trap that overwrites SPP, SPV and sepc',
      'keep sstatus and hstatus before hlvx, put both back when it has faulted, and give the guest '
      + 'the fault of its fetch'],
    code: ['guest_fetch.S', 'fetch_fault'],
    check(run) {
      require(run.accesses(uart, 8).length > 0,
        'a load of the guest from the UART in QEMU\'s log', 'none');
      require(run.lines.some((line) => /^(answered|fault 0x0*[1c])$/.test(line)),
        'a line "answered", or "fault" and the cause 1 or 12 from where the guest\'s stvec is',
        ...run.lines.slice(-2));
      const last = run.guestTraps.at(-1);
      require(last?.cause === guestCauses.call, 'the guest calls from VS-mode after it',
        last === undefined ? 'no trap of it' : `its last trap has cause ${last.cause}`);
      run.expectEnd(0, 'after the guest\'s shutdown');
    },
  },
  {
    name: 'uart-linux', points: 15, section: 'A port without a wire', boot: 'linux',
    parents: ['uart-load'],
    says: 'Linux finds the serial port, and prints through it alone',
    hints: ['without earlycon each letter is a store to the UART: is ttyS0 named in a line?',
      'the guest\'s tree has a node serial@10000000 with compatible "ns16550a", reg and '
      + 'clock-frequency; the driver waits for bit 5 of LSR before each letter'],
    code: ['guest.dts', 'serial@10000000'],
    check(run, values) {
      run.expectMatch(/\bttyS0 at MMIO 0x10000000 .* is a 16550A/,
        '10000000.serial: ttyS0 at MMIO 0x10000000 (irq = 0, base_baud = 230400) is a 16550A');
      requireLinux(run, values);
      run.expectMatch(/Unable to mount root fs/, 'Kernel panic - not syncing: VFS: Unable to mount '
        + 'root fs on unknown-block(0,0)');
      run.expectEnd(0, 'after Linux has asked for a reboot');
    },
  },
];
