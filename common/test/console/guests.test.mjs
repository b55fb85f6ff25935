// Bare-metal guests (common/test/guests) that check what the hypervisor does for them, and tell.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import {
  bootTest, built, endsWell, guest, hypervisor, ignoreHtinst, scratchDirectory,
} from '../machine.mjs';

const scratch = scratchDirectory('guests');
const variants = {
  '': {},
  ', htinst ignored': { OUT: `${built}/ignore-htinst`, ...ignoreHtinst },
};

/** Starts guest `name`. */
const start = (boot, name, variables = {}, options = {}) =>
  boot({ ...options, variables: { KERNEL: guest(name), DISK: '', LIMIT: 30, ...variables } });

/** Waits until a guest says that all its checks went well, and for its end. */
async function passes(machine) {
  // Not at the start of a line: OpenSBI 1.6 reports an unknown CSR without ending its line.
  await machine.expect(/guest: 0x[1-9a-f][0-9a-f]* checks, 0x0 failed$/m);
  await endsWell(machine);
  return machine.output;
}

/** A disk whose every 8 bytes hold their number, but for a text at the start. */
function makeDisk() {
  const disk = Buffer.alloc(0x8080 * 512); // see mmio.cpp
  for (let word = 0; word < disk.length / 8; word += 1) {
    disk.writeUInt32LE(word, word * 8);
  }
  disk.write('hello from sector 0\0');
  const file = path.join(scratch, 'disk');
  fs.writeFileSync(file, disk);
  return file;
}
const disk = makeDisk();

for (const [name, variables] of Object.entries(variants)) {
  bootTest(`loads and stores of every form${name}`, async (boot, qemu) => {
    const machine = start(boot, 'mmio', { ...variables, DISK: disk });
    const output = await passes(machine);
    // QEMU 7.2 takes an AMO for a load.
    const amo = qemu.major < 10 ? /^(0x5|0x7)$/ : /^0x7$/;
    const causes = [...output.matchAll(/^(lr|amo\w+)\..*: cause (.*)$/gm)];
    assert.equal(causes.length, 3);
    for (const [, instruction, cause] of causes) {
      assert.match(cause, instruction === 'lr' ? /^0x5$/ : amo);
    }
  });

  bootTest(`devices behind a page table, good and bad ones${name}`, async (boot, qemu) => {
    const output = await passes(start(boot, 'paging', variables));
    // QEMU 7.2 takes every such access for a load, and a fault of a load is what the guest gets.
    const own = { load: '0x5', store: '0x7', fetch: '0x1' };
    const walks = [...output.matchAll(/^walk: (\w+) (.*)$/gm)];
    assert.equal(walks.length, 6);
    for (const [line, access, cause] of walks) {
      assert.ok(cause === own[access] || (qemu.major < 10 && cause === '0x5'), line);
    }
  });
}

bootTest('SBI calls', async (boot) => {
  const machine = start(boot, 'sbi', {}, { terminal: true });
  await machine.expect('written by DBCN\n');
  await machine.expect('*\n');
  await machine.expect('type\n');
  machine.type('meow');
  await passes(machine);
});

bootTest('timers, with Sstc', async (boot) => {
  const machine = start(boot, 'timer');
  await machine.expect('stimecmp: there');
  await passes(machine);
});

bootTest('timers, without Sstc', async (boot) => {
  const machine = start(boot, 'timer', { QEMU_FLAGS: '-cpu rv64,sstc=false' });
  await machine.expect('stimecmp: not there');
  await passes(machine);
});

bootTest('what only a hypervisor or the firmware may is illegal', async (boot) => {
  await passes(start(boot, 'privileged'));
});

/** Sees a guest that does as xv6 does through; `machine` is at a terminal. */
async function driveXv6(machine) {
  await machine.expect('sector 0: hello from sector 0\n');
  await machine.expect('type\n');
  for (const key of ['a', '\x03', '~', 'q']) { // each brings an interrupt to a guest that sleeps
    machine.type(key);
    await machine.expect(`<${key}>`);
  }
  await passes(machine);
}

bootTest('a guest that knows the machine by heart, as xv6 does', async (boot) => {
  await driveXv6(start(boot, 'xv6', { DISK: disk }, { terminal: true }));
});

bootTest('the hypervisor on a hart that is not hart 0', async (boot) => {
  // Chance takes hart 0 nearly always, so other-hart.S comes first and starts the next one.
  const [before, saved] = [0x802f0000, 0x802ffff8];
  const elf = fs.readFileSync(hypervisor);
  const segment = Number(elf.readBigUInt64LE(32)); // the first program header
  assert.equal(elf.readBigUInt64LE(segment + 16), 0x80200000n);
  const offset = Number(elf.readBigUInt64LE(segment + 8)); // where that segment is in the file
  const instruction = elf.readUInt32LE(offset);
  elf.writeUInt32LE(0x000f006f, offset); // j 0x802f0000
  const patched = path.join(scratch, 'hypervisor.elf');
  fs.writeFileSync(patched, elf);
  const flags = `-smp 4 -device loader,file=${guest('other-hart')},addr=${before},force-raw=on`
    + ` -device loader,addr=${saved},data=${instruction},data-len=4`;
  const variables = { DISK: disk, HYPERVISOR: patched, QEMU_FLAGS: flags };
  const machine = start(boot, 'xv6', variables, { terminal: true });
  const [, firmware] = await machine.expect(/^Boot HART ID +: (\d)\n/m);
  const [, hart] = await machine.expect(/^hypervisor: hart (\d), /m);
  assert.equal(Number(hart), (Number(firmware) + 1) % 4);
  await driveXv6(machine);
});

bootTest('a guest that never stops is ended by LIMIT, and nothing of it is left', async (boot) => {
  const machine = start(boot, 'wfi', { LIMIT: 1 });
  await machine.expect(/^run: ended after 1 s .*the guest stood at pc 0x0*80200[0-9a-f]{3}$/m);
  const { status } = await machine.end();
  assert.notEqual(status, 0);
  await machine.gone();
  assert.deepEqual(machine.leftFiles(), []);
});

/** Guests that cannot go on: the VM is stopped with one line. */
const stops = [
  ['trap vector 0', 'vector-null', /instruction guest-page fault .*pc 0x0, address 0x0$/],
  ['trap vector at a device', 'vector-device',
    /instruction guest-page fault .*pc 0x10000000, address 0x10000000$/],
  ['trap vector mapped nowhere', 'vector-unmapped',
    /instruction page fault .*pc 0x123456000, address 0x123456000$/],
  ['page table outside of RAM', 'lost-table', /pc 0x80200[0-9a-f]{3}, address 0x80200[0-9a-f]{3}$/],
];
for (const [what, name, line] of stops) {
  bootTest(`stopped: ${what}`, async (boot) => {
    const machine = start(boot, name, { LIMIT: 10 });
    const { status } = await machine.end();
    const reports = machine.output.split('\n')
      .filter((text) => text.startsWith('hypervisor: ') && !/: (hart|kernel) \d/.test(text));
    assert.equal(reports.length, 1, `one line, but there are ${reports.length}`);
    assert.match(reports[0], /^hypervisor: VM stopped: /);
    assert.match(reports[0], line);
    assert.notEqual(status, 0);
    assert.ok(!machine.output.includes('run: ended after'), 'it went on for ever');
  });
}

bootTest('a run that is ended in the firmware says so', async (boot) => {
  const flags = '-S -device loader,addr=0x80000000,cpu-num=0'; // stopped at its first instruction
  const machine = boot({ variables: { LIMIT: 1, QEMU_FLAGS: flags } });
  const { status } = await machine.end();
  assert.match(machine.output, /^run: ended after 1 s .*the firmware stood at pc 0x0*80000000$/m);
  assert.notEqual(status, 0);
});
