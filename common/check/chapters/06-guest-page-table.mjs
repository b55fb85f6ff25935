import { anyNumber, assert, findLine, hexNumbers } from '../kit.mjs';

export const checks = {
  'the guest program runs until it calls': async (kit) => {
    const number = anyNumber(3, 300);
    const { status, output } = await kit.run({ KERNEL: kit.guest('call.S', { NUMBER: number }) });
    const line = findLine(output, /environment call from VS-mode/i, 'names the exception');
    const pc = 0x8020_0000 + 4 * number;
    assert.ok(hexNumbers(line).includes(0xa), 'scause, which is 0xa, is not in that line');
    assert.ok(hexNumbers(line).includes(pc), `pc, which is 0x${pc.toString(16)}, is not there`);
    assert.notEqual(status, 0, 'the status of make');
  },
  'a program of its own runs as well': async (kit) => {
    const { output } = await kit.run();
    findLine(output, /environment call from VS-mode/i, 'names the exception');
  },
};
