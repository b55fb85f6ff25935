// Every hostile guest on every QEMU and on the strict machine: what it sees, how it ends, and what
// the machine's memory looks like from outside when it is over.

import assert from 'node:assert/strict';
import path from 'node:path';
import test from 'node:test';

import { built, ignoreHtinst, stepDirectory } from '../machine.mjs';
import { directory, inTurn } from './machine.mjs';
import { applicable, applies, machines, runsOn, runTest } from './tests.mjs';

const out = path.join(built, '..', path.basename(stepDirectory));

/** What is done with the hypervisor that reads the guest's instructions itself on every QEMU. */
const withoutHtinst = ['mmio', 'tables/code-that-vanishes', 'tables/half-an-instruction-vanishes',
  'tables/pages-outside-ram'];
const variant = {
  out: path.join(directory, 'ignore-htinst', path.basename(stepDirectory)),
  build: ignoreHtinst,
};

/** For `make test`: all tables of cases, and one or two of each other kind. */
const sample = ['queue', 'block', 'unaligned', 'readonly', 'mmio', 'tables', 'sbi', 'csr',
  'vectors', 'reboot', 'idle', 'vector-null', 'lost-table', 'kernel/offset that wraps'];
const wanted = process.env.TESTS?.split(' ') ?? (process.env.SAMPLE && sample);

function define(name, title, options) {
  if (wanted && !wanted.includes(name)) {
    return;
  }
  for (const qemu of machines.filter((one) => runsOn(one, name))) {
    // All are started at once, and run a few at a time.
    const boot = () => runTest(name, { step: stepDirectory, qemu, ...options });
    const running = inTurn(boot)
      .then((result) => ({ result }), (error) => ({ error }));
    test(`hostile: ${title} [${qemu.name}]`, async () => {
      const { result, error } = await running;
      if (error) {
        throw error;
      }
      const { problems, output } = result;
      assert.ok(problems.length === 0, `${problems.join('\n')}\n---- the console\n${output}`);
    });
  }
}

for (const name of applicable) {
  define(name, name, { out });
}
for (const name of process.env.SAMPLE ? [] : withoutHtinst.filter(applies)) {
  define(name, `${name}, without htinst`, variant);
}
