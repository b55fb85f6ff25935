// Each step alone: it builds without a warning. What it does when it runs, ../check grades.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';

import { listSteps, stepsDirectory } from '../../stairs/steps.mjs';
import { root, userEnvironment } from '../machine.mjs';

const steps = listSteps(stepsDirectory);

/** Runs make in a step: {status, output}. */
async function make(step, ...words) {
  const child = spawn('make', ['-C', path.join('steps', step), ...words], {
    cwd: root, env: userEnvironment(), stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => { output += text; });
  }
  const [status] = await once(child, 'close');
  return { status, output };
}

for (const step of steps) {
  test(`${step} builds without a warning`, async () => {
    await make(step, 'clean');
    const { status, output } = await make(step, 'build', 'guest');
    assert.equal(status, 0, output);
    assert.doesNotMatch(output, /warning/, output);
  });
}
