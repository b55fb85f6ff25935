// Each step alone: it builds without a warning and passes its own check on every QEMU; and the step
// before it does not pass, as it lacks what the chapter is about.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { qemus, root } from '../machine.mjs';

const steps = fs.readdirSync(path.join(root, 'steps')).sort();

/** Runs make in a step: {status, output}. */
async function make(step, ...words) {
  const environment = { ...process.env };
  for (const name of ['MAKEFLAGS', 'MAKELEVEL', 'STEP', 'OUT', 'NODE_TEST_CONTEXT']) {
    delete environment[name];
  }
  const child = spawn('make', ['-C', path.join('steps', step), ...words], {
    cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => { output += text; });
  }
  const [status] = await once(child, 'close');
  return { status, output };
}

// One after the other, and before all checks, which find everything built.
for (const step of steps) {
  test(`${step} builds without a warning`, async () => {
    await make(step, 'clean');
    const { status, output } = await make(step, 'build', 'guest');
    assert.equal(status, 0, output);
    assert.doesNotMatch(output, /warning/, output);
  });
}

describe('checks', { concurrency: 2 }, () => {
  for (const [index, step] of steps.entries()) {
    for (const qemu of qemus) {
      test(`${step} passes its check [QEMU ${qemu.version}]`, async () => {
        const { status, output } = await make(step, 'check', `QEMU=${qemu.path}`);
        assert.equal(status, 0, output);
        assert.match(output, /^(\d+) of \1 passed$/m);
      });
    }

    const before = steps[index - 1];
    if (before?.slice(0, 2) === String(Number(step.slice(0, 2)) - 1).padStart(2, '0')) {
      test(`${before} does not pass the check of ${step}`, async () => {
        const { status, output } = await make(before, 'check', `CHAPTER=${step.slice(0, 2)}`,
          'CHECK_LIMIT=3');
        assert.notEqual(status, 0, output);
        assert.match(output, /^ {2}FAIL /m, output);
        assert.match(output, /^\d+ of \d+ passed$/m, output);
      });
    }
  }
});
