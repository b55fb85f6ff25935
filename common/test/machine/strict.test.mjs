// The strict machine: right hypervisors and their guests run on it as in QEMU, whatever freedom it
// takes, and each mistake that QEMU forgives is told in a line that points at it.
//
// A patch in patches/ is such a mistake, in the steps that its first line names. What QEMU makes of
// each stands with it, in `mistakes`.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { ChangingPlace, Place } from '../../../book/record/place.mjs';
import { filesIn, listSteps, stepsDirectory } from '../../stairs/steps.mjs';
import { directory as hostileBuilt, disk as hostileDisk, guestFile } from '../hostile/machine.mjs';
import { runTest } from '../hostile/tests.mjs';
import { layout } from '../layout.mjs';
import { greeting, hasSaid, prompt, said } from '../linux.mjs';
import {
  built, complaints, endsWell, guest, Machine, qemus, root, scratchDirectory,
} from '../machine.mjs';
import { disassemble, functionsAt } from '../symbols.mjs';

const here = path.join(root, 'common', 'test', 'machine');
const scratch = scratchDirectory('strict');
const steps = listSteps(stepsDirectory);
const stepOf = (number) => steps.find((name) => name.startsWith(`${number}-`));
const elfOf = (step) => path.join(root, 'build', step, 'hypervisor.elf');

/** Of QEMUs the one whose machine and firmware are most like ours, if there is a new one. */
const twin = qemus.filter(({ major }) => major >= 10).at(-1);

/** All freedoms, as the machine itself has them. */
const freedoms = [...fs.readFileSync(path.join(root, 'common', 'machine', 'strict.hpp'), 'utf8')
  .matchAll(/\{"([a-z0-9-]+)", Freedom::/g)].map(([, name]) => name);

/** A test whose machines are strict ones; when it fails their consoles are shown. */
function strictTest(name, body, parent = { test }) {
  return parent.test(name, async () => {
    const machines = [];
    const boot = ({ variables, ...options } = {}) => {
      const given = { MACHINE: 'strict', LIMIT: 30, ...variables };
      const machine = new Machine({ ...options, variables: given });
      machines.push(machine);
      return machine;
    };
    try {
      await body(boot);
    } catch (error) {
      error.message = [error.message, ...machines.map((machine) => machine.log())].join('\n');
      throw error;
    } finally {
      await Promise.all(machines.map((machine) => machine.stop()));
    }
  });
}

/** What the machine itself has said. */
const reports = (output) => output.split('\n').filter((line) => line.startsWith('strict: '));

/**
 * The lines of hypervisor and guest, without Linux's times and what ends the input. Ours and make's
 * are not among them.
 */
const told = (output) => output.split(/Boot HART MEDELEG.*\n/).at(-1).split('\n')
  .filter((line) => line.trim() && !/^(run|make|strict)[:[]/.test(line))
  .map((line) => line.replace(/^\[ *\d+\.\d+\] /, '').replace(/[\x04\x15]/g, ''));

/** A disk as the guest `mmio` wants it: all 8 bytes hold their number, but for a text at first. */
const disk = path.join(scratch, 'disk');
const words = new BigUint64Array(0x8080 * 64).map((_, number) => BigInt(number));
fs.writeFileSync(disk, Buffer.from(words.buffer));
fs.writeFileSync(disk, 'hello from sector 0\0', { flag: 'r+' });

// Two runs at once cannot both build.
test('all is built', async () => {
  const hostile = new Place('hostile', path.join(root, 'common', 'test', 'hostile'), hostileBuilt);
  const made = [await new Place(steps[0]).make('machine', { MACHINE: 'strict' }),
    await hostile.make('programs')];
  for (const step of steps) {
    made.push(await new Place(step).build());
  }
  made.forEach(({ status, output }) => assert.equal(status, 0, output));
});

// ---- What is right: no report, and the same lines as in QEMU.

/** What is piped into a guest of the steps. */
const typedFor = (name) => (name === 'echo.cpp' ? 'meow\nexit\n' : undefined);

/** Of all small guests in all steps: { step, name, first }, the last whether it is new there. */
const smallGuests = steps.flatMap((step, index) => filesIn(path.join(stepsDirectory, step, 'guest'))
  .map((name) => ({
    step, name, first: !fs.existsSync(path.join(stepsDirectory, steps[index - 1], 'guest', name)),
  })));

/** Runs a step on the strict machine, without a report, and if asked in QEMU, with the same end. */
async function runsAsInQemu(boot, step, { compare = true, ...options } = {}) {
  const both = { step: path.join(stepsDirectory, step), ...options };
  const ours = await boot(both).end();
  assert.deepEqual(reports(ours.output), []);
  if (twin && compare) {
    const variables = { ...options.variables, MACHINE: 'qemu', QEMU: twin.path };
    const theirs = await boot({ ...both, variables }).end();
    assert.deepEqual(told(ours.output), told(theirs.output));
    assert.equal(ours.status, theirs.status, 'the status of make');
  }
}

/** Waits for the end of a guest that checks: it finds nothing wrong, nor does the machine. */
async function passes(machine) {
  await machine.expect(/guest: 0x[1-9a-f][0-9a-f]* checks, 0x0 failed$/m);
  await endsWell(machine);
  assert.deepEqual(reports(machine.output), []);
}

/** Those that are for a machine such as ours, with what is typed for them when they say "type". */
const checking = {
  fresh: '', loopback: '', mmio: '', privileged: '', remaps: '', sbi: 'meow', seed: '', timer: '',
  tree: '', xv6: 'a\x03~q',
};

describe('on the strict machine as in QEMU', { concurrency: 2 }, () => {
  strictTest('01-boot sleeps for ever, which is noticed', async (boot) => {
    const machine = boot({ step: path.join(stepsDirectory, stepOf('01')) });
    const { status, output } = await machine.end();
    assert.notEqual(status, 0);
    const [line, ...more] = reports(output);
    assert.deepEqual(more, []);
    const [, pc] = /^strict: the hart waits \(wfi\) at pc (0x\w+), HS-mode: nothing can wake it$/
      .exec(line) ?? assert.fail(line);
    assert.deepEqual(functionsAt(elfOf(stepOf('01')), [Number(pc)]), [['halt']]);
  });

  for (const step of steps.slice(1)) {
    strictTest(step, (boot) => runsAsInQemu(boot, step));
  }
  for (const { step, name, first } of smallGuests) {
    strictTest(`${step} with guest/${name}`, (boot) => runsAsInQemu(boot, step, {
      compare: first || step === steps.at(-1),
      input: typedFor(name),
      variables: { GUEST: `guest/${name}` },
    }));
  }

  for (const [name, keys] of Object.entries(checking)) {
    strictTest(`15-virtio-blk with the guest ${name}`, async (boot) => {
      const variables = { KERNEL: guest(name), DISK: disk };
      const machine = boot({ variables, terminal: keys !== '' });
      for (const key of keys) {
        await machine.expect(key === keys[0] ? 'type\n' : '');
        machine.type(key);
      }
      await passes(machine);
    });
  }
  strictTest('10-sbi with the guest remaps', async (boot) => {
    const step = path.join(stepsDirectory, stepOf('10'));
    const machine = boot({ step, variables: { KERNEL: guest('remaps') } });
    await machine.expect('remaps: 0x0 failed');
    await endsWell(machine);
    assert.deepEqual(reports(machine.output), []);
  });
});

// ---- The freedoms of the specification: nothing changes for a hypervisor that keeps to it.

/** What runs with each of them: the step, its guest if that is not Linux, what is typed. */
const free = [['07', 'hello.S'], ['12', 'forms.cpp'], ['13', 'echo.cpp'], ['15', undefined]];

/** Linux has the cat say what is typed. The small guests say what they say without a freedom. */
async function endsAsEver(boot, number, name, variables) {
  const options = {
    step: path.join(stepsDirectory, stepOf(number)), input: typedFor(name) ?? 'meow\n',
  };
  const guestVariables = name ? { GUEST: `guest/${name}` } : {};
  const machine = boot({ ...options, variables: { ...guestVariables, ...variables } });
  await endsWell(machine);
  assert.deepEqual(reports(machine.output), []);
  if (name) {
    const { output } = await boot({ ...options, variables: guestVariables }).end();
    assert.deepEqual(told(machine.output), told(output));
  } else {
    assert.deepEqual(said(machine.output), ['meow']);
  }
}

/** Guests that trap, wait, and access devices in every way. */
const trying = ['privileged', 'timer', 'mmio'];

const allFreedoms = freedoms.join(',');
describe('with a freedom', { concurrency: 2 }, () => {
  for (const FREEDOM of [...freedoms, allFreedoms]) {
    const title = FREEDOM === allFreedoms ? 'all of them' : FREEDOM;
    for (const [number, name] of free) {
      strictTest(`${title}: step ${number}, ${name ?? 'Linux'}`,
        (boot) => endsAsEver(boot, number, name, { FREEDOM }));
    }
    strictTest(`${title}: step 15, ${trying.join(', ')}`, async (boot) => {
      for (const name of trying) {
        await passes(boot({ variables: { KERNEL: guest(name), DISK: disk, FREEDOM } }));
      }
    });
  }
});

// ---- Mistakes: each is told in one line that points at it.

/** A report: what it says and of what address, and where the hart was. */
function readReport(line) {
  const [, text, pc, mode] = /^strict: (.*); pc (0x[0-9a-f]+), (\w+)-mode$/.exec(line)
    ?? assert.fail(`no report: ${line}`);
  const addresses = [...text.matchAll(/0x[0-9a-f]+/g)].map(([number]) => Number(number));
  return { text, addresses, pc: Number(pc), mode };
}

/** It is in the hypervisor's function `name`. */
const within = (name) => (report, { elf }) => {
  assert.equal(report.mode, 'HS');
  const [functions] = functionsAt(elf, [report.pc]);
  assert.ok(functions.some((each) => each.startsWith(`${name}(`)), functions.join(', '));
};

/** It is at an instruction of the guest that `pattern` matches. */
const guestAt = (pattern) => (report, { KERNEL }) => {
  assert.equal(report.mode, 'VS');
  const instructions = disassemble(KERNEL.replace(/bin$/, 'elf'));
  assert.match(instructions.find(({ address }) => address === report.pc)?.text ?? '', pattern);
};

/** Where a guest begins as it sees it, and where the machine has that. */
const entry = 0x8020_0000;
function hostEntry(KERNEL) {
  const { ram, end } = layout({ KERNEL });
  return end + (entry - ram);
}

/** It is at the guest's first instruction. */
const atEntry = (report) => {
  assert.equal(report.mode, 'VS');
  assert.equal(report.pc, entry);
};

/** The same, and it tells of that address and of the entry for it in a table of such entries. */
const entryOf = (size) => (report) => {
  atEntry(report);
  const [at, address] = report.addresses;
  assert.equal(address, entry);
  assert.ok(at >= 0x8020_0000 && at < 0x8040_0000, 'the table is the hypervisor\'s');
  assert.equal(at % 4096, 8 * (Math.floor(entry / size) % 512));
};
const GiB = 2 ** 30, megapage = 2 ** 21;

/** It is there, and it tells of an address, or of what that is with the guest that runs. */
const tells = (address, place) => (report, run) => {
  place(report, run);
  const wanted = typeof address === 'function' ? address(run.KERNEL) : address;
  assert.ok(report.addresses.includes(wanted), `not of 0x${wanted.toString(16)}`);
};

const window = 7 * GiB; // of common/test/guests/remaps.cpp

/**
 * By the name of the patch: the words of the report; where it points; the guest, if not one that
 * says hello; and whether that has rebooted before.
 */
const mistakes = {
  // With these QEMU 7.2 and 10 run as ever.
  'fence-i': { says: /fence\.i/, points: tells(hostEntry, atEntry) },
  'hfence-gvma': { says: /hfence\.gvma/, points: entryOf(GiB) },
  'hfence-gvma-reboot': {
    says: /hfence\.gvma.* stored after/, points: entryOf(GiB), guest: 'seed', reboots: true,
  },
  'hfence-gvma-page': {
    says: /hfence\.gvma.* another entry/, points: tells(entry, atEntry), guest: 'seed',
    reboots: true,
  },
  'hfence-vvma': {
    says: /hfence\.vvma/, points: tells(window, guestAt(/^ld /)), guest: 'remaps',
  },
  'hfence-vvma-reboot': {
    says: /hfence\.vvma/, points: tells(window, guestAt(/^ld /)), guest: 'remaps', reboots: true,
  },
  'root-alignment': {
    says: /root table at 0x802[0-9a-f]*[1-35-79-bd-f]000 .* 16 KiB/, points: within('Vcpu::load'),
  },
  'leaf-A': { says: /has no A\b/, points: entryOf(megapage) },
  'leaf-D': {
    says: /guest-physical 0x802\w+ has no D\b/, points: guestAt(/^sd /), guest: 'remaps',
  },
  uxl: { says: /vsstatus\.UXL .*\b0x0\b/, points: within('Vcpu::load') },
  'uxl-float': { says: /vsstatus\.UXL .*\b0x0\b/, points: within('Vcpu::load') },
  hedeleg: { says: /hedeleg/, points: tells(1 << 10, within('Vcpu::load')) },
  // With these there is a fault in QEMU, too, but nobody tells why.
  'leaf-U': { says: /has no U\b/, points: entryOf(megapage) },
  'table-user': { says: /reserved/, points: entryOf(GiB) },
  'reserved-bit': { says: /reserved/, points: entryOf(megapage) },
  superpage: { says: /misaligned superpage/, points: entryOf(megapage) },
  nothing: {
    says: /where nothing is/, points: tells(0x1100_0000, within('firmware::fail')),
    variables: { KERNEL: '' },
  },
};

/** A copy of a step whose files change. */
class Copy {
  constructor(step) {
    this.place = new ChangingPlace(step);
    const directory = path.join(stepsDirectory, step);
    this.files = new Map(filesIn(directory)
      .map((name) => [name, fs.readFileSync(path.join(directory, name), 'utf8')]));
  }

  /** Becomes the step, with what the patch changes. */
  become(patch) {
    this.place.become(this.files);
    if (patch) {
      this.place.apply(patch);
    }
  }

  /** Of a run. */
  options(variables) {
    return { step: this.place.directory, variables: { OUT: this.place.out, ...variables } };
  }
}

/** Defines tests of `names` on copies of a step, with `define(parent, copy, name)`. */
function onCopies(step, names, define) {
  const copies = names.length > 8 ? 2 : 1; // the first build of each takes the longest
  for (let first = 0; first < copies; ++first) {
    test(`${step}, patched`, async (t) => {
      const copy = new Copy(step);
      t.after(() => copy.place.remove());
      for (let at = first; at < names.length; at += copies) {
        await define(t, copy, names[at]);
      }
    });
  }
}

/** The steps that the first line of a patch names. */
const patchFile = (name) => path.join(here, 'patches', `${name}.patch`);
const stepsOf = (name) => /^# .*\. Steps: (.*)\n/.exec(fs.readFileSync(patchFile(name), 'utf8'))[1]
  .split(' ').map(stepOf);

/** What runs on a step that has one of them: variables of make, and the guest's file. */
function small(step, { place }, { guest: other, variables }) {
  const source = step < '07' ? 'guest/call.S' : 'guest/hello.S';
  const given = other ? { KERNEL: guest(other) } : { GUEST: source, ...variables };
  return {
    variables: { ...(step < '06' ? {} : given), DISK: '' },
    KERNEL: given.KERNEL ?? path.join(place.out, `${path.basename(source)}.bin`),
  };
}

/** Runs the patched step, which has to be told of. */
async function isTold(boot, copy, step, name) {
  const mistake = mistakes[name];
  const { variables, KERNEL } = small(step, copy, mistake);
  copy.become(patchFile(name));
  const machine = boot(copy.options(variables));
  const { status, output } = await machine.end();
  assert.notEqual(status, 0, 'the status of make');
  assert.match(output, /Error 3$/m, 'the status of the machine');
  const [line, ...more] = reports(output);
  assert.deepEqual(more, []);
  assert.match(line ?? '', mistake.says);
  mistake.points(readReport(line), { elf: copy.place.elf, KERNEL });
  assert.equal(output.split('the guest reboots').length - 1, mistake.reboots ? 1 : 0);
}

describe('mistakes', { concurrency: 2 }, () => {
  const patches = fs.readdirSync(path.join(here, 'patches')).map((file) => path.parse(file).name);
  test('each patch is tried', () => {
    assert.deepEqual(patches.sort(), [...Object.keys(mistakes), 'htinst'].sort());
  });
  for (const step of [...steps].reverse()) { // the last one takes the longest
    const names = Object.keys(mistakes).filter((name) => stepsOf(name).includes(step));
    if (names.length > 0) {
      onCopies(step, names, (parent, copy, name) =>
        strictTest(`${step}: ${name} is told`, (boot) => isTold(boot, copy, step, name), parent));
    }
  }

  // QEMU 10 always tells the instruction in htinst: there nobody sees who takes that for granted.
  const freedomOf = { 'runs without a freedom': '', 'fails with htinst-zero': 'htinst-zero' };
  onCopies(stepOf('15'), Object.keys(freedomOf), (parent, copy, name) =>
    strictTest(`a hypervisor that trusts in htinst ${name}`, async (boot) => {
      const FREEDOM = freedomOf[name];
      copy.become(patchFile('htinst'));
      const machine = boot(copy.options({ KERNEL: guest('mmio'), DISK: disk, FREEDOM }));
      const [, failed] = await machine.expect(/^guest: 0x\w+ checks, 0x(\w+) failed$/m);
      await endsWell(machine);
      assert.equal(failed === '0', FREEDOM === '');
      assert.deepEqual(reports(machine.output), []);
    }, parent));
});

// ---- The hostile suite's guards of tables and fences: a guest of it notices that one is missing.

/** Patches of common/test/hostile, whose first line names the guests. */
const guards = ['stage2-host-address', 'stage2-no-device', 'stage2-only-ram', 'page-walk',
  'access-across-pages', 'access-across-pages-transformed', 'fetch-executable',
  'delegate-fetch-faults', 'start-supervisor-registers', 'rfence-functions', 'hart-mask',
  'ram-start-alignment', 'ram-end-alignment'];

const guardFile = (guard) => path.join(root, 'common', 'test', 'hostile', 'patches',
  `${guard}.patch`);
const guestOf = (guard) => /^# .*\. Fails: (\S+)/
  .exec(fs.readFileSync(guardFile(guard), 'utf8'))[1];

/** What is wrong with the test `name` of the hostile suite, in that directory. */
async function problems(name, { directory, out }) {
  const [testName, ...how] = name.replaceAll('_', ' ').split('@');
  const build = { MACHINE: 'strict', FREEDOM: how.includes('ignore-htinst') ? 'htinst-zero' : '' };
  const qemu = { path: qemus[0].path, version: '10.0' }; // none of an old one's quirks
  return (await runTest(testName, { step: directory, out, qemu, build, limit: 2 })).problems;
}

describe('guards', { concurrency: 2 }, () => {
  const step = stepOf('15');
  for (const name of new Set(guards.map(guestOf))) {
    test(`${name} passes`, async () => {
      const directory = path.join(stepsDirectory, step);
      assert.deepEqual(await problems(name, { directory, out: path.dirname(elfOf(step)) }), []);
    });
  }
  onCopies(step, guards, (parent, copy, guard) =>
    parent.test(`${guestOf(guard)} notices that ${guard} is missing`, async () => {
      copy.become(guardFile(guard));
      const { status, output } = await copy.place.make('build');
      assert.equal(status, 0, output);
      assert.notDeepEqual(await problems(guestOf(guard), copy.place), []);
    }));
});

// ---- What the user names, right and wrong.

const wrong = {
  'FREEDOM=nonsense': [{ FREEDOM: 'nonsense' }, /^strict: .*nonsense/],
  'FREEDOM with one that is none': [{ FREEDOM: 'sc-fails,nonsense' }, /^strict: .*nonsense/],
  'STRICT=nonsense': [{ STRICT: 'nonsense' }, /^strict: .*nonsense.*stop.*warn/],
  'MACHINE=nonsense': [{ MACHINE: 'nonsense' }, /^run: MACHINE=nonsense: it is qemu or strict$/],
  'FREEDOM on QEMU': [{ MACHINE: 'qemu', FREEDOM: 'sc-fails' }, /^run: FREEDOM.* MACHINE=strict/],
  'STRICT on QEMU': [{ MACHINE: 'qemu', STRICT: 'warn' }, /^run: .*STRICT.* MACHINE=strict/],
  'FREEDOM without MACHINE': [{ MACHINE: '', FREEDOM: 'sc-fails' }, /^run: /],
  'QEMU_FLAGS that it does not know': [{ QEMU_FLAGS: '-smp 2' }, /^strict: -smp: /],
  'LIMIT=0': [{ LIMIT: '0' }, /^run: LIMIT=0: a number of seconds is needed$/],
  'LIMIT=long': [{ LIMIT: 'long' }, /^run: LIMIT=long: a number of seconds is needed$/],
  'too little memory': [{ MEMORY: '5M' }, /^run: MEMORY=5M: too little for these files/],
};
describe('what is wrong is told in one line', { concurrency: 2 }, () => {
  for (const [what, [variables, line]] of Object.entries(wrong)) {
    strictTest(what, async (boot) => {
      const machine = boot({ variables });
      const { status, output } = await machine.end();
      assert.notEqual(status, 0, 'the status of make');
      const lines = complaints(machine);
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.match(lines[0], line);
      assert.doesNotMatch(output, /OpenSBI/, 'the machine has started');
      assert.deepEqual(machine.leftFiles(), [], 'files that are left behind');
    });
  }
});

describe('as make run has it', { concurrency: 2 }, () => {
  strictTest('STRICT=warn goes on, and tells a mistake once', async (boot) => {
    const copy = new Copy(stepOf('07'));
    try {
      copy.become(patchFile('uxl'));
      const machine = boot(copy.options({ STRICT: 'warn' }));
      const { output } = await machine.end(); // its errors and its console come in any order
      assert.deepEqual(reports(output).map((line) => /^strict: vsstatus\.UXL/.test(line)), [true]);
      assert.match(output, /hello from the guest/);
    } finally {
      copy.place.remove();
    }
  });

  strictTest('LIMIT ends what hangs, and says where it stood', async (boot) => {
    const variables = { KERNEL: guestFile('handler-faults'), DISK: '', LIMIT: 1 };
    const machine = boot({ variables });
    const [, who, pc] = await machine.expect(
      /^run: ended after 1 s .*the (\w+) stood at pc (0x\w+)$/m,
    );
    assert.ok(who !== 'hypervisor' || Number(pc) >= 0x80200000, `the ${who} at ${pc}`);
    assert.notEqual((await machine.end()).status, 0);
  });

  strictTest('many piped lines are all said, in order', async (boot) => {
    const lines = Array.from({ length: 50 }, (_, index) =>
      `größe ${index} ${'x'.repeat(index % 40)}`.trim());
    const machine = boot({ input: lines.join('\n') });
    await endsWell(machine);
    assert.ok(hasSaid(machine.output, lines));
  });

  strictTest('MEMORY=2G', async (boot) => {
    const machine = boot({ variables: { MEMORY: '2G' } });
    const [, megabytes] = await machine.expect(/, 2048 MiB of RAM; the guest gets (\d+) MiB$/m);
    assert.ok(Number(megabytes) > 1500, megabytes);
    await machine.expect(greeting);
    await endsWell(machine);
  });

  strictTest('SAVE and a disk that is written; a reboot', async (boot) => {
    const saved = path.join(scratch, 'saved, with a space');
    const machine = boot({
      variables: { KERNEL: guestFile('reboot'), DISK: hostileDisk, SAVE: saved, MEMORY: '64M' },
    });
    await machine.expect('the guest reboots');
    await passes(machine);
    assert.match(machine.output, /^run: .*saved, with a space$/m);
    const expected = fs.readFileSync(hostileDisk).fill(0, 500 * 512, 501 * 512);
    assert.ok(expected.equals(fs.readFileSync(saved)), 'what was saved');
  });

  strictTest('DISK_RO=1', async (boot) => {
    const machine = boot({ variables: { DISK_RO: 1 }, input: 'meow\n' });
    await machine.expect(/^hypervisor: .*read-only/m);
    await endsWell(machine);
    assert.deepEqual(said(machine.output), ['meow']);
  });

  strictTest('INITRD, and typing that comes by interrupt', async (boot) => {
    const machine = boot({
      terminal: true,
      variables: {
        INITRD: `${built}/probe.cpio`, DISK: '', BOOTARGS: 'console=ttyS0 rdinit=/init -- typed',
      },
    });
    const count = async () => Number((await machine.expect(/^ *\d+: +(\d+) .*ttyS0$/m))[1]);
    const before = await count();
    await machine.expect('probe: type\n');
    machine.typeLine('meow');
    await machine.expect('probe: typed meow');
    assert.ok(await count() > before, 'no interrupt has come');
    await machine.expect('probe: type\n');
    machine.typeLine('exit');
    await endsWell(machine);
  });

  strictTest('a terminal: typing, Ctrl-C, a reboot', async (boot) => {
    const machine = boot({ terminal: true });
    await machine.expect(/^run: Ctrl-A x leaves; .*\n/m);
    await machine.expect(prompt);
    machine.typeLine('\x03meow');
    await machine.expect('\x1b[1;36mmeow\x1b[0m');
    machine.typeLine('reboot');
    await machine.expect('the guest reboots');
    await machine.expect(prompt);
    machine.typeLine('exit');
    await endsWell(machine);
    assert.deepEqual(reports(machine.output), []);
  });

  strictTest('Ctrl-A x leaves', async (boot) => {
    const machine = boot({ terminal: true });
    await machine.expect(prompt);
    machine.type('\x01x');
    await machine.expect('strict: terminated');
    await endsWell(machine);
  });
});
