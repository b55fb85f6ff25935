// `make run` at a terminal.

import assert from 'node:assert/strict';

import { greeting, prompt, said } from '../linux.mjs';
import { bootTest, built, endsWell, scratchDirectory } from '../machine.mjs';

/** Runs Linux at a terminal, up to the point where the cat listens. */
async function start(boot, variables) {
  const machine = boot({ terminal: true, variables });
  await machine.expect(/^run: Ctrl-A x leaves; .*\n/m);
  await machine.expect(greeting);
  await machine.expect(prompt);
  return machine;
}

bootTest('at a terminal the cat says each typed line, until "exit"', async (boot) => {
  const machine = await start(boot);
  for (const line of ['hello', 'and once more', 'x']) {
    machine.typeLine(line);
    await machine.expect(`\x1b[1;36m${line}\x1b[0m`);
    await machine.expect('> ^ <');
  }
  machine.typeLine('exit');
  await machine.expect('Power down');
  await endsWell(machine);
  assert.deepEqual(said(machine.output), ['hello', 'and once more', 'x']);
});

bootTest('what is typed is echoed, and can be corrected', async (boot) => {
  const machine = await start(boot);
  machine.type('dog\x7f\x7f\x7fcat');
  await machine.expect('cat');
  machine.typeLine('');
  await machine.expect('\x1b[1;36mcat\x1b[0m');
  machine.typeLine('exit');
  await endsWell(machine);
});

bootTest('"reboot" reboots the guest, not the host', async (boot) => {
  const machine = await start(boot);
  for (let count = 0; count < 3; count += 1) {
    machine.typeLine('reboot');
    await machine.expect('the guest reboots');
    await machine.expect('Linux version');
    await machine.expect(prompt);
  }
  machine.typeLine('meow');
  await machine.expect('\x1b[1;36mmeow\x1b[0m');
  machine.typeLine('exit');
  await endsWell(machine);
  assert.equal(machine.output.match(/OpenSBI v/g).length, 1, 'starts of the host');
});

bootTest('Ctrl-A x leaves', async (boot) => {
  const machine = await start(boot);
  machine.type('\x01x');
  await machine.expect('QEMU: Terminated');
  await endsWell(machine);
});

bootTest('Ctrl-C reaches the guest', async (boot) => {
  const machine = await start(boot);
  machine.typeLine('\x03meow');
  await machine.expect('\x1b[1;36mmeow\x1b[0m');
  machine.typeLine('exit');
  await endsWell(machine);
});

bootTest('escape sequences reach the terminal as they are, or with SANITIZE=1 as text', async (boot) => {
  for (const [variables, shown] of [[{}, '\x1b[1;36mmeow\x1b[0m'],
    [{ SANITIZE: 1 }, '^[[1;36mmeow^[[0m']]) {
    const machine = await start(boot, variables);
    machine.typeLine('meow');
    await machine.expect(shown);
    machine.typeLine('exit');
    await endsWell(machine);
    assert.equal(machine.output.includes('\x1b'), !variables.SANITIZE, machine.output);
  }
});

bootTest('the first line says what becomes of the disk', async (boot) => {
  const save = `${scratchDirectory('terminal')}/saved`;
  for (const [variables, words] of [[{}, 'changes are lost'], [{ SAVE: save }, save],
    [{ DISK: '' }, 'there is no disk']]) {
    const machine = boot({ terminal: true, variables });
    const [line] = await machine.expect(/^run: .*\n/m);
    assert.match(line, /Ctrl-A x leaves/);
    assert.ok(line.includes(words), line);
    await machine.expect('Linux version');
    machine.type('\x01x');
    await machine.end();
  }
});

bootTest('typed lines come by interrupt', async (boot) => {
  // The kernel's own count for its serial driver, in /proc/interrupts.
  const machine = boot({
    terminal: true,
    variables: {
      INITRD: `${built}/probe.cpio`,
      BOOTARGS: 'console=ttyS0 rdinit=/init -- typed',
      DISK: '',
    },
  });
  const count = async () => Number((await machine.expect(/^ *\d+: +(\d+) .*ttyS0$/m))[1]);
  const before = await count();
  await machine.expect('probe: type\n');
  machine.typeLine('meow');
  await machine.expect('probe: typed meow');
  const after = await count();
  assert.ok(after > before, `${before} interrupts before, ${after} after`);
  await machine.expect('probe: type\n');
  machine.typeLine('exit');
  await endsWell(machine);
});
