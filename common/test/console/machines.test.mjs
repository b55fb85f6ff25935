// Machines that are not as a plain `virt` is.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { prompt } from '../linux.mjs';
import {
  bootTest, complaints, endsWell, guest, root, scratchDirectory, stepDirectory,
} from '../machine.mjs';
import { functionsAt } from '../symbols.mjs';

/** The run of `machine` ends with an error and one line, which is `line`. */
async function refuses(machine, line) {
  const { status } = await machine.end();
  assert.deepEqual(complaints(machine), [line]);
  assert.notEqual(status, 0, 'the status of make');
}

for (const aia of ['aplic', 'aplic-imsic']) {
  bootTest(`refused: a machine whose interrupts come by an APLIC, aia=${aia}`, async (boot) => {
    const variables = { KERNEL: guest('privileged'), DISK: '', QEMU_FLAGS: `-machine aia=${aia}` };
    await refuses(boot({ variables }),
      'hypervisor: this machine has no PLIC by which the console can interrupt us');
  });
}

/**
 * A machine of two nodes, each with its hart, its memory and its PLIC. Which hart boots would be
 * chance, and the console's interrupt leads to hart 0 only: hart 1 sleeps instead of starting.
 */
function twoNodes() {
  const place = 0x802f0000;
  const sleep = '0xffdff06f10500073'; // wfi, and a jump back to it
  const node = (number) => `-object memory-backend-ram,id=memory${number},size=256M`
    + ` -numa node,nodeid=${number},cpus=${number},memdev=memory${number}`;
  return `-smp 2 ${node(0)} ${node(1)} -device loader,addr=${place},data=${sleep},data-len=8`
    + ` -device loader,addr=${place},cpu-num=1`;
}

bootTest('two nodes: typing arrives, and all memory counts', async (boot) => {
  const variables = { MEMORY: '512M', QEMU_FLAGS: twoNodes() };
  const machine = boot({ terminal: true, variables });
  const [, ours] = await machine.expect(
    /^hypervisor: hart 0, 512 MiB of RAM; the guest gets (\d+) MiB$/m,
  );
  assert.ok(Number(ours) > 256, `${ours} MiB are less than a node has`);
  await machine.expect(prompt); // the guest sleeps from now on
  machine.typeLine('meow');
  await machine.expect('\x1b[1;36mmeow\x1b[0m');
  machine.typeLine('exit');
  await endsWell(machine);
});

/**
 * Makes a step for a machine without the device that ends QEMU: at its address there is nothing.
 * Returns its directory.
 */
function makeWithoutTestDevice() {
  const tree = scratchDirectory('machines');
  const step = path.join(tree, 'steps', path.basename(stepDirectory));
  fs.mkdirSync(path.join(tree, 'build'), { recursive: true });
  fs.cpSync(stepDirectory, step, { recursive: true });
  for (const name of ['common', 'build/guest']) {
    fs.symlinkSync(path.join(root, name), path.join(tree, name));
  }
  const file = path.join(step, 'firmware.cpp');
  const text = fs.readFileSync(file, 'utf8').replace("= 0x10'0000;", "= 0x1100'0000;");
  assert.match(text, /= 0x1100'0000;/);
  fs.writeFileSync(file, text);
  return step;
}
const withoutTestDevice = makeWithoutTestDevice();

/** When, by which kernel, and the first line. */
const panics = [
  ['before there is a guest', '', 'there is no kernel to run: name one with KERNEL='],
  ['after a guest', guest('vector-null'), 'VM stopped: .*'],
];
for (const [when, kernel, first] of panics) {
  bootTest(`a panic that cannot end the machine waits: ${when}`, async (boot) => {
    const variables = { KERNEL: kernel, DISK: '', LIMIT: 8 };
    const machine = boot({ step: withoutTestDevice, variables });
    const { status } = await machine.end();
    const trapped = 'hypervisor: store/AMO access fault \\(scause 0x7\\), pc 0x\\w+, '
      + 'stval 0x11000000';
    assert.match(complaints(machine).join('\n'), new RegExp([
      `^hypervisor: ${first}`, trapped, 'hypervisor: panic: a trap that nobody handles', trapped,
      'run: ended after 8 s \\(LIMIT=8\\); the hypervisor stood at pc 0x\\w+$',
    ].join('\n')));
    const [, pc] = /stood at pc (0x\w+)/.exec(machine.output);
    const elf = path.join(withoutTestDevice, '../../build', path.basename(withoutTestDevice),
      'hypervisor.elf');
    assert.deepEqual(functionsAt(elf, [Number(pc)]), [['halt']]);
    assert.notEqual(status, 0);
  });
}
