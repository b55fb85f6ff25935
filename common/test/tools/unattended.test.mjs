// A machine that ends at once leaves nothing behind: what watches it is ended while it begins.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { root } from '../machine.mjs';

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
