// The strict machine as WebAssembly against the native program: both are one source, so the same
// input brings the same run, to the instruction and to the last byte of RAM.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { StrictMachine } from '../../machine/wasm.mjs';
import { listSteps, stepsDirectory } from '../../stairs/steps.mjs';
import { layout } from '../layout.mjs';
import { built, linux, root, scratchDirectory, squashfs, userEnvironment } from '../machine.mjs';

const strict = path.join(root, 'build', 'machine', 'strict');
const out = path.join(built, 'wasm');
const scratch = scratchDirectory('wasm');

/** OpenSBI, from where common/install/doctor.sh and the native program find it. */
const prefixes = ['/usr', '/usr/local', ...fs.readdirSync('/opt').map((name) => `/opt/${name}`)];
const firmware = prefixes
  .map((prefix) => `${prefix}/share/qemu/opensbi-riscv64-generic-fw_dynamic.bin`)
  .find((file) => fs.existsSync(file));

const make = (...words) => execFileSync('make', ['--no-print-directory', ...words], {
  cwd: root, env: userEnvironment(), stdio: 'pipe',
});

make('-C', 'common/machine', 'native', 'wasm');
const module = await WebAssembly.compile(
  fs.readFileSync(path.join(root, 'build', 'machine', 'machine.wasm')));

const directories = new Map();
/** Builds a step where nobody else does, once; returns its directory. */
function build(number) {
  if (!directories.has(number)) {
    const step = listSteps(stepsDirectory).find((name) => name.startsWith(`${number}-`));
    directories.set(number, path.join(out, step));
    make('-C', path.join('steps', step), 'build', 'guest', `OUT=${path.join(out, step)}`);
  }
  return directories.get(number);
}

/** What runs, by the number of its step, as its Makefile has it. */
const software = {
  '02': {},
  '07': { own: 'hello.S.bin' },
  '09': { kernel: linux, bootargs: 'earlycon=sbi console=hvc0' },
  15: {
    kernel: linux, disk: squashfs, bootargs: 'earlycon=sbi console=ttyS0 root=/dev/vda',
    input: 'meow\n',
  },
};

/** A run that both machines can do: { hypervisor, modules, bootargs, freedoms, input }. */
function runOf(number, freedoms = []) {
  const directory = build(number);
  const { own, kernel = own && path.join(directory, own), disk, bootargs = '', input = '' }
    = software[number];
  const places = layout({ KERNEL: kernel, DISK: disk });
  const modules = [
    { name: 'kernel', kind: 'kernel', address: places.kernel, file: kernel },
    { name: 'disk', kind: 'kernel', address: places.disk, file: disk, bootargs: 'disk' },
  ].filter(({ file }) => file);
  const hypervisor = path.join(directory, 'hypervisor.elf');
  return { hypervisor, modules, bootargs, freedoms, input };
}

/** What the native program does: { output, status, report, instructions, ramHash }. */
function runNatively({ hypervisor, modules, bootargs, freedoms, input }) {
  const loaders = modules.flatMap(({ address, file, bootargs: own }) => ['-device',
    `guest-loader,addr=${address},kernel=${file}${own ? `,bootargs=${own}` : ''}`]);
  const { status, stdout, stderr } = spawnSync(strict, [
    '-bios', firmware, '-kernel', hypervisor, '-append', bootargs, ...loaders,
    '-freedom', freedoms.join(','), '-unattended', '-stats',
  ], { input, timeout: 120_000, maxBuffer: 1 << 24 });
  const said = stderr.toString();
  const [, instructions, ramHash] = /^strict: (\d+) instr.* RAM is (0x[0-9a-f]{16})$/m.exec(said)
    ?? assert.fail(`the native program said: ${said}`);
  return {
    output: stdout.toString('latin1'),
    status,
    report: /^(strict: (?!\d+ instructions).*)/m.exec(said)?.[1] ?? '',
    instructions: Number(instructions),
    ramHash: BigInt(ramHash),
  };
}

function load(machine, { hypervisor, modules, bootargs, freedoms }) {
  machine.load({
    firmware: fs.readFileSync(firmware),
    hypervisor: fs.readFileSync(hypervisor),
    modules: modules.map((one) => ({ ...one, content: fs.readFileSync(one.file) })),
    bootargs,
    freedoms,
  });
}

/**
 * Types and waits as the native program does without a terminal (Unattended in
 * native_console.cpp); returns what runNatively does.
 * @param {number} piece of the run, in instructions
 */
function runToEnd(machine, input, piece = 1e9) {
  const second = StrictMachine.ticksPerSecond;
  const chunks = [];
  let stop;
  let idle = 0;
  machine.type('\x15'.repeat(64));
  machine.type(`${input}\x04\x04`);
  while (stop !== 'ended' && stop !== 'reported') {
    const result = machine.run(piece);
    chunks.push(Buffer.from(result.output));
    stop = result.stop;
    if (stop === 'waiting') {
      const ended = machine.untaken < 2; // nothing of the input is left
      const passed = Math.min(machine.untilEvent, second - (ended ? idle : 0));
      machine.wait(passed);
      idle += ended ? passed : 0;
      if (idle === second) {
        idle = 0;
        machine.type('\x04\x04');
      }
    }
  }
  const { instructions, ramHash, report } = machine;
  return {
    output: Buffer.concat(chunks).toString('latin1'),
    status: stop === 'reported' ? 3 : machine.status,
    report: stop === 'reported' ? report : '',
    instructions,
    ramHash,
  };
}

/** Runs it on both, which must agree, and returns what they did. */
function agree(run) {
  const machine = new StrictMachine(module);
  load(machine, run);
  const ours = runToEnd(machine, run.input);
  assert.deepEqual(ours, runNatively(run));
  return ours;
}

describe('WebAssembly does what the native program does', () => {
  for (const number of ['02', '07', '09', '15']) {
    test(`step ${number}`, () => {
      const { report, output } = agree(runOf(number));
      assert.equal(report, '');
      assert.match(output, /\nhypervisor: /);
    });
  }

  for (const freedoms of [['sc-fails', 'wfi-returns'], ['sv39-only', 'no-asid', 'htinst-zero']]) {
    test(`step 15 with ${freedoms.join(', ')}`, () => {
      const plain = runOf('15');
      const { instructions } = agree({ ...plain, freedoms });
      assert.notEqual(instructions, runNatively(plain).instructions,
        'they change nothing');
    });
  }

  test('a guest that waits for time to pass', () => {
    const run = runOf('15');
    const { output } = agree({ ...run, bootargs: `${run.bootargs} rootdelay=1` });
    assert.match(output, /Waiting 1 sec before mounting root device/);
  });

  test('a report', () => {
    const run = runOf('09');
    const hypervisor = fs.readFileSync(run.hypervisor);
    const fence = Buffer.from('0f100000', 'hex'); // fence.i
    for (let at = hypervisor.indexOf(fence); at >= 0; at = hypervisor.indexOf(fence)) {
      hypervisor.write('13000000', at, 'hex'); // nop
    }
    const file = path.join(scratch, 'no-fence.elf');
    fs.writeFileSync(file, hypervisor);
    assert.match(agree({ ...run, hypervisor: file }).report, /^strict: fence\.i is missing/);
  });
});

/** Stops at each exit. */
class Stopping extends StrictMachine {
  stopped = 0;

  run(instructions) {
    this.stopAtExit(this.exits + 1);
    const result = super.run(instructions);
    this.stopped += result.stop === 'exited' ? 1 : 0;
    return result;
  }
}

describe('runs repeat', () => {
  const run = runOf('15');
  const machine = new Stopping(module);
  load(machine, run);
  const first = runToEnd(machine, run.input);

  test('from exit to exit', () => {
    assert.ok(machine.exits > 1000);
    assert.equal(machine.stopped, machine.exits);
    assert.deepEqual(first, runNatively(run));
  });

  test('in pieces, after a restart', () => {
    machine.restart();
    assert.deepEqual(runToEnd(machine, run.input, 7_777), first);
  });

  test('after other software', () => {
    const other = runOf('07');
    load(machine, other);
    runToEnd(machine, other.input);
    load(machine, run);
    assert.deepEqual(runToEnd(machine, run.input), first);
  });
});

describe('what the page sees', () => {
  test('registers, RAM, and an exit', () => {
    const machine = new StrictMachine(module);
    const run = runOf('07');
    load(machine, run);
    assert.equal(machine.mode, 'M-mode');
    assert.equal(machine.pc, 0x1000n);
    const [{ address, file }] = run.modules;
    const content = fs.readFileSync(file);
    assert.deepEqual(Buffer.from(machine.read(address, content.length)), content);
    assert.equal(machine.read(0x7fff_ff00, 0x110).length, 0x10, 'only what is RAM');

    machine.stopAtExit(1);
    assert.equal(machine.run(1e9).stop, 'exited');
    const { cause, pc } = machine.lastExit;
    assert.equal(machine.mode, 'HS-mode');
    assert.equal(cause, 10n, 'an ecall of the guest');
    assert.equal(machine.csr(0x142), cause, 'scause');
    assert.equal(machine.csr(0x141), pc, 'sepc');
    assert.equal(machine.csr(0x105), machine.pc, 'stvec');
    assert.equal(machine.csr(0x7ff), 0n, 'there is none with this number');
    assert.equal(machine.exits, 1);
    assert.equal(machine.x(0), 0n);
  });

  test('what cannot start says why, and the next one starts', () => {
    const machine = new StrictMachine(module);
    const run = runOf('07');
    const bad = (change) => () => load(machine, { ...run, ...change });
    const [kernel] = run.modules;
    assert.throws(bad({ hypervisor: kernel.file }), /^Error: hypervisor: .* no ELF file/);
    assert.throws(bad({ modules: [kernel, kernel] }), /^Error: kernel: something else lies where/);
    assert.throws(bad({ modules: Array(9).fill(kernel) }), /no place for one more kernel/);
    assert.throws(bad({ freedoms: ['nonsense'] }), /^Error: nonsense: there is no such freedom/);
    load(machine, run);
    assert.equal(runToEnd(machine, run.input).status, 0);
  });
});
