import { anyNumber, assert, findLine, linesOf } from '../kit.mjs';

const timerInterrupt = 0x8000000000000005n;

/** A guest sets its timer twice; both times the interrupt comes, and not too early. */
async function checkTimer(kit, cpu) {
  const ticks = anyNumber(30_000, 300_000);
  const output = await kit.runGuest('wait.cpp', { TICKS: ticks }, { QEMU_FLAGS: `-cpu ${cpu}` });
  const waits = linesOf(output).filter((line) => line.startsWith('asked '));
  assert.equal(waits.length, 2, 'the times that the interrupt came');
  for (const line of waits) {
    const [asked, waited, cause] = [...line.matchAll(/0x[0-9a-f]+/g)].map(([text]) => BigInt(text));
    assert.ok(waited >= asked, `it came after ${waited} ticks instead of ${asked}`);
    assert.equal(cause, timerInterrupt, 'scause');
  }
}

export const checks = {
  'a timer interrupt reaches the guest': (kit) => checkTimer(kit, 'rv64'),
  'it does so on a CPU without Sstc': (kit) => checkTimer(kit, 'rv64,sstc=off'),
  'Linux waits for a second, and goes on': async (kit) => {
    const { status, output } = await kit.run({
      BOOTARGS: 'earlycon=sbi console=hvc0 panic=-1 rootdelay=1',
    });
    findLine(output, /Waiting 1 sec before mounting root device/, 'says that Linux waits');
    findLine(output, /Unable to mount root fs/, 'of a panic for want of a root file system');
    assert.equal(status, 0, 'the status of make');
  },
};
