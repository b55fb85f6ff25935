import { assert, findLine, hexNumbers } from '../kit.mjs';

export const checks = {
  'it reports its illegal instruction: the name, scause and pc': async (kit) => {
    const { output } = await kit.run();
    const numbers = hexNumbers(findLine(output, /illegal instruction/i, 'names the exception'));
    assert.ok(numbers.includes(2), 'scause, which is 2, is not in that line');
    assert.ok(numbers.some((value) => value >= 0x8020_0000 && value < 0x8040_0000),
      'pc, an address of the image, is not in that line');
  },
  'the machine ends with an error': async (kit) => {
    const { status, output } = await kit.run();
    assert.notEqual(status, 0, 'the status of make');
    assert.doesNotMatch(output, /^run: ended after/m, 'it hangs');
  },
};
