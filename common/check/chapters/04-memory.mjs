import { anyNumber, assert, hexNumbers, linesOf } from '../kit.mjs';

export const checks = {
  'it allocates pages: each another one, aligned, in RAM': async (kit) => {
    const megabytes = anyNumber(64, 512);
    const { output } = await kit.run({ MEMORY: `${megabytes}M` });
    const pages = linesOf(output).flatMap(hexNumbers).filter((value) => value >= 0x8020_0000);
    assert.ok(pages.length >= 4, `it tells of ${pages.length} pages`);
    assert.equal(new Set(pages).size, pages.length, 'a page was given away twice');
    for (const page of pages) {
      assert.equal(page % 4096, 0, `0x${page.toString(16)} is no multiple of 4096`);
      assert.ok(page + 4096 <= 0x8000_0000 + megabytes * 2 ** 20, 'a page lies outside RAM');
    }
  },
  'when there are none left it says so and ends with an error': async (kit) => {
    const { status, output } = await kit.run();
    assert.notEqual(status, 0, 'the status of make');
    assert.match(linesOf(output).at(-1), /panic|memory|page/i, 'the last line');
    assert.doesNotMatch(output, /^run: ended after/m, 'it hangs');
  },
};
