// Each mistake of mistakes.mjs is found by the test that it names, in words that it names; and each
// failure of a chapter is one of these mistakes, or it is said why not. ALL_CHECKS=1: all, and not
// only the first of each step.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { grade } from '../../check/grade.mjs';
import { checkpoints } from '../../check/plan.mjs';
import { root } from '../../check/submission.mjs';
import { needs } from '../../install/missing.mjs';
import { qemus, scratchDirectory } from '../machine.mjs';
import { mistakes, unseen } from './mistakes.mjs';

needs('patch');
const isWhole = Boolean(process.env.ALL_CHECKS);
const scratch = scratchDirectory('mistakes');
const own = fileURLToPath(new URL('mistakes', import.meta.url));

/** The file of a patch. */
const fileOf = (step, patch) => path.join(...(patch.startsWith('book/')
  ? [root, 'book', step, patch.slice('book/'.length)] : [own, step, patch])) + '.patch';

/** A copy of a step with a mistake in it. */
function makeMistake(step, patch) {
  const directory = path.join(scratch, `${step}-${path.basename(patch)}`);
  fs.cpSync(path.join(root, 'steps', step), directory, { recursive: true });
  const { status, stdout } = spawnSync('patch', ['-p1', '--force', '--fuzz=0', '-d', directory, '-i',
    fileOf(step, patch)], { encoding: 'utf8' });
  assert.equal(status, 0, `${patch} does not apply to ${step}: ${stdout}`);
  const makefile = path.join(directory, 'Makefile');
  fs.writeFileSync(makefile, fs.readFileSync(makefile, 'utf8').replace('../../', `${root}/`));
  return directory;
}

describe('a mistake', { concurrency: 2 }, () => {
  for (const step of checkpoints) {
    const all = mistakes[step] ?? [];
    for (const { patch, test: name, says, seed = 'mistakes', withoutHtinst } of isWhole ? all
      : all.slice(0, 1)) {
      const qemu = qemus.find(({ major }) => !withoutHtinst || major < 8);
      test(`in ${step}: ${patch} is found by ${name}`, async () => {
        assert.ok(qemu, 'only a QEMU before 8 shows it, and there is none');
        const directory = makeMistake(step, patch);
        const { results, fault } = await grade(directory, step, {
          out: `${directory}.build`, seed, only: name, qemu: qemu.path,
        });
        assert.equal(fault, undefined);
        const result = results.find((each) => each.test.name === name);
        const said = [...result.message, ...result.where ?? []].join('\n');
        assert.equal(result.state, 'failed', said);
        says.forEach((words) => assert.ok(said.includes(words), `no "${words}" in:\n${said}`));
      });
    }
  }
});

describe('the collection', () => {
  for (const step of checkpoints) {
    test(`has three mistakes of ${step}, or more, and all patches that there are`, () => {
      const all = mistakes[step] ?? [];
      assert.ok(all.length >= 3, `${all.length} mistakes`);
      const files = fs.existsSync(path.join(own, step)) ? fs.readdirSync(path.join(own, step)) : [];
      assert.deepEqual(files.filter((file) => !all.some(({ patch }) => `${patch}.patch` === file)), []);
      all.forEach(({ patch, says }) => {
        assert.ok(fs.existsSync(fileOf(step, patch)), patch);
        assert.ok(says.length > 0, patch);
      });
    });
    test(`has each failure of chapter ${step}, or says why no test finds it`, () => {
      const page = fs.readFileSync(path.join(root, 'book', `${step}.md`), 'utf8');
      const failures = [...page.matchAll(/^@@ failure ([\w-]+)/gm)].map(([, name]) => name);
      const known = new Set([...(mistakes[step] ?? []).map(({ patch }) => patch),
        ...Object.keys(unseen[step] ?? {}).map((name) => `book/${name}`)]);
      assert.deepEqual(failures.filter((name) => !known.has(`book/${name}`)), []);
    });
  }
});
