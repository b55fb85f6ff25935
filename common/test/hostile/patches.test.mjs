// It would notice: each patch in patches/ removes one thing that protects the hypervisor or its
// guest, and then the tests that its first line names must fail. They have to pass without it.
//
//   # What holds without the patch. Fails: queue/self-loop idle unit:virtqueue_test
//
// A name is that of a test in tests.mjs, or of one of its cases; a space in it is written as "_".
// @ignore-htinst runs it on the hypervisor that reads the guest's instructions itself, @last on the
// last QEMU there is, not the first. unit: is for what no guest can notice, and names a file of
// common/test/unit. "unnoticed" stands where nothing notices; the first line then says why.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';

import { needs } from '../../install/missing.mjs';
import { ignoreHtinst, root, stepDirectory } from '../machine.mjs';
import { directory, make, workers } from './machine.mjs';
import { qemus, runTest } from './tests.mjs';

needs('patch');
const here = path.join(root, 'common', 'test', 'hostile', 'patches');
const step = path.basename(stepDirectory);
const limit = 8; // seconds: what hangs without its guard has failed

/** For `make test`: one of each kind. */
const sample = ['contains-length', 'walk-index', 'sector-wrap', 'raise-interrupts-off',
  'console-range', 'stage2-only-ram'];

/** { name, guard, fails: [names], file } of each patch that is asked for. */
function readPatches() {
  const wanted = process.env.PATCHES?.split(' ').filter(Boolean) ?? [];
  const names = fs.readdirSync(here).filter((file) => file.endsWith('.patch'))
    .map((file) => file.replace('.patch', ''))
    .filter((name) => (wanted.length ? wanted.includes(name) : !process.env.SAMPLE
      || sample.includes(name)));
  return names.map((name) => {
    const file = path.join(here, `${name}.patch`);
    const text = fs.readFileSync(file, 'utf8');
    const [, guard, fails] = /^# (.*)\. Fails: (.*)\n/.exec(text) ?? [undefined, '?', ''];
    return { name, guard, fails: fails.split(' ').filter(Boolean), file };
  });
}

/** Of this run alone, as there may be another one at the same time. */
const allTrees = fs.mkdtempSync(path.join(directory, 'trees-'));
process.on('exit', () => fs.rmSync(allTrees, { recursive: true, force: true }));

/** A copy of the step that can be changed, with all that its Makefile expects around it. */
class Tree {
  constructor(number) {
    this.root = path.join(allTrees, `${number}`);
    this.step = path.join(this.root, 'steps', step);
    fs.mkdirSync(path.join(this.root, 'build'), { recursive: true });
    fs.cpSync(stepDirectory, this.step, { recursive: true });
    for (const name of ['common', 'build/guest']) {
      fs.symlinkSync(path.join(root, name), path.join(this.root, name));
    }
  }

  /** Applies the patch in `file`, does `action`, and takes it back. */
  async withPatch(file, action) {
    const names = [...fs.readFileSync(file, 'utf8').matchAll(/^\+\+\+ b\/(\S+)/gm)]
      .map(([, name]) => name);
    const apply = spawnSync('patch', ['-p1', '--force', '--no-backup-if-mismatch', '-i', file],
      { cwd: this.step, encoding: 'utf8' });
    try {
      assert.equal(apply.status, 0, `the patch does not apply:\n${apply.stdout}${apply.stderr}`);
      return await action();
    } finally {
      for (const name of names) { // written anew, so that make sees it
        const changed = path.join(this.step, name);
        fs.writeFileSync(changed, fs.readFileSync(path.join(stepDirectory, name)));
        fs.rmSync(`${changed}.rej`, { force: true });
      }
    }
  }

  /** Does the test `name` fail? Why, or nothing. */
  async fails(name) {
    return name.startsWith('unit:') ? unitFails(this, name.slice(5)) : guestFails(this, name);
  }
}

async function build(tree, out, variables) {
  const { status, output } = await make(tree.step, 'build', { OUT: out, ...variables },
    ['-j2']);
  assert.equal(status, 0, `it does not build:\n${output}`);
}

async function guestFails(tree, name) {
  const [testName, ...how] = name.replaceAll('_', ' ').split('@');
  const variant = how.includes('ignore-htinst');
  const variables = variant ? ignoreHtinst : {};
  const out = path.join(tree.root, 'out', variant ? 'ignore-htinst' : 'plain');
  await build(tree, out, variables);
  const qemu = how.includes('last') ? qemus.at(-1) : qemus[0];
  const { problems } = await runTest(testName,
    { step: tree.step, out, qemu, build: variables, limit });
  return problems[0];
}

/** Builds and runs one file of unit tests. A crash of it is a failure too. */
async function unitFails(tree, file) {
  const { status, output } = await make(path.join(root, 'common', 'test', 'unit'), 'run', {
    STEP_DIR: tree.step,
    OUT: path.join(tree.root, 'unit', file),
    TESTS: `reset_fakes.cpp ${file}.cpp`,
  });
  const failed = /\[ {2}FAILED {2}\] .*|ERROR: AddressSanitizer.*|runtime error.*/.exec(output);
  assert.ok(status === 0 || failed, `it does not build:\n${output}`);
  return failed?.[0];
}

// The first build of each takes the longest, so for a few patches one has to do.
const trees = process.env.SAMPLE ? 1 : workers;
const free = Array.from({ length: trees }, (_, number) => new Tree(number));
const waiting = [];

/** Does `action` with a tree that nobody else has. */
async function withTree(action) {
  if (free.length === 0) {
    await new Promise((resolve) => { waiting.push(resolve); });
  }
  const tree = free.pop();
  try {
    return await action(tree);
  } finally {
    free.push(tree);
    waiting.shift()?.();
  }
}

/** What is to fail has to pass first; each test is tried once for all patches. */
const passes = new Map();
function expectToPass(name) {
  if (!passes.has(name)) {
    passes.set(name, withTree((tree) => tree.fails(name)));
  }
  return passes.get(name);
}

/** Throws if the tests do not notice that patch. */
async function tryPatch({ name: patch, guard, fails, file }) {
  assert.ok(fails.length > 0, 'its first line does not say what must fail');
  if (fails[0] === 'unnoticed') {
    await withTree((tree) => tree.withPatch(file, () => {}));
    return;
  }
  if (fails.some((name) => name.endsWith('@last')) && qemus.length < 2) {
    return; // there is no other QEMU
  }
  for (const name of fails) {
    assert.equal(await expectToPass(name), undefined, `${name} fails without the patch already`);
  }
  await withTree((tree) => tree.withPatch(file, async () => {
    for (const name of fails) {
      const why = await tree.fails(name);
      assert.ok(why, `${name} does not notice. What the patch removed: ${guard}`);
      fs.appendFileSync(noticed, `${patch}: ${name}: ${why}\n`);
    }
  }));
}

// How each was noticed, for those who want to know.
const noticed = path.join(directory, 'noticed.txt');
fs.writeFileSync(noticed, '');

for (const patch of readPatches()) {
  const running = tryPatch(patch).then(() => undefined, (error) => error);
  test(`would notice: ${patch.name} (${patch.guard})`, async () => {
    const error = await running;
    if (error) {
      throw error;
    }
  });
}
