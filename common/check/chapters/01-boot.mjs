import { assert } from '../kit.mjs';

const image = [0x8020_0000n, 0x8040_0000n];
const ram = [0x8020_0000n, 0x8800_0000n]; // of a machine with 128 MiB
const isIn = (value, [start, end]) => value >= start && value < end;

/** The registers once the hart has left the firmware for good. */
async function arrive(kit) {
  const { machine, registers } = await kit.bootWithMonitor();
  let now = await registers();
  while (!isIn(now.pc, image)) {
    now = await registers();
  }
  return { machine, registers, now };
}

export const checks = {
  'the firmware enters it in S-mode, at 0x80200000': async (kit) => {
    const { machine, now } = await arrive(kit);
    assert.match(machine.output, /Domain0 Next Address +: 0x0*80200000\n/);
    assert.match(machine.output, /Domain0 Next Mode +: S-mode/);
    assert.equal(now.V, 0n, 'it is in a virtual machine already');
  },
  'it waits inside its image': async (kit) => {
    const { registers } = await arrive(kit);
    for (let look = 0; look < 20; ++look) {
      const { pc } = await registers();
      assert.ok(isIn(pc, image), `pc is 0x${pc.toString(16)}`);
    }
  },
  'it has a stack': async (kit) => {
    let { registers, now } = await arrive(kit);
    // It may have been met at its first instruction, before it has set sp.
    for (let look = 0; look < 100 && !isIn(now.sp - 1n, ram); ++look) {
      now = await registers();
    }
    assert.ok(isIn(now.sp - 1n, ram), `sp is 0x${now.sp.toString(16)}, which is not in RAM`);
    assert.equal(now.sp % 16n, 0n, 'sp is no multiple of 16');
  },
};
