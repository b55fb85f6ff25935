import { assert, findLine, hexNumbers } from '../kit.mjs';

export const checks = {
  'the guest runs, and finds no instruction': async (kit) => {
    const { output } = await kit.run();
    const line = findLine(output, /instruction guest-page fault/i, 'names the exception');
    assert.ok(hexNumbers(line).includes(0x14), 'scause, which is 0x14, is not in that line');
    assert.ok(hexNumbers(line).includes(0x8020_0000), 'pc, which is 0x80200000, is not there');
  },
  'the machine ends with an error': async (kit) => {
    const { status, output } = await kit.run();
    assert.notEqual(status, 0, 'the status of make');
    assert.doesNotMatch(output, /^run: ended after/m, 'it hangs');
  },
};
