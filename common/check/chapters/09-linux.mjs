import { anyWord, assert, linesOf } from '../kit.mjs';

export const checks = {
  'Linux prints its first lines, and gets its command line': async (kit) => {
    const word = anyWord();
    const { output } = await kit.run({ BOOTARGS: `earlycon=sbi console=hvc0 ${word}` });
    const lines = linesOf(output);
    assert.ok(lines.some((line) => /\] Linux version /.test(line)), 'Linux does not introduce itself');
    assert.ok(lines.some((line) => line.includes('command line:') && line.includes(word)),
      `no command line with ${word}`);
    const count = lines.filter((line) => /^\[ *\d+\.\d+\] /.test(line)).length;
    assert.ok(count >= 30, `Linux prints ${count} lines`);
  },
  'it is stopped with an error where it sets its timer': async (kit) => {
    const { status, output } = await kit.run();
    assert.notEqual(status, 0, 'the status of make');
    assert.match(linesOf(output).at(-1), /0x0\b|set_timer/, 'the last line');
    assert.doesNotMatch(output, /^run: ended after/m, 'it hangs');
  },
};
