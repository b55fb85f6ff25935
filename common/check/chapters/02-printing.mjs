import { assert, linesOf } from '../kit.mjs';

export const checks = {
  'it greets with the number of its hart': async (kit) => {
    const { output } = await kit.run({ QEMU_FLAGS: '-smp 8' }); // any of them may boot
    const [, hart] = /Boot HART ID +: (\d+)/.exec(output) ?? [];
    const [greeting] = linesOf(output);
    assert.ok(greeting, 'it prints nothing');
    assert.match(greeting, new RegExp(`\\b${hart}\\b`), `it runs on hart ${hart}`);
  },
  'it powers the machine off': async (kit) => {
    const { status, output } = await kit.run();
    assert.equal(status, 0, 'the status of make');
    assert.doesNotMatch(output, /^run: ended after/m, 'it hangs');
  },
};
