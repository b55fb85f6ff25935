// The same Linux on other machines and with other arguments.

import assert from 'node:assert/strict';

import { greeting, said } from '../linux.mjs';
import { bootTest, built, endsWell, ignoreHtinst } from '../machine.mjs';

/** Boots the default guest with `variables`, has the cat say something, and returns the output. */
async function bootLinux(boot, variables, input = 'meow\n') {
  const machine = boot({ variables, input });
  await machine.expect(greeting);
  await endsWell(machine);
  assert.deepEqual(said(machine.output), ['meow']);
  return machine.output;
}

const sstc = 'Timer interrupt in S-mode is available via sstc extension';
const variant = { OUT: `${built}/ignore-htinst`, ...ignoreHtinst };

bootTest('console=hvc0, the SBI console', async (boot) => {
  const output = await bootLinux(boot, { BOOTARGS: 'console=hvc0 root=/dev/vda' });
  assert.match(output, /console \[hvc0\] enabled/);
});

bootTest('console=ttyS0 without an early console', async (boot) => {
  const output = await bootLinux(boot, { BOOTARGS: 'console=ttyS0 root=/dev/vda' });
  assert.match(output, /console \[ttyS0\] enabled/);
  assert.match(output, /ttyS0 at MMIO 0x10000000 \(irq = [1-9]\d*, .* is a 16550A/);
  assert.doesNotMatch(output, /bootconsole/);
});

bootTest('earlycon=sbi, and both consoles', async (boot) => {
  const output = await bootLinux(boot, {
    BOOTARGS: 'earlycon=sbi console=hvc0 console=ttyS0 root=/dev/vda',
  });
  assert.match(output, /earlycon: sbi0 at I\/O port 0x0/);
  assert.match(output, /console \[hvc0\] enabled/);
  assert.match(output, /console \[ttyS0\] enabled/);
});

bootTest('earlycon on the UART', async (boot) => {
  const output = await bootLinux(boot, { BOOTARGS: 'earlycon console=ttyS0 root=/dev/vda' });
  assert.match(output, /earlycon: ns16550a0 at MMIO 0x0*10000000/);
});

bootTest('with Sstc', async (boot) => {
  assert.ok((await bootLinux(boot, {})).includes(sstc));
});

bootTest('without Sstc', async (boot) => {
  const output = await bootLinux(boot, { QEMU_FLAGS: '-cpu rv64,sstc=false' });
  assert.ok(!output.includes(sstc), 'the guest believes that there is Sstc');
});

bootTest('without Sstc, through the SBI console', async (boot) => {
  await bootLinux(boot, {
    QEMU_FLAGS: '-cpu rv64,sstc=false', BOOTARGS: 'console=hvc0 root=/dev/vda',
  });
});

bootTest('htinst ignored', async (boot) => {
  await bootLinux(boot, variant);
});

bootTest('htinst ignored, without Sstc', async (boot) => {
  await bootLinux(boot, { ...variant, QEMU_FLAGS: '-cpu rv64,sstc=false' });
});

for (const round of [1, 2]) {
  bootTest(`four harts, of which one, by chance, boots: try ${round}`, async (boot) => {
    const output = await bootLinux(boot, { QEMU_FLAGS: '-smp 4' });
    const [, firmware] = /^Boot HART ID +: (\d)$/m.exec(output);
    const [, ours] = /^hypervisor: hart (\d), /m.exec(output);
    assert.equal(ours, firmware);
  });
}

for (const memory of ['128M', '160M', '256M', '512M', '1G', '4G']) {
  bootTest(`MEMORY=${memory}`, async (boot) => {
    const output = await bootLinux(boot, { MEMORY: memory });
    const [, host, guest] = /hart \d, (\d+) MiB of RAM; the guest gets (\d+) MiB/.exec(output);
    const [, kibibytes] = /Memory: \d+K\/(\d+)K available/.exec(output);
    const megabytes = parseInt(memory, 10) * (memory.endsWith('G') ? 1024 : 1);
    assert.equal(Number(host), megabytes);
    // Linux gives the first 2 MiB of RAM, where it takes firmware to be, away.
    const seen = Number(kibibytes) / 1024;
    assert.ok([Number(guest), Number(guest) - 2].includes(seen), `${seen} of ${guest} MiB`);
    assert.ok(Number(guest) >= megabytes * 3 / 4, `${guest} of ${megabytes} MiB for the guest`);
  });
}
