import { anyWord, assert, findLine, linesOf } from '../kit.mjs';

export const checks = {
  'a driver finds the device, agrees on features, and sets its queue up': async (kit) => {
    const word = anyWord();
    const { status, output } = await kit.run({
      KERNEL: kit.guest('virtio.cpp', { WORD: `"${word}"`, SIZE: 8 }),
    });
    const answer = (name) => Number(findLine(output, new RegExp(`^${name} 0x`), `of ${name}`)
      .split(' ')[1]);
    assert.equal(answer('magic'), 0x74726976, 'MagicValue');
    assert.equal(answer('version'), 2, 'Version');
    assert.equal(answer('device'), 2, 'DeviceID: a block device');
    assert.equal(answer('features') & 1, 1, 'VIRTIO_F_VERSION_1');
    assert.equal(answer('status') & 8, 8, 'FEATURES_OK');
    assert.ok(answer('maximum') >= 8, 'QueueNumMax');
    assert.equal(answer('ready'), 1, 'QueueReady');
    const lines = linesOf(output);
    assert.ok(lines.includes(word), 'the guest does not come to its end');
    // There is no queue to serve yet: the first notification stops the guest, and is named.
    assert.notEqual(status, 0, 'the status of make');
    assert.match(lines.at(-1), /QueueNotify/i, 'the last line');
  },
  'Linux finds its disk, and is stopped when it reads': async (kit) => {
    const { status, output } = await kit.run();
    findLine(output, /\[vda\] \d+ 512-byte logical blocks/, 'of [vda]');
    assert.notEqual(status, 0, 'the status of make');
    assert.match(linesOf(output).at(-1), /QueueNotify/i, 'the last line');
    assert.doesNotMatch(output, /^run: ended after/m, 'it hangs');
  },
};
