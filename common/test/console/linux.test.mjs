// `make run` without a terminal: what is piped into it is typed, and then it ends by itself.

import assert from 'node:assert/strict';
import fs from 'node:fs';

import { greeting, hasSaid, prompt, said } from '../linux.mjs';
import { bootTest, endsWell, hypervisor, scratchDirectory } from '../machine.mjs';

bootTest('without input the guest greets and the run ends', async (boot) => {
  const machine = boot();
  await machine.expect(/^run: no terminal: .*the disk's changes are lost at the end.*\n/m);
  await machine.expect('OpenSBI');
  const [, megabytes] = await machine.expect(
    /^hypervisor: hart 0, 128 MiB of RAM; the guest gets (\d+) MiB$/m,
  );
  assert.ok(Number(megabytes) >= 100, `the guest gets ${megabytes} of 128 MiB`);
  await machine.expect('Linux version');
  await machine.expect(greeting);
  await machine.expect(prompt);
  await machine.expect('the guest has powered off');
  await endsWell(machine);
  assert.deepEqual(said(machine.output), []);
});

bootTest('the cat says a piped line', async (boot) => {
  const machine = boot({ input: 'meow\n' });
  await endsWell(machine);
  assert.deepEqual(said(machine.output), ['meow']);
});

bootTest('a last line without its end is said too', async (boot) => {
  const machine = boot({ input: 'one\ntwo' });
  await endsWell(machine);
  assert.deepEqual(said(machine.output), ['one', 'two']);
});

bootTest('empty input that is a pipe', async (boot) => {
  const machine = boot({ input: '' });
  await machine.expect(greeting);
  await endsWell(machine);
  assert.deepEqual(said(machine.output), []);
});

bootTest('200 piped lines are all said, in order', async (boot) => {
  const lines = Array.from({ length: 200 }, (_, index) => `line ${index} ${'x'.repeat(index % 40)}`
    .trim());
  const machine = boot({ input: `${lines.join('\n')}\n` });
  await endsWell(machine);
  assert.ok(hasSaid(machine.output, lines));
});

bootTest('UTF-8 and control characters in the input', async (boot) => {
  const machine = boot({ input: 'größe 猫 \x01x \x02\n' }); // ^A x is no way out of a pipe
  await endsWell(machine);
  assert.deepEqual(said(machine.output), ['größe 猫 x']);
});

bootTest('"exit" powers off; what follows it is not read', async (boot) => {
  const machine = boot({ input: 'first\nexit\nsecond\n' });
  await machine.expect('reboot: Power down');
  await endsWell(machine);
  assert.deepEqual(said(machine.output), ['first']);
});

bootTest('"reboot" reboots the guest, and the run still ends by itself', async (boot) => {
  const machine = boot({ variables: { LIMIT: 20 }, input: 'reboot\n' });
  await machine.expect(greeting);
  await machine.expect('the guest reboots');
  await machine.expect('Linux version');
  await machine.expect(greeting);
  await endsWell(machine);
  assert.equal(machine.output.match(/OpenSBI v/g).length, 1, 'starts of the host');
});

bootTest('no output is lost when it is read slowly', async (boot) => {
  const machine = boot({ slowReader: true, input: 'meow\n' });
  await machine.expect(/^Boot HART MEDELEG +: 0x[0-9a-f]{16}\nhypervisor: hart 0, /m);
  await endsWell(machine);
  assert.deepEqual(said(machine.output), ['meow']);
});

bootTest('nothing is built anew when variables change', async (boot) => {
  const before = fs.statSync(hypervisor).mtimeMs;
  const variables = { MEMORY: '256M', BOOTARGS: 'console=ttyS0 root=/dev/vda quiet', DISK_RO: 1 };
  const machine = boot({ variables });
  await machine.expect(greeting);
  await endsWell(machine);
  assert.equal(fs.statSync(hypervisor).mtimeMs, before);
});

bootTest('started from another directory', async (boot) => {
  const machine = boot({ cwd: scratchDirectory('elsewhere') });
  await machine.expect(greeting);
  await endsWell(machine);
});
