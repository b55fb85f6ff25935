// What a guest gets of standard input: Linux is helped to read it, and with INPUT=raw it comes as
// it is.

import assert from 'node:assert/strict';
import path from 'node:path';

import { bootTest, root } from '../machine.mjs';

const step = path.join(root, 'steps', '13-interrupts');
const echo = { GUEST: 'guest/echo.cpp', LIMIT: 3 }; // it shows each byte that it gets
const input = 'first\nsecond\n';

/** What the guest shows until the run is ended, some seconds after the last byte. */
async function shown(boot, variables) {
  const { output } = await boot({ step, input, variables: { ...echo, ...variables } }).end();
  const [, after] = output.split('is the last\n');
  return after.replace(/^(run|strict|make(\[\d+\])?): .*\n/gm, '');
}

const raw = 'first\nguest: first\nsecond\nguest: second\n';

bootTest('with INPUT=raw, what is piped in is typed and nothing else', async (boot) => {
  assert.equal(await shown(boot, { INPUT: 'raw' }), raw);
  assert.match(await shown(boot, {}), /first\n[^]*second\n[^]*\x04\x04\x04\x04/,
    'two seconds of Ctrl-D');
});

bootTest('the strict machine does so, too', async (boot) => {
  assert.equal(await shown(boot, { INPUT: 'raw', MACHINE: 'strict' }), raw);
}, ({ path: file }) => file === (process.env.TEST_QEMUS ?? 'qemu-system-riscv64').split(' ')[0]);
