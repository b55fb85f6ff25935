// What a build takes from the machine around it may change: line ends as Git for Windows has them,
// the C++ library's headers, the compiler. A step builds all the same, without a clean before it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { root, scratchDirectory, userEnvironment } from '../machine.mjs';

const scratch = scratchDirectory('build');
const step = path.join('steps', '03-traps');
const suffix = process.env.LLVM_SUFFIX ?? '-19';
const git = (...words) => execFileSync('git', words, { cwd: root, encoding: 'utf8' });
const tracked = git('ls-files', '-z').split('\0').filter(Boolean);
const sources = fs.readdirSync(path.join(root, step)).filter((name) => name.endsWith('.cpp'));

/** Builds the step of a checkout: what has been compiled. */
function build(checkout, variables = {}) {
  const assignments = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const { status, stdout, stderr } = spawnSync('make',
    ['-C', path.join(checkout, step), 'build', ...assignments],
    { encoding: 'utf8', env: userEnvironment() });
  assert.equal(status, 0, stdout + stderr);
  assert.equal(stderr, '');
  return [...stdout.matchAll(/^ {2}c\+\+ {3}(\S+)$/gm)].map(([, file]) => file);
}

test('a clone where lines would end in CRLF by default has LF, and builds', () => {
  const clone = path.join(scratch, 'clone');
  git('-c', 'core.autocrlf=true', 'checkout-index', '--all', `--prefix=${clone}/`);
  const texts = tracked.filter((name) => !fs.readFileSync(path.join(clone, name)).includes(0));
  assert.ok(texts.length > 1000);
  assert.deepEqual(
    texts.filter((name) => fs.readFileSync(path.join(clone, name)).includes('\r\n')), []);
  assert.deepEqual(build(clone), sources);
});

// A checkout with headers of its own, as after a guest bundle: those may be changed.
const checkout = path.join(scratch, 'checkout');
const needed = /^(common\/(install\/|include\/|[^/]*$)|steps\/03-)/;
for (const name of tracked.filter((file) => needed.test(file))) {
  fs.cpSync(path.join(root, name), path.join(checkout, name));
}
const system = '/usr/riscv64-linux-gnu/include';
const headers = path.join(checkout, 'build', 'guest', 'include');
const [version] = fs.readdirSync(path.join(system, 'c++'));
fs.cpSync(path.join(system, 'c++', version), path.join(headers, 'c++'), { recursive: true });
fs.symlinkSync(system, path.join(headers, 'c'));
const header = path.join(headers, 'c++', 'span');

test('what has not changed is not compiled again', () => {
  assert.deepEqual(build(checkout), sources);
  assert.deepEqual(build(checkout), []);
});

test('a header of the C++ library that has changed is read again', () => {
  fs.appendFileSync(header, '// A later version.\n');
  assert.deepEqual(build(checkout), sources);
});

test('so is one whose new version has an older date, as packages have it', () => {
  fs.appendFileSync(header, '// The next version.\n');
  fs.utimesSync(header, new Date('2020-01-01'), new Date('2020-01-01'));
  assert.deepEqual(build(checkout), sources);
  assert.deepEqual(build(checkout), []);
});

test('another compiler reads the headers itself', () => {
  const programs = path.join(scratch, 'bin');
  fs.mkdirSync(programs);
  for (const name of ['clang', 'clang++', 'ld.lld', 'llvm-objcopy', 'llvm-readelf']) {
    fs.writeFileSync(path.join(programs, `${name}-77`), `#!/bin/sh\nexec ${name}${suffix} "$@"\n`,
      { mode: 0o755 });
  }
  const other = { LLVM_SUFFIX: '-77', PATH: `${programs}:${process.env.PATH}` };
  assert.deepEqual(build(checkout, other), sources);
  assert.deepEqual(build(checkout, other), []);
});

test('of two places for what is built, the one that cannot be made is named', () => {
  const file = path.join(scratch, 'file');
  fs.writeFileSync(file, '');
  for (const name of ['OUT', 'SHARED']) {
    const { status, stderr } = spawnSync('make', ['-C', path.join(checkout, step), 'build',
      `OUT=${scratch}/out`, `SHARED=${scratch}/shared`, `${name}=${file}/${name}`],
    { encoding: 'utf8', env: userEnvironment() });
    assert.equal(status, 2);
    assert.match(stderr, new RegExp(`^build: ${file}/${name} cannot be written$`, 'm'));
  }
});
