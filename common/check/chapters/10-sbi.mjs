import { anyNumber, anyWord, assert, findLine, linesOf } from '../kit.mjs';

export const checks = {
  'the calls of the SBI are answered': async (kit) => {
    const word = anyWord();
    const unknown = anyNumber(0x1000_0000, 0x1fff_ffff);
    const output = await kit.runGuest('calls.cpp', { WORD: `"${word}"`, UNKNOWN: unknown });
    const lines = linesOf(output);
    const answers = (name) => lines.filter((line) => line.startsWith(`${name} `))
      .map((line) => line.slice(name.length + 1));
    assert.deepEqual(answers('version'), ['0x0 0x2000000'], 'the version, 2.0');
    assert.equal(answers('probe').length, 5);
    for (const answer of answers('probe')) {
      assert.match(answer, /^0x0 0x(?!0$)/, 'an extension is not there');
    }
    assert.deepEqual(answers('absent'), ['0x0 0x0'], 'what probe says of an unknown extension');
    const error = (code) => `0x${BigInt.asUintN(64, BigInt(code)).toString(16)} `;
    assert.ok(answers('unknown')[0]?.startsWith(error(-2)), 'an unknown call is not supported');
    assert.deepEqual(answers('fence'), ['0x0 0x0'], 'a fence on the guest\'s hart');
    assert.ok(answers('other')[0]?.startsWith(error(-3)), 'a hart that is not there');
    assert.ok(answers('outside')[0]?.startsWith(error(-3)), 'memory that is not the guest\'s');
    assert.ok(lines.includes(word), `the debug console does not print ${word}`);
  },
  'Linux gets as far as its root file system, and ends the machine': async (kit) => {
    const { status, output } = await kit.run();
    findLine(output, /Unable to mount root fs/, 'of a panic for want of a root file system');
    assert.equal(status, 0, 'the status of make');
    assert.doesNotMatch(output, /^run: ended after/m, 'it hangs');
  },
};
