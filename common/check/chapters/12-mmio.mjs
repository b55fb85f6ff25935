import { anyNumber, anyWord, assert, findLine, linesOf } from '../kit.mjs';

export const checks = {
  'loads and stores reach the UART, and those that it does not have are faults': async (kit) => {
    const value = anyNumber(0x80, 0xff);
    const word = anyWord();
    const output = await kit.runGuest('forms.cpp', { BYTE: value, WORD: `"${word}"` });
    const answer = (name) => BigInt(findLine(output, new RegExp(`^${name} 0x`), `of ${name}`)
      .split(' ')[1]);
    assert.equal(answer('lb'), BigInt.asUintN(64, BigInt.asIntN(8, BigInt(value))), 'LB');
    assert.equal(answer('lbu'), BigInt(value), 'LBU');
    assert.equal(answer('x0'), 0n, 'a load into x0');
    assert.equal(answer('lw'), 5n, 'the cause of a load that is too wide');
    assert.equal(answer('nowhere'), 7n, 'the cause of a store where there is no device');
    assert.ok(linesOf(output).includes(word), `the UART does not print ${word}`);
  },
  'Linux prints through ttyS0': async (kit) => {
    const { status, output } = await kit.run({ BOOTARGS: 'console=ttyS0 panic=-1' });
    findLine(output, /\bconsole \[ttyS0\] enabled/, 'says that ttyS0 is the console');
    findLine(output, /Unable to mount root fs/, 'of a panic for want of a root file system');
    assert.equal(status, 0, 'the status of make');
  },
};
