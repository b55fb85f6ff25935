// Each step alone: it builds without a warning, and its run ends as its chapter does. What it does
// when it runs, ../check grades.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { test } from 'node:test';

import { listSteps, stepsDirectory } from '../../stairs/steps.mjs';
import { root, userEnvironment } from '../machine.mjs';

const steps = listSteps(stepsDirectory);

/** Those whose run ends with an error, as it is meant to. The first one only waits. */
const endings = {
  '01': /^run: step 01 ends here: it only waits/m,
  '03': /^run: step 03 ends here: its own illegal instruction/m,
  '04': /^run: step 04 ends here: all pages/m,
  '05': /^run: step 05 ends here: .* step 06 /m,
  '06': /^run: step 06 ends here: .* step 07 /m,
  '09': /^run: step 09 ends here: .* step 11 /m,
  14: /^run: step 14 ends here: .* step 15 /m,
};

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

  test(`${step} runs to its chapter's end`, async () => {
    const ending = endings[step.slice(0, 2)];
    const { status, output } = await make(step, 'run', `LIMIT=${step.startsWith('01') ? 2 : 60}`);
    assert.equal(status, ending ? 2 : 0, output);
    assert.match(output, ending ?? /^hypervisor: /m);
    assert.equal(/ends here/.test(output), ending !== undefined, output);
  });
}
