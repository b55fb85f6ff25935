import { anyNumber, anyWord, assert, linesOf } from '../kit.mjs';

export const checks = {
  'it prints what the guest prints, and ends when the guest shuts down': async (kit) => {
    const word = anyWord();
    const output = await kit.runGuest('print.S', { TEXT: `"${word}"` });
    assert.ok(linesOf(output).includes(word), `there is no line ${word}`);
  },
  'a call that nobody knows stops the guest with an error': async (kit) => {
    const extension = anyNumber(0x1000, 0x7fff);
    const { status, output } = await kit.run({
      KERNEL: kit.guest('unknown.S', { EXTENSION: extension }),
    });
    assert.notEqual(status, 0, 'the status of make');
    const name = `0x${extension.toString(16)}`;
    assert.ok(linesOf(output).at(-1).includes(name), `the last line does not say ${name}`);
  },
  'its own guest says something and shuts down': async (kit) => {
    const silent = await kit.runGuest('print.S', { TEXT: '""' });
    const { status, output } = await kit.run();
    assert.equal(status, 0, 'the status of make');
    assert.ok(linesOf(output).length > linesOf(silent).length, 'the guest has printed nothing');
  },
};
