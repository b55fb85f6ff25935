// The strict machine against QEMU: both run the same random programs, and the same random states of
// a hart with two stages of translation, and have to end with the same registers and memory. What
// QEMU does differently is in deviations.mjs.
//
//   SEED=7     other programs and states
//   CASES=N    how many states; of programs there are a quarter as many
//   FIRST=N    the number of the first of them: what a failure names can be run alone

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import { qemus, root, scratchDirectory } from '../machine.mjs';
import { programDeviations, stateDeviations } from './deviations.mjs';
import { comparePrograms } from './programs.mjs';
import { compareStates, definitions } from './states.mjs';

const { SEED = '1', CASES = '24000', FIRST = '0', LLVM_SUFFIX = '-19' } = process.env;
const [seed, states, first] = [SEED, CASES, FIRST].map(Number);
const programs = Math.ceil(states / 4);

/** So many go into one boot, and so many boots run at a time. */
const programsAtOnce = 400, statesAtOnce = 1500, boots = 2;
const mostReports = 5;

const scratch = scratchDirectory('compare');
const run = promisify(execFile);

/** A guest of guests/ as it is in memory from 0x80000000 on. */
function build(name, ...options) {
  const [object, elf, flat] = ['o', 'elf', 'bin']
    .map((kind) => path.join(scratch, `${name}.${kind}`));
  const source = path.join(root, 'common/test/machine/guests', `${name}.S`);
  execFileSync(`clang${LLVM_SUFFIX}`, ['--target=riscv64-linux-gnu', '-mabi=lp64',
    '-march=rv64imafdch_zicsr_zifencei', ...options, '-c', source, '-o', object]);
  execFileSync(`ld.lld${LLVM_SUFFIX}`, ['-static', '-nostdlib', '-Ttext=0x80000000', object, '-o',
    elf]);
  execFileSync(`llvm-objcopy${LLVM_SUFFIX}`, ['-O', 'binary', elf, flat]);
  return fs.readFileSync(flat);
}

/** The strict machine; it goes on after its reports, as there are random mistakes in all states. */
const strict = {
  path: path.join(root, 'build/machine/strict'), cpu: 'rv64',
  options: ['-strict', 'warn'],
};

/** QEMU with the extensions that our machine has, and no others where that can be said. */
function likeOurs(qemu) {
  const cpu = qemu.major < 9 ? 'rv64,zbc=off,debug=off,pmu-num=0'
    : 'rv64,zicbom=off,zicbop=off,zicboz=off,zawrs=off,zfa=off,zbc=off,svadu=off,svade=on,'
      + 'debug=off,pmu-mask=0';
  return { path: qemu.path, cpu, options: [] };
}

/** Runs an image on `machine` to its end: { memory, reports }, of the memory what `region` says. */
async function boot(machine, image, name, region) {
  const ram = path.join(scratch, `${name}.ram`);
  fs.writeFileSync(ram, '');
  fs.truncateSync(ram, 16 << 20);
  try {
    const { stderr } = await run(machine.path, [...machine.options, '-machine', 'virt', '-machine',
      'memory-backend=ram', '-object',
      `memory-backend-file,id=ram,size=16M,mem-path=${ram},share=on`, '-cpu', machine.cpu, '-m',
      '16M', '-display', 'none', '-serial', 'stdio', '-bios', image],
    { timeout: 60_000, killSignal: 'SIGKILL', maxBuffer: 1 << 26 });
    const memory = Buffer.alloc(region.size);
    const file = fs.openSync(ram, 'r');
    fs.readSync(file, memory, 0, region.size, region.at);
    fs.closeSync(file);
    return { memory, reports: stderr.split('\n').filter(Boolean) };
  } catch (error) {
    const end = error.killed ? 'it did not end' : `it ended with ${error.code ?? error.signal}`;
    error.message = `${machine.path}: ${end}\n${error.stderr ?? ''}`.slice(0, 2000);
    throw error;
  } finally {
    fs.rmSync(ram);
  }
}

let images = 0;

/** What runs an image on our machine and on `qemu`. */
const runOnBoth = (qemu) => async (image, region) => {
  const name = `${++images}`;
  const file = path.join(scratch, `${name}.bin`);
  fs.writeFileSync(file, image);
  try {
    return await Promise.all([[strict, 'ours'], [qemu, 'qemu']]
      .map(([machine, which]) => boot(machine, file, `${name}-${which}`, region)));
  } finally {
    fs.rmSync(file);
  }
};

/** Calls `compare` for `total` cases, `atOnce` at a time, until there is enough to report. */
async function inParts(total, atOnce, compare) {
  const reports = [];
  const end = first + total;
  let next = first;
  const work = async () => {
    while (next < end && reports.length < mostReports) {
      const from = next;
      next = Math.min(next + atOnce, end);
      try {
        reports.push(...await compare(from, next - from));
      } catch (error) {
        error.message = `cases ${from} to ${next - 1} of seed ${seed}: ${error.message}`;
        next = end;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: boots }, work));
  assert.ok(reports.length === 0, `\n${reports.slice(0, mostReports).join('\n\n')}`);
}

const harness = { programs: build('programs'), states: build('states', ...definitions) };

for (const qemu of qemus) {
  test(`random programs agree with QEMU ${qemu.version}`, async () => {
    const deviations = programDeviations.filter(({ only }) => only(qemu));
    await inParts(programs, programsAtOnce, (from, count) => comparePrograms(seed, from, count, {
      harness: harness.programs,
      run: runOnBoth(likeOurs(qemu)),
      avoid: (bits) => deviations.some(({ avoids }) => avoids(bits)),
    }));
  });
}

// Earlier ones set A and D themselves, and know other instructions and CSRs.
for (const qemu of qemus.filter(({ major }) => major >= 10)) {
  test(`random privileged states agree with QEMU ${qemu.version}`, async () => {
    const deviations = stateDeviations.filter(({ only = () => true }) => only(qemu));
    await inParts(states, statesAtOnce, (from, count) => compareStates(seed, from, count, {
      harness: harness.states, run: runOnBoth(likeOurs(qemu)), deviations,
    }));
  });
}
