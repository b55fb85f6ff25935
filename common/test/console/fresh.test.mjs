// What a guest starts with, also after a reboot: registers, random bits, and its device tree.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { bootTest, endsWell, guest, scratchDirectory } from '../machine.mjs';

const scratch = scratchDirectory('fresh');

/** Starts guest `name`, which reboots once if it says so. Returns what the console has shown. */
async function run(boot, name, variables = {}, starts = 2) {
  const machine = boot({ variables: { KERNEL: guest(name), DISK: '', LIMIT: 30, ...variables } });
  await machine.expect(/guest: 0x[1-9a-f][0-9a-f]* checks, 0x0 failed$/m);
  await endsWell(machine);
  const { output } = machine;
  assert.equal(output.match(/^hypervisor: hart \d/gm).length, starts, 'starts');
  assert.doesNotMatch(output, /FAIL/); // on the first start either
  return output;
}

bootTest('a reboot leaves nothing in any register', async (boot) => {
  await run(boot, 'fresh');
});

/** The value of `rng-seed` in the tree that the machine has given the hypervisor, from `memory`. */
function machineSeed(memory) {
  const trees = [];
  for (let at = 0; (at = memory.indexOf('d00dfeed', at, 'hex')) >= 0; at += 4) {
    const size = memory.readUInt32BE(at + 4);
    const tree = memory.subarray(at, at + size);
    if (at % 4096 === 0 && size < 2 ** 20 && tree.includes('riscv-virtio,qemu')) {
      trees.push(tree);
    }
  }
  assert.ok(trees.length > 0, 'the machine has a device tree');
  const [tree] = trees;
  const strings = tree.readUInt32BE(12);
  const name = tree.indexOf('rng-seed\0', strings) - strings;
  const header = Buffer.alloc(12);
  [3, 32, name].forEach((cell, index) => header.writeUInt32BE(cell, 4 * index));
  const at = tree.indexOf(header);
  assert.ok(name > 0 && at > 0, 'it has a seed');
  return tree.toString('hex', at + 12, at + 44);
}

bootTest('random bits: others at each start, and not the machine\'s own', async (boot) => {
  const file = path.join(scratch, `memory-${process.pid}`);
  const seeds = async (seed) => {
    const output = await run(boot, 'seed', {
      MEMORY: '64M',
      QEMU_FLAGS: `-seed ${seed} -machine memory-backend=ram -object memory-backend-file,id=ram,`
        + `size=64M,mem-path=${file},share=on`,
    });
    const own = machineSeed(fs.readFileSync(file));
    fs.rmSync(file);
    const guests = [...output.matchAll(/^seed: ([0-9a-f]{64})$/gm)].map(([, hex]) => hex);
    assert.equal(guests.length, 2);
    const all = [own, ...guests, '0'.repeat(64)];
    assert.equal(new Set(all).size, 4, all.join('\n'));
    const words = all.flatMap((hex) => hex.match(/.{8}/g));
    assert.equal(new Set(words).size, 3 * 8 + 1, `a word is there twice:\n${all.join('\n')}`);
    return guests;
  };
  const first = await seeds(1);
  assert.deepEqual(await seeds(1), first, 'from the same seed of the machine come the same');
  assert.notDeepEqual(await seeds(2), first, 'and from another one others');
});

for (const cpu of ['rv64', 'rv64,sstc=false', 'rv64,zba=false,zbb=false']) {
  bootTest(`a device tree without rests of anything, -cpu ${cpu}`, async (boot) => {
    for (let length = 0; length <= 8; length += 1) {
      await run(boot, 'tree', { BOOTARGS: 'x'.repeat(length), QEMU_FLAGS: `-cpu ${cpu}` });
    }
  });
}

bootTest('the UART connected to itself', async (boot) => {
  const output = await run(boot, 'loopback', {}, 1);
  assert.match(output, /\n(?:hypervisor: .*\n)*this left\nguest: /, 'nothing but this has left');
});
