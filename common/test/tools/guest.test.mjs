// What ends the build of the guest's Linux leaves nothing of it behind: here of a Linux that takes
// for ever.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { Machine, root, scratchDirectory } from '../machine.mjs';

const scratch = scratchDirectory('guest');
const source = path.join(scratch, 'linux-source-0.tar.xz');
fs.mkdirSync(path.join(scratch, 'linux'));
fs.writeFileSync(path.join(scratch, 'linux', 'Makefile'),
  'allnoconfig:\n\t@touch .config\nImage:\n\t@touch begun; exec sleep 1000\n');
execFileSync('tar', ['-cJf', source, '-C', scratch, 'linux']);
fs.writeFileSync(path.join(scratch, 'Makefile'), `LLVM_SUFFIX := ${process.env.LLVM_SUFFIX ?? '-19'}
export LLVM_SUFFIX
build:
\t@sh ${root}/common/guest/linux.sh ${source} ${root}/common/guest/linux.config cache .
`);

for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL']) {
  test(`${signal} to make`, async () => {
    const machine = new Machine({ target: 'build', step: scratch, cwd: root });
    try {
      await machine.expect('building it once');
      while (!fs.existsSync(path.join(scratch, 'cache/building/begun'))) {
        assert.ok(machine.processes().length > 0, machine.output);
        await nextTurn();
      }
      const [make] = machine.processes().filter(({ name }) => name === 'make')
        .sort((a, b) => a.id - b.id);
      process.kill(make.id, signal);
      assert.notEqual((await machine.end()).status, 0);
      await machine.gone();
      assert.deepEqual(fs.readdirSync(path.join(scratch, 'cache')), ['lock']);
    } finally {
      await machine.stop();
    }
  });
}

/** Whether a process has the source open. */
function hasOpen({ id }) {
  try {
    return fs.readdirSync(`/proc/${id}/fd`)
      .some((fd) => fs.readlinkSync(`/proc/${id}/fd/${fd}`) === source);
  } catch {
    return false; // it has just ended
  }
}

test('Ctrl-C while it is unpacked is not told as a source that is broken', async () => {
  fs.rmSync(source);
  execFileSync('mkfifo', [source]);
  const writer = fs.openSync(source, 'r+'); // who writes nothing
  const machine = new Machine({ target: 'build', step: scratch, cwd: root });
  try {
    await machine.expect('building it once');
    // One that comes to open it when nobody writes would wait for ever.
    while (!machine.processes().some(hasOpen)) {
      assert.ok(machine.processes().length > 0, machine.output);
      await nextTurn();
    }
    const { id } = machine.processes().find(({ name }) => name === 'make');
    const [, , , , group] = fs.readFileSync(`/proc/${id}/stat`, 'utf8').split(' ');
    process.kill(-Number(group), 'SIGINT');
    fs.closeSync(writer);
    await machine.end();
    await machine.gone();
    assert.doesNotMatch(machine.output + machine.errors, /cannot unpack/);
    assert.deepEqual(fs.readdirSync(path.join(scratch, 'cache')), ['lock']);
  } finally {
    await machine.stop();
  }
});
