// A test whose program is not there says which package brings it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { root, scratchDirectory } from '../machine.mjs';

const scratch = scratchDirectory('missing');
const packages = path.join(root, 'common', 'install', 'missing.mjs');

/** Runs a file of tests as `make test` does, where there is no program at all. */
function runTests(name, text) {
  const file = path.join(scratch, `${name}.test.mjs`);
  fs.writeFileSync(file, text);
  const env = { ...process.env, PATH: scratch, LLVM_SUFFIX: '-19' };
  delete env.NODE_TEST_CONTEXT;
  const reporter = path.join(root, 'common', 'test', 'reporter.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath,
    ['--test', `--test-reporter=${reporter}`, '--test-reporter-destination=stdout', file],
    { encoding: 'utf8', env: { ...env, TEST_RESULTS: '' } });
  assert.notEqual(status, 0);
  return stdout + stderr;
}

/** A file whose only test starts a program. */
const starting = (program) => `import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
test('one', () => execFileSync('${program}', ['--version']));
`;

test('in a test that starts it', () => {
  const output = runTests('starts', starting('patch'));
  assert.match(output, /^FAIL {2}one/m);
  assert.match(output,
    /^ +patch is missing: Debian's package patch brings it, `make setup SETUP=test` installs it$/m);
});

test('under the name that LLVM\'s have', () => {
  const output = runTests('llvm', starting('clang-format-19'));
  assert.match(output, /clang-format-19 is missing: Debian's package clang-format-19 brings it/);
});

test('also where the list lacks it', () => {
  assert.match(runTests('unlisted', starting('unheard-of')),
    /unheard-of is missing, and common\/install\/tools\.txt does not say which package brings it/);
});

test('in a file that needs it for all, and nothing else', () => {
  const output = runTests('needs',
    `import { needs } from '${packages}';\nneeds('patch', 'java');\n`);
  assert.match(output, /^tests: patch is missing: Debian's package patch brings it/m);
  assert.match(output, /^tests: java is missing: .* default-jre-headless /m);
  assert.doesNotMatch(output, /^ +at |node:internal|errno/m);
});

test('nothing is said of a program that is there', () => {
  const output = runTests('there', starting(process.execPath).replace('--version', '--nonsense'));
  assert.doesNotMatch(output, /is missing/);
});
