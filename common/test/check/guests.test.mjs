// The guests of the checks compile where the headers of a guest bundle are all that there is, as on
// a system that has no packages for RISC-V.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { root } from '../../check/submission.mjs';
import { scratchDirectory, userEnvironment } from '../machine.mjs';

const checkout = scratchDirectory('bundled');
const options = { env: userEnvironment(), encoding: 'utf8' };

/** Runs make in a folder of a checkout, and returns what it prints. */
function make(top, folder, ...words) {
  const { status, stdout, stderr } = spawnSync('make', ['--no-print-directory', '-C',
    path.join(top, 'common', folder), ...words], options);
  assert.equal(status, 0, stderr);
  return stdout;
}

test('the guests of the checks compile with the headers of a bundle alone', async () => {
  fs.cpSync(path.join(root, 'common'), path.join(checkout, 'common'), {
    recursive: true, filter: (name) => path.basename(name) !== 'node_modules',
  });
  const bundle = /^guest-bundle: (.*),/m.exec(make(root, 'guest', 'bundle'))[1];
  make(checkout, 'guest', 'unpack', `GUEST_BUNDLE=${bundle}`);

  const { checkpoints, planOf } = await import(path.join(checkout, 'common/check/plan.mjs'));
  const { buildGuest } = await import(path.join(checkout, 'common/check/submission.mjs'));
  const { Values } = await import(path.join(checkout, 'common/check/values.mjs'));
  const { boots } = await planOf(checkpoints.at(-1));
  const guests = [...boots].filter(([, { guest }]) => guest?.endsWith('.cpp'));
  assert.ok(guests.length > 20, `${guests.length} guests in C++`);
  for (const [name, { guest, values }] of guests) {
    const out = path.join(checkout, 'guests', name);
    await buildGuest(guest, values?.(new Values('bundled', name)) ?? {}, out);
  }
});
