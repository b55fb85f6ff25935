import { anyWord, assert, findLine } from '../kit.mjs';

export const checks = {
  'a typed line reaches the guest by interrupts': async (kit) => {
    const word = anyWord();
    const output = await kit.runGuest('typed.cpp', {}, {}, { input: `${word}\n` });
    findLine(output, new RegExp(`^typed ${word}$`), `"typed ${word}"`);
    const count = findLine(output, /^interrupts 0x/, 'with the number of interrupts');
    assert.ok(Number(count.split(' ')[1]) >= 1, count);
  },
  'Linux still boots': async (kit) => {
    const { status, output } = await kit.run({ BOOTARGS: 'console=ttyS0 panic=-1' });
    findLine(output, /ttyS0 at MMIO 0x10000000 \(irq = [1-9]\d*/, 'where ttyS0 has an interrupt');
    assert.equal(status, 0, 'the status of make');
  },
};
