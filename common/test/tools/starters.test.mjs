// Whether a process that has started ours is over: by its signals, which tests block and kill.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { after, test } from 'node:test';

import { root } from '../machine.mjs';

const script = path.join(root, 'common', 'run', 'starters.sh');
const started = [];
after(() => started.forEach((child) => child.kill('SIGKILL')));

/** What is_over says of a process that blocks these signals: it is, while it only waits. */
async function isOver(...blocked) {
  const words = blocked.length > 0 ? [`--block-signal=${blocked.join(',')}`] : [];
  const child = spawn('env', [...words, 'sh', '-c', 'echo ready; exec sleep 1000']);
  started.push(child);
  await once(child.stdout, 'data');
  const ask = () => spawnSync('sh', ['-c', '. "$0"; is_over "$1"', script, String(child.pid)],
    { encoding: 'utf8' });
  const { status, stderr } = ask();
  assert.equal(stderr, '');
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.equal(ask().status, 0, 'one that is gone is over');
  return status === 0;
}

const skip = process.platform !== 'linux' && 'there is no /proc';

test('a make that waits after a signal has that one blocked, and is over', { skip }, async () => {
  for (const signal of ['HUP', 'INT', 'TERM']) {
    assert.equal(await isOver(signal), true, signal);
  }
});

test('one that works is not over, nor one that starts a process and has them all blocked',
  { skip }, async () => {
    assert.equal(await isOver(), false);
    assert.equal(await isOver('HUP', 'INT', 'TERM'), false);
    assert.equal(await isOver('CHLD'), false);
  });
