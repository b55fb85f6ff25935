// A firmware for a guest. A guest of the check makes each call that the SBI has and some that it
// has not, and tells the answers; where an answer is a promise, what it promises is looked for.
import { Failure, require, requireEqual, shown } from '../failure.mjs';
import { findLinuxLine, kernel, requireCallsOfLinux } from '../linux.mjs';
import { told } from '../told.mjs';

const ram = 0x8000_0000n;
const image = 0x8020_0000; // where the hypervisor lies
const mostCode = 0x2_0000;

/** What a call returns in a0 (SBI spec, chapter 3). */
const success = 0;
const failed = -1;
const notSupported = -2;
const invalidParam = -3;
const errors = { '0': 'success', '-1': 'failed', '-2': 'not supported', '-3': 'invalid param' };

/** IDs of implementations that belong to somebody (SBI spec 4.9). */
const takenIds = 16n;

const mask = (1n << 64n) - 1n;

/** The letters that guests/calls.cpp makes of its key. */
function textOf(key) {
  let state = BigInt(key);
  return Array.from({ length: 63 }, (_, index) => {
    state = ((state ^ BigInt(index)) * 0x1_0000_01b3n) & mask;
    return String.fromCharCode(97 + Number((state >> 40n) % 26n));
  }).join('');
}

const named = (error) => `${error}${errors[error] ? ` (${errors[error]})` : ''}`;

/** The answer to a call is that error, and that value where one is named. */
function expectAnswer(run, name, says, error, value) {
  const [a0, a1] = told(run, name, `how ${says} was answered`);
  require(BigInt.asIntN(64, a0) === BigInt(error), `in a0 after ${says}: ${named(error)}`,
    named(BigInt.asIntN(64, a0)));
  if (value !== undefined) {
    requireEqual(a1, BigInt.asUintN(64, BigInt(value)), `in a1 after ${says}`);
  }
}

/** BASE says that an extension is there. */
function expectExtension(run, probe, name) {
  const says = `a probe for ${name}`;
  expectAnswer(run, probe, says, success);
  const [, value] = told(run, probe, `how ${says} was answered`);
  require(value !== 0n, `in a1 after ${says} any number but 0`, '0');
}

/** The fences in the hypervisor's code, by their addresses. */
function fencesIn(code) {
  const found = new Map();
  for (let at = 0; at + 4 <= code.length; at += 2) {
    const word = code.readUInt32LE(at);
    if (word === 0x0000_100f) {
      found.set(BigInt(image + at), 'fence.i');
    } else if (((word & 0xfe00_7fff) >>> 0) === 0x2200_0073) {
      found.set(BigInt(image + at), 'hfence.vvma');
    }
  }
  return found;
}

/** Which fences the hypervisor executes for each function of RFENCE: guests/fence.S. */
async function watchFences(machine, { offset }) {
  if (await machine.until(/^ready$/m) === undefined) {
    return undefined;
  }
  const stub = await machine.stub();
  const fences = fencesIn(await stub.memory(image, mostCode));
  const waiting = ram + BigInt(offset) + 0x1000n;
  await stub.runTo([waiting]); // s1 is the guest's only there
  const executed = [];
  for (const number of [0, 1, 2]) {
    await stub.setRegister('s1', number + 1);
    const found = [];
    let pc = await stub.runTo([waiting, ...fences.keys()]);
    while (pc !== waiting && found.length < 20) {
      found.push(fences.get(pc));
      pc = await stub.runTo([waiting, ...fences.keys()]);
    }
    executed.push(found);
  }
  return executed;
}

export const boots = {
  calls: {
    guest: 'calls.cpp',
    values: (any) => ({
      key: any.number(2 ** 20, 2 ** 31), unknown: any.number(0x1000_0000, 0x1fff_ffff),
      function: any.number(7, 2 ** 20), absent: any.number(1, 62),
    }),
  },
  keys: {
    guest: 'keys.cpp',
    values: (any) => ({ key: any.number(2 ** 20, 2 ** 31), typed: any.word().slice(0, 6) }),
    async drive(machine, { typed }) {
      if (await machine.until(/^type$/m)) {
        machine.type(typed);
      }
    },
  },
  reset: {
    guest: 'reset.cpp',
    values: (any) => ({ key: any.number(2 ** 20, 2 ** 31), reserved: any.number(3, 2 ** 30) }),
  },
  fence: {
    guest: 'fence.S',
    values: (any) => ({ offset: 2 ** 20 * any.number(16, 32) }),
    drive: watchFences,
    isEnough: true,
  },
  linux: {
    values: (any) => ({ word: any.word() }),
    variables: ({ word }) => ({
      KERNEL: kernel, BOOTARGS: `earlycon=sbi console=hvc0 panic=-1 ${word}`,
    }),
    quiet: 20,
  },
};

export const tests = [
  {
    name: 'base', points: 10, section: 'Who the firmware is', boot: 'calls', lasts: true,
    says: 'the guest learns which SBI it has, and what is not there',
    hints: ['a0 has the error, 0, and a1 what was asked for',
      'the version is the major number above 24 bits of the minor one; a probe looks into the '
      + 'table in which the handlers are'],
    code: ['sbi.cpp', 'Reply base'],
    check(run) {
      expectAnswer(run, 'version', 'a question for the version, 2.0', success, 0x200_0000);
      expectAnswer(run, 'implementation', 'a question for the implementation', success);
      const [, id] = told(run, 'implementation', 'which implementation it has');
      require(id >= takenIds, 'an implementation ID that is nobody else\'s: not below '
        + `${takenIds}`, String(id));
      for (const [name, what] of [['implementation-version', 'version of the implementation'],
        ['vendor', 'vendor of the machine'], ['architecture', 'architecture of the machine'],
        ['machine', 'implementation of the machine']]) {
        expectAnswer(run, name, `a question for the ${what}`, success);
      }
      expectExtension(run, 'probe-base', 'BASE');
      expectAnswer(run, 'probe-unknown', 'a probe for what nobody has', success, 0);
    },
  },
  {
    name: 'unknown-answered', points: 10, section: 'No is an answer', boot: 'calls', lasts: true,
    says: 'a call that is not there gets an answer, and the guest goes on',
    hints: ['no call may stop the guest: what is not there is not supported, -2',
      'the legacy calls, 0 to 15, return a0 alone: their a1 stays as it was'],
    code: ['sbi.cpp', 'not_supported'],
    check(run, { key, unknown, function: number }) {
      expectAnswer(run, 'unknown', `a call of extension ${shown(unknown)}`, notSupported);
      expectAnswer(run, 'unknown-function', `a call of BASE, function ${shown(number)}`,
        notSupported);
      expectAnswer(run, 'unknown-legacy', 'a call of extension 0xf, whose a1 stays', notSupported,
        key);
      run.expectEnd(0, 'after the guest\'s shutdown');
    },
  },
  {
    name: 'console-write', points: 10, section: 'A text by its address', boot: 'calls',
    lasts: true,
    says: 'the debug console prints a text and says how much of it',
    hints: ['a0 is the number of bytes, a1 their address in the guest\'s RAM',
      'the value is how many bytes have been printed, all of them or less; function 2 prints one'],
    code: ['sbi.cpp', 'debug_console'],
    check(run, { key }) {
      const text = textOf(key);
      expectExtension(run, 'probe-console', 'DBCN');
      const [error, written] = told(run, 'written', 'how much it has written');
      require(error === 0n, `in a0 after a write: ${named(success)}`,
        named(BigInt.asIntN(64, error)));
      requireEqual(written, text.length + 1, 'the values of all writes, added up');
      run.expectLine(text);
      requireEqual(told(run, 'byte', 'how it has written a byte')[0], success,
        'in a0 after a write of one byte');
      run.expectLine(text.slice(0, 3));
    },
  },
  {
    name: 'console-refuses', points: 8, section: 'A text by its address', boot: 'calls',
    lasts: true, parents: ['console-write'],
    says: 'the debug console touches no byte that is not the guest\'s',
    hints: ['an address alone is not enough: all bytes from it on have to be the guest\'s',
      'span takes the length, too, and adds nothing that may wrap round; an address with a high '
      + 'half is beyond all RAM'],
    code: ['sbi.cpp', 'call.memory.span'],
    check(run) {
      for (const [name, says] of [
        ['outside', 'a write of 16 bytes from 0x1000 on'],
        ['across', 'a write of 128 bytes from the last one of RAM on'],
        ['wrapped', 'a write of 2^64 - 1 bytes'],
        ['high', 'a write from an address whose high half is 1'],
        ['read-outside', 'a read of 16 bytes to 0x1000'],
        ['read-across', 'a read of 128 bytes to the last one of RAM'],
      ]) {
        expectAnswer(run, name, says, invalidParam);
      }
    },
  },
  {
    name: 'remote-fences', points: 15, section: 'Fences for other harts', boot: 'calls',
    lasts: true,
    says: 'remote fences are there, for the guest\'s hart and no other',
    hints: ['which harts do mask and base name? Bit n of the mask is hart base + n',
      'base -1 means all harts, whatever the mask; a hart that does not exist is an invalid param; '
      + 'the functions from 3 on are for a guest with H, which ours is not'],
    code: ['sbi.cpp', 'HartMask'],
    check(run, { absent }) {
      expectExtension(run, 'probe-fence', 'RFENCE');
      for (const [name, says, error] of [
        ['fence-i', 'a fence.i on hart 0', success],
        ['fence-vma', 'an sfence.vma on hart 0', success],
        ['fence-asid', 'an sfence.vma of an address space on hart 0', success],
        ['fence-all', 'an sfence.vma with base -1, on all harts', success],
        ['fence-none', 'an sfence.vma with an empty mask', success],
        ['fence-base', `a fence.i with mask 1 and base ${absent}`, invalidParam],
        ['fence-mask', `an sfence.vma with bit ${absent} in the mask`, invalidParam],
        ['fence-two', `an sfence.vma with the bits 0 and ${absent} in the mask`, invalidParam],
        ['fence-guest', 'an hfence.gvma on hart 0', notSupported],
      ]) {
        expectAnswer(run, name, says, error);
      }
    },
  },
  {
    name: 'fences-done', points: 5, section: 'Fences for other harts', boot: 'fence', lasts: true,
    parents: ['remote-fences', 'image-header'],
    says: 'a remote fence is a fence on the guest\'s hart',
    hints: ['success is a promise: what does the handler do before it answers?',
      'function 0 is a fence.i; functions 1 and 2 are hfence.vvma, since sfence.vma would be about '
      + 'our own page tables'],
    code: ['vcpu.cpp', 'Vcpu::sfence_vma'],
    check(run) {
      require(run.seen, 'a guest that waits for its fences', 'none');
      ['fence.i', 'hfence.vvma', 'hfence.vvma'].forEach((fence, number) => {
        require(run.seen[number].includes(fence), `${fence}, executed by the hypervisor when its `
          + `guest calls function ${number} of RFENCE`,
        run.seen[number].length > 0 ? `only ${[...new Set(run.seen[number])].join(', ')}`
          : 'no fence at all');
      });
    },
  },
  {
    name: 'ipi', points: 8, section: 'An interrupt that is a call', boot: 'calls', lasts: true,
    says: 'the guest sends itself an interrupt, and takes it',
    hints: ['what is set in hvip is pending for the guest: it sees VSSIP, bit 2, as bit 1 of sip',
      'base -1 means all harts; of a hart that is not there nothing becomes pending'],
    code: ['sbi.cpp', 'Reply ipi'],
    check(run, { absent }) {
      expectExtension(run, 'probe-ipi', 'IPI');
      for (const [name, says, error, pending] of [
        ['ipi-mine', 'an IPI to hart 0', success, 2],
        ['ipi-all', 'an IPI to all harts, base -1', success, 2],
        ['ipi-none', 'an IPI with an empty mask', success, 0],
        ['ipi-base', `an IPI with mask 1 and base ${absent}`, invalidParam, 0],
        ['ipi-mask', `an IPI with bit ${absent} in the mask`, invalidParam, 0],
      ]) {
        expectAnswer(run, name, says, error);
        requireEqual(told(run, name, 'what is pending')[1], pending, `SSIP in sip after ${says}`);
      }
      requireEqual(told(run, 'ipi-taken', 'which interrupt it has taken')[0], (1n << 63n) | 1n,
        'scause in the guest\'s handler after an IPI to hart 0');
    },
  },
  {
    name: 'typed-keys', points: 4, section: 'A text by its address', boot: 'keys', lasts: true,
    says: 'the guest reads what is typed, and is told when that is nothing',
    hints: ['what a legacy call returns is in a0: a key, or -1; a1 stays',
      'function 1 of DBCN stores the typed bytes, and its value says how many: 0 is no error'],
    code: ['sbi.cpp', 'legacy_console_getchar'],
    check(run, { key, typed }) {
      expectAnswer(run, 'none', 'console_getchar, with nothing typed and a1 that stays', failed,
        key);
      expectAnswer(run, 'no-text', 'a read of DBCN, with nothing typed', success, 0);
      const letters = (name) => told(run, name, 'which letters it has read').slice(0, 3)
        .map((letter) => String.fromCharCode(Number(letter & 0xffn))).join('');
      for (const [name, says, expected] of [['keys', 'console_getchar', typed.slice(0, 3)],
        ['text', 'the debug console', typed.slice(3)]]) {
        require(letters(name) === expected, `of "${typed}" by ${says} "${expected}"`,
          `"${letters(name)}"`);
      }
    },
  },
  {
    name: 'reset', points: 15, section: 'A restart', boot: 'reset', lasts: true,
    says: 'the guest has its machine shut down by SRST',
    hints: ['the type is in a0, 0 is a shutdown; the reason in a1 does not change what happens',
      'types and reasons that are reserved are an invalid param, and then the guest goes on'],
    code: ['sbi.cpp', 'system_reset'],
    check(run, { reserved }) {
      expectExtension(run, 'probe', 'SRST');
      expectAnswer(run, 'type', `a reset of type ${shown(reserved)}`, invalidParam);
      expectAnswer(run, 'reason', `a shutdown for the reason ${shown(reserved)}`, invalidParam);
      expectAnswer(run, 'function', `a call of SRST, function ${shown(reserved)}`, notSupported);
      const back = run.lines.find((line) => line.startsWith('returned '));
      if (back) {
        throw new Failure('a shutdown that does not come back', [back]);
      }
      run.expectEnd(0, 'after the guest\'s shutdown');
    },
  },
  {
    name: 'linux-restarts', points: 15, section: 'A restart', boot: 'linux', parents: ['reset'],
    says: 'Linux finds its firmware, panics for want of a disk, and has its machine restarted',
    hints: ['what does Linux print of the SBI? What it has not found it does not use',
      'a guest that asks for a reboot ends the run for now, without an error'],
    code: ['main.cpp', 'Stop::reboot'],
    check(run, { word }) {
      for (const like of [`Kernel command line: earlycon=sbi console=hvc0 panic=-1 ${word}`,
        'SBI specification v2.0 detected', 'SBI SRST extension detected',
        'Kernel panic - not syncing: VFS: Unable to mount root fs']) {
        findLinuxLine(run, new RegExp(`^${like}`), like);
      }
      requireCallsOfLinux(run);
      run.expectEnd(0, 'after Linux\' restart');
    },
  },
];
