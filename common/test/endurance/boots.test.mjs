// Boots in a row, each with a machine that is drawn at random: each must come to its greeting and
// end well; without a disk Linux must say that it finds none.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { layout } from '../layout.mjs';
import { greeting, said } from '../linux.mjs';
import { Machine, endsWell, linux, qemus, squashfs } from '../machine.mjs';
import { Random, boots, emptyDirectory, isHealthy, seed, work } from './endurance.mjs';

const MiB = 2 ** 20;
const mostFailures = 5; // then there is nothing new to learn

const noDisk = /Unable to mount root fs on .*unknown-block\(254,0\)/; // a later Linux names it, too
const consoles = ['console=ttyS0', 'console=hvc0', 'earlycon=sbi console=ttyS0',
  'earlycon=sbi console=hvc0', 'console=hvc0 console=ttyS0', 'console=ttyS0 console=hvc0'];

/** Makes a disk in `file`; returns what it is in words. Any number of sectors is fair. */
function makeDisk(random, file) {
  const kind = random.pick(['squashfs', 'ext4', 'ext4']);
  const more = random.pick([0, 1, random.below(2000)]);
  if (kind === 'squashfs') {
    fs.copyFileSync(squashfs, file);
  } else {
    const blockSize = random.pick([1024, 2048, 4096]);
    const blocks = Math.ceil(random.between(4 * MiB, 128 * MiB) / blockSize);
    execFileSync('mke2fs', ['-q', '-t', 'ext4', '-b', String(blockSize),
      '-d', path.join(work, 'root'), file, String(blocks)],
      { stdio: 'pipe' }); // it tells when there is no room for a journal
  }
  fs.truncateSync(file, fs.statSync(file).size + more * 512);
  return kind;
}

/** The least memory, in MiB, in which Linux comes to its userspace with this disk. */
function leastMemory(disk) {
  return layout({ KERNEL: linux, DISK: disk }).least + 8;
}

/** The variables of one run, and what else is to be known of it. */
function draw(random, directory) {
  const qemu = random.pick(qemus);
  const disk = random.oneIn(6) ? '' : path.join(directory, 'disk');
  const kind = disk && makeDisk(random, disk);
  const readOnly = kind !== '' && random.oneIn(3);
  const flags = [`-seed ${random.below(2 ** 31)}`, `-smp ${1 + random.below(4)}`];
  if (random.oneIn(2)) {
    flags.push('-cpu rv64,sstc=false');
  }
  const bootArguments = [random.pick(consoles), 'root=/dev/vda'];
  if (kind === 'ext4' && !readOnly && random.oneIn(2)) {
    bootArguments.push('rw');
  }
  const variables = {
    QEMU: qemu.path,
    MEMORY: `${random.between(leastMemory(disk), 1024)}M`,
    DISK: disk,
    BOOTARGS: bootArguments.join(' '),
    QEMU_FLAGS: flags.join(' '),
  };
  if (readOnly) {
    variables.DISK_RO = 1;
  }
  if (disk && random.oneIn(3)) {
    variables.SAVE = path.join(directory, 'saved');
  }
  const lines = Array.from({ length: random.below(3) }, (_, index) => `line ${index}`);
  return { qemu, kind, unchanged: readOnly || kind === 'squashfs', variables, lines };
}

async function boot({ kind, unchanged, variables, lines }, machine) {
  if (!kind) {
    await machine.expect(noDisk);
    // What follows the disk's size is about a disk without sectors.
    isHealthy(machine.output.slice(0, machine.output.indexOf('[vda] 0 512-byte')));
    return; // Linux would wait for ever
  }
  await machine.expect(greeting);
  await machine.expect('the guest has powered off');
  await endsWell(machine);
  assert.deepEqual(said(machine.output), lines, 'what the cat says');
  isHealthy(machine.output);
  if (variables.SAVE) {
    const [before, after] = [variables.DISK, variables.SAVE].map((file) => fs.readFileSync(file));
    assert.equal(after.length, before.length, 'the size of the saved disk');
    assert(!unchanged || after.equals(before), 'a disk that is only read was saved with changes');
  }
}

/** What the boots were, in one line. */
function summary(plans) {
  const sizes = plans.map(({ variables }) => parseInt(variables.MEMORY, 10));
  const count = (condition) => plans.filter(condition).length;
  return [
    `memory from ${Math.min(...sizes)}M to ${Math.max(...sizes)}M`,
    ...['squashfs', 'ext4'].map((kind) => `${count((plan) => plan.kind === kind)} with ${kind}`),
    `${count(({ kind }) => !kind)} without a disk`,
    `${count(({ variables }) => variables.DISK_RO)} read-only`,
    `${count(({ variables }) => variables.SAVE)} saved`,
    `${count(({ variables }) => /sstc=false/.test(variables.QEMU_FLAGS))} without Sstc`,
    `${count(({ variables }) => !/smp 1/.test(variables.QEMU_FLAGS))} with more than one hart`,
    ...qemus.map((qemu) => `${count((plan) => plan.qemu === qemu)} on QEMU ${qemu.version}`),
  ].join(', ');
}

/** Whether the boot of `plan`, drawn with this seed, goes well; else it is told why. */
async function goesWell(plan, itsSeed) {
  const machine = new Machine({
    variables: plan.variables,
    input: plan.lines.map((line) => `${line}\n`).join(''),
  });
  try {
    await boot(plan, machine);
    return true;
  } catch (error) {
    console.log(`FAILED: the boot with SEED=${itsSeed} BOOTS=1: ${error.message}\n`
      + `QEMU ${plan.qemu.version}, disk: ${plan.kind || 'none'}\n${machine.log()}`);
    return false;
  } finally {
    await machine.stop();
  }
}

test(`${boots} boots in a row with SEED=${seed}`, async () => {
  const failed = [];
  const plans = [];
  for (let count = 1; count <= boots && failed.length < mostFailures; count += 1) {
    const itsSeed = seed + count - 1;
    const plan = draw(new Random(itsSeed), emptyDirectory('boot'));
    plans.push(plan);
    if (!await goesWell(plan, itsSeed)) {
      failed.push(itsSeed);
    }
    if (count % 10 === 0 || count === boots) {
      console.log(`boots: ${count} of ${boots}, ${failed.length} failed`);
    }
  }
  console.log(`boots: ${summary(plans)}`);
  assert.deepEqual(failed, [], 'the seeds of the boots that failed');
});
