import { anyNumber, assert, findLine, hexNumbers } from '../kit.mjs';

export const checks = {
  'it tells how much RAM the machine has': async (kit) => {
    const megabytes = 2 * anyNumber(40, 250);
    const { status, output } = await kit.run({ MEMORY: `${megabytes}M` });
    findLine(output, new RegExp(`\\b${megabytes} MiB`), `says "${megabytes} MiB"`);
    assert.equal(status, 0, 'the status of make');
  },
  'the guest finds a device tree that is true': async (kit) => {
    const megabytes = 2 * anyNumber(40, 250);
    const output = await kit.runGuest('tree.cpp', {}, { MEMORY: `${megabytes}M` });
    const number = (pattern) => hexNumbers(findLine(output, pattern, `${pattern} of the guest`));
    const [start, size] = number(/^memory 0x/);
    assert.equal(start, 0x8000_0000, 'where RAM starts');
    assert.ok(size > 2 ** 24 && size < megabytes * 2 ** 20, `the guest has ${size} bytes`);
    assert.deepEqual(number(/^used 0x/), [size / 4096], 'the pages of RAM that can be used');
    assert.deepEqual(number(/^timebase 0x/), [10_000_000], 'ticks in a second');
    assert.deepEqual(number(/^hart 0x/), [0], 'the hart id in a0');
  },
};
