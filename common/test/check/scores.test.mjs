// Each step gets all points of its own checkpoint, those for what stays true of earlier ones among
// them; the step before lacks exactly what the chapter brings, and so does a start.
// ALL_CHECKS=1: on every QEMU, and the starts, too.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, test } from 'node:test';

import { grade } from '../../check/grade.mjs';
import { checkpoints, planOf } from '../../check/plan.mjs';
import { root } from '../../check/submission.mjs';
import { stepBefore } from '../../check/student/changes.mjs';
import { qemus, scratchDirectory, userEnvironment } from '../machine.mjs';

const isWhole = Boolean(process.env.ALL_CHECKS);
const scratch = scratchDirectory('scores');
const directoryOf = (step) => path.join(root, 'steps', step);

/** Grades, and returns the names of the tests that have passed, with the messages of the others. */
async function passedBy(directory, step, qemu) {
  const { results, fault, points } = await grade(directory, step, {
    out: path.join(scratch, `${path.relative(root, directory).replaceAll('/', '-')}-as-${step}-${
      qemu.version}`),
    seed: process.env.SEED ?? 'scores', qemu: qemu.path,
  });
  assert.equal(fault, undefined);
  const others = results.filter(({ state }) => state !== 'passed');
  return {
    points,
    passed: results.filter(({ state }) => state === 'passed').map((result) => result.test.name).sort(),
    said: others.map(({ test: { name }, state, message, where = [] }) =>
      [`${name}: ${state}`, ...message, ...where].join('\n  ')).join('\n'),
  };
}

/** The names of what the chapters before bring and what stays true. */
async function lastingIn(step) {
  const { tests } = await planOf(step);
  return tests.filter(({ isOwn }) => !isOwn).map(({ name }) => name).sort();
}

describe('a checkpoint', { concurrency: 2 }, () => {
  for (const qemu of isWhole ? qemus : qemus.slice(0, 1)) {
    for (const step of checkpoints) {
      const about = `${step} [QEMU ${qemu.version}]`;
      test(`is passed whole by ${about}`, async () => {
        const { points, said } = await passedBy(directoryOf(step), step, qemu);
        assert.equal(points, 100, said);
      });
      const before = stepBefore(step);
      if (before === undefined) {
        continue; // the first step has none before it
      }
      test(`is passed by the step before ${about} in what stays true, and not in what it brings`,
        async () => {
          const { passed, said } = await passedBy(directoryOf(before), step, qemu);
          assert.deepEqual(passed, await lastingIn(step), said);
        });
      if (isWhole) {
        test(`gives a start of ${about} what the step before gets`, async () => {
          const start = path.join(scratch, `start-${qemu.version}`, step);
          const { status, stderr } = spawnSync('make', ['start', `STEP=${step}`, `DIR=${start}`],
            { cwd: root, env: userEnvironment(), encoding: 'utf8' });
          assert.equal(status, 0, stderr);
          const { passed, said } = await passedBy(start, step, qemu);
          assert.deepEqual(passed, await lastingIn(step), said);
        });
      }
    }
  }
});
