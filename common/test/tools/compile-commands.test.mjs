// What editors are told: compile_commands.json has each source that was built, in words that older
// programs understand, after builds that fail or run at the same time, too.
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';

import { root, userEnvironment } from '../machine.mjs';

const scratch = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'commands-')));
after(() => [scratch, path.join(root, 'build/elsewhere', scratch)]
  .forEach((directory) => fs.rmSync(directory, { recursive: true, force: true })));

const build = (directory, ...words) => spawnSync('make', ['-C', directory, 'build', ...words],
  { env: userEnvironment(), encoding: 'utf8' });
const read = (directory) =>
  JSON.parse(fs.readFileSync(path.join(directory, 'compile_commands.json'), 'utf8'));
const namesOf = (entries) => entries.map(({ directory, file }) => path.join(directory, file));

/** A directory elsewhere, with a hypervisor that cannot be compiled. */
function broken(name) {
  const directory = path.join(scratch, name);
  fs.mkdirSync(directory);
  fs.writeFileSync(path.join(directory, 'main.cpp'), 'not C++\n');
  fs.writeFileSync(path.join(directory, 'Makefile'), `include ${root}/common/step.mk\n`);
  return directory;
}

test('each source of a step is there once, and what its command says can be compiled', () => {
  const step = path.join(root, 'steps', '07-hypercall');
  assert.equal(build(step).status, 0);
  const entries = read(root);
  const names = namesOf(entries);
  const sources = fs.readdirSync(step).filter((name) => /\.(cpp|S)$/.test(name))
    .map((name) => path.join(step, name));
  const wanted = [...sources, path.join(step, 'guest/hello.S'), path.join(root, 'common/string.c')];
  for (const name of wanted) {
    assert.equal(names.filter((each) => each === name).length, 1, name);
  }
  const ours = entries.filter((_, index) => wanted.includes(names[index]));
  for (const { directory, file, command } of ours) {
    assert.doesNotMatch(command, /include-pch|c\+\+23|march=\S*(h|_)/, file);
    if (/^(vm\.cpp|string\.c)$/.test(file)) {
      execFileSync('sh', ['-c', `${command} -fsyntax-only -Werror -MF /dev/null`],
        { cwd: directory });
    }
  }
});

test('a guest whose name has a space is left out, and so is each part of that', () => {
  const step = path.join(root, 'steps', '07-hypercall');
  const guest = path.join(scratch, 'a b.S');
  fs.copyFileSync(path.join(step, 'guest', 'hello.S'), guest);
  assert.equal(build(step, `GUEST=${guest}`).status, 0);
  const names = namesOf(read(root));
  assert.ok(names.includes(path.join(step, 'main.cpp')));
  assert.deepEqual(names.filter((name) => name.startsWith(scratch) || name.endsWith('/b.S')), []);
});

test('a build that fails tells editors all the same, in a directory elsewhere', () => {
  const directory = broken('one');
  assert.notEqual(build(directory).status, 0);
  assert.deepEqual(namesOf(read(directory)).filter((name) => name.startsWith(scratch)),
    [path.join(directory, 'main.cpp')]);
  const { ino } = fs.statSync(path.join(directory, 'compile_commands.json'));
  build(directory);
  assert.equal(fs.statSync(path.join(directory, 'compile_commands.json')).ino, ino,
    'the file is not written again when it says the same');
  assert.deepEqual(fs.readdirSync(directory).sort(),
    ['Makefile', 'compile_commands.json', 'main.cpp']);
});

test('directories of one checkout that are built at the same time are all there', async () => {
  const script = path.join(root, 'common', 'compile-commands.sh');
  const run = promisify(execFile);
  const directories = [...Array(12).keys()].map((number) => path.join(scratch, `step-${number}`));
  for (let count = 0; count < 5; ++count) {
    fs.rmSync(path.join(scratch, 'compile_commands.json'), { force: true });
    fs.rmSync(path.join(scratch, 'kept'), { recursive: true, force: true });
    await Promise.all(directories.map((directory) => run('sh', ['-c',
      'echo "$1/main.cpp c++ -std=c++23 -march=rv64imach_x" | sh "$0" "$1" "$2" "$2/kept"',
      script, directory, scratch])));
    const entries = read(scratch);
    assert.deepEqual(namesOf(entries).sort(),
      directories.map((directory) => path.join(directory, 'main.cpp')).sort());
    assert.ok(entries.every(({ command }) => command.endsWith('-c main.cpp')));
    assert.deepEqual(fs.readdirSync(scratch).filter((name) => name.startsWith('.')), []);
  }
});
