// Programs that are no hypervisor, and a QEMU that is none: from chapter 5 on they get next to
// nothing, whatever they print.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { grade } from '../../check/grade.mjs';
import { checkpoints } from '../../check/plan.mjs';
import { root } from '../../check/submission.mjs';
import { scratchDirectory, userEnvironment } from '../machine.mjs';

const most = 10; // points
const sources = fileURLToPath(new URL('fakes', import.meta.url));
const scratch = scratchDirectory('fakes');
const fromFive = checkpoints.filter((step) => step >= '05');

/**
 * A directory with a program in it that takes the variables of a step.
 * @param {string} makefile what its Makefile says besides
 */
function makeFake(name, step, makefile = '') {
  const directory = fs.mkdtempSync(path.join(scratch, `${name}-${step}-`));
  fs.cpSync(path.join(sources, name), directory, { recursive: true });
  fs.copyFileSync(path.join(sources, 'hypervisor.ld'), path.join(directory, 'hypervisor.ld'));
  const book = path.join(root, 'steps', step);
  if (fs.existsSync(path.join(book, 'guest'))) {
    fs.cpSync(path.join(book, 'guest'), path.join(directory, 'guest'), { recursive: true });
  }
  fs.writeFileSync(path.join(directory, 'Makefile'), makefile
    + fs.readFileSync(path.join(book, 'Makefile'), 'utf8').replace('../../', `${root}/`));
  return directory;
}

/** A program that prints, and ends with a status. */
const makePrinter = (step, status) => makeFake('printer', step, `DEFINES := -DSTATUS=${status}\n`);

/** What a program gets as a step. */
async function pointsOf(directory, step) {
  const { points, fault, results } = await grade(directory, step,
    { out: `${directory}.build`, seed: 'fakes' });
  assert.equal(fault, undefined);
  return { points, passed: results.filter(({ state }) => state === 'passed')
    .map(({ test: { name } }) => name) };
}

describe('next to nothing is given', { concurrency: 2 }, () => {
  for (const status of [0, 1]) {
    for (const step of fromFive) {
      test(`as ${step} to a program that prints, and ends with status ${status}`, async () => {
        const { points, passed } = await pointsOf(makePrinter(step, status), step);
        assert.ok(points <= most, `${points} points for ${passed.join(', ')}`);
      });
    }
  }
  for (const step of checkpoints.filter((each) => each >= '06')) {
    test(`as ${step} to a jump to the kernel in HS-mode`, async () => {
      const { points, passed } = await pointsOf(makeFake('jump', step), step);
      assert.ok(points <= most, `${points} points for ${passed.join(', ')}`);
    });
  }
});

test('nor as 03 to a line about an instruction that no hart has found illegal', async () => {
  const { points, passed } = await pointsOf(makePrinter('03-traps', 1), '03-traps');
  assert.ok(points <= most, `${points} points for ${passed.join(', ')}`);
});

test('the fakes do what they are for', async () => {
  const consoleOf = async (directory) => {
    const { results } = await grade(directory, '07-hypercall',
      { out: `${directory}.build`, seed: 'fakes', only: 'call' });
    return results.find(({ run }) => run).run.console;
  };
  assert.match(await consoleOf(makePrinter('07-hypercall', 0)), /the guest has powered off/);
  assert.match(await consoleOf(makeFake('jump', '07-hypercall')), /^numbers( 0x\w+)+$/m);
});

/** Checks step 07 with something before what its Makefile says: the last line. */
function checkWith(makefile, qemu) {
  const directory = fs.mkdtempSync(path.join(scratch, 'makefile-'));
  fs.cpSync(path.join(root, 'steps', '07-hypercall'), directory, { recursive: true });
  const file = path.join(directory, 'Makefile');
  fs.writeFileSync(file, makefile + fs.readFileSync(file, 'utf8').replace('../../', `${root}/`));
  fs.writeFileSync(path.join(directory, 'qemu'), qemu, { mode: 0o755 });
  return spawnSync('make', ['check', 'STEP=07', `DIR=${directory}`],
    { cwd: root, env: userEnvironment(), encoding: 'utf8' }).stdout.trim().split('\n').at(-1);
}

test('a QEMU that a directory brings is not the one that runs', () => {
  const sign = path.join(scratch, 'was-run');
  const fake = '#!/bin/sh\n[ "$1" != --version ] || exec qemu-system-riscv64 --version\n'
    + `touch ${sign}\n`;
  assert.match(checkWith('override QEMU := $(CURDIR)/qemu\n', fake), /^100 of 100 points/);
  assert.ok(!fs.existsSync(sign));
});

test('a Makefile without commands gets nothing', () => {
  assert.match(checkWith('SHELL := /bin/true\n', ''), /^0 of 100 points/);
});
