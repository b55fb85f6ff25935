// Runs without a terminal, of machines that are none: one that ends at once leaves nothing behind,
// one that says nothing is ended, and none loses what it prints last.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { root, scratchDirectory } from '../machine.mjs';

const script = path.join(root, 'common', 'run', 'unattended.sh');

test('whoever has started a machine that ends at once does not wait for what watches it', () => {
  for (let count = 0; count < 200; ++count) {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'unattended-'));
    const { status, error } = spawnSync('sh', [script, directory, '20', 'false'],
      { timeout: 15_000 }); // what is left would hold our pipes for 20 seconds
    fs.rmSync(directory, { recursive: true });
    assert.equal(error, undefined, `run ${count}`);
    assert.equal(status, 1);
  }
});

test('a machine that never opens its monitor is ended, and where it stood is not made up', () => {
  const directory = scratchDirectory('unattended');
  const { status, stdout, error } = spawnSync('sh', [script, directory, '1', 'sh', '-c',
    'exec sleep 100', 'sh'], { encoding: 'utf8', timeout: 60_000 });
  assert.equal(error, undefined);
  assert.equal(status, 1);
  assert.equal(stdout, 'run: ended after 1 s (LIMIT=1); QEMU does not tell where it stood\n');
});

test('a machine prints into a pipe, whatever our own output is', () => {
  const { status } = spawnSync('sh', [script, scratchDirectory('unattended'), '20', 'sh', '-c',
    'test -p /dev/stdout', 'sh']);
  assert.equal(status, 0, 'a socket loses what QEMU prints last');
});

test('a run that is ended while it begins ends, with all that has our output', async () => {
  for (let count = 0; count < 60; ++count) {
    const child = spawn('sh', [script, scratchDirectory('unattended'), '20', 'sleep', '1000'],
      { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
    const end = once(child, 'close'); // of who holds our pipe, too
    await sleep(count % 15); // no condition: any moment will do
    child.kill('SIGTERM');
    const isOver = await Promise.race([end, sleep(15_000, undefined, { ref: false })]);
    if (isOver === undefined) {
      process.kill(-child.pid, 'SIGKILL');
    }
    assert.ok(isOver, `run ${count}`);
  }
});
