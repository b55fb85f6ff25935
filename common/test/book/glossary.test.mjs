// The terms of the book: what book/lib/terms.mjs finds in pages, and that in ours it finds nothing.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { glossary } from '../../../book/glossary.mjs';
import { glossaryHtml } from '../../../book/lib/render/glossary.mjs';
import { slugOf } from '../../../book/lib/page.mjs';
import { complaintsOfTerms, introductionsOf, pagesInOrder } from '../../../book/lib/terms.mjs';
import { assertNone } from './html.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'glossary-'));
after(() => rmSync(scratch, { recursive: true }));

/** A glossary and the text of two chapters with nothing wrong. */
const terms = {
  hart: { isTechnical: true },
  'page walk': { is: 'A page walk leads to a page.', isTechnical: true },
  page: { is: 'A page is 4 KiB.' },
  entry: { is: 'An entry leads to a page.', forms: ['entries'] },
};
const first = 'One. What executes instructions\nis a *hart*. Two harts are two.\n';
const second = 'A *page* has *entries*. So a *page walk* is what a Hart does.\n';

/** The pages of a book with a chapter 1 and a chapter 2. */
function pages(one = first, two = second) {
  const front = '---\ntitle: T\ndescription: D\n---\n\n## Goal\n\n';
  for (const [name, text] of [['01-boot', one], ['02-printing', two]]) {
    writeFileSync(join(scratch, `${name}.md`), text.startsWith('---') ? text : front + text);
  }
  return pagesInOrder(scratch);
}

/** What is said of a glossary and such pages. */
const said = (glossary, ...texts) => complaintsOfTerms(glossary, pages(...texts));

describe('of terms', () => {
  test('that are used as they should be nothing is said', () => assert.deepEqual(said(terms), []));

  test('those are found that are used in an earlier chapter, in any form', () => {
    const early = (text) => said(terms, `${first}\n${text}\n`);
    const message = 'book/01-boot.md:11: page walk is used before it is introduced, in '
      + '02-printing, line 8';
    for (const text of ['A page walk.', '**Page walks** fail.', 'A (page\nwalk).', '- A page walk',
      '| page walk |', '[a page walk](/02-printing/)', '### The page walk', 'page walk’s',
      '@@ drawing one "A page walk."', '@@ exits one "A page walk." "a line"',
      '@@ elided boot.S -- the page walk', '::: details Hint 1\nA page walk\n:::']) {
      assert.deepEqual(early(text).map((each) => each.replace(/:12:/, ':11:')), [message], text);
    }
  });

  test('those are found that stand above their place in the same chapter', () => {
    assert.deepEqual(said(terms, `A hart. ${first}`),
      ['book/01-boot.md:8: hart is used before it is introduced, in 01-boot, line 9']);
    const text = `---\ntitle: Harts\ndescription: The hart.\nfootnote: hart\n---\n${first}`;
    assert.deepEqual(said(terms, text).map((each) => each.split(':')[1]), ['2', '3']);
  });

  test('what is no prose does not count', () => assert.deepEqual(said(terms, `${first}
\`page walk\`, \`\`a page walk\`\`, walk, page_walks, page walker, @(page walk), [a](/page walk/),
[page walk](/specifications/) 3, a <b title="page walk">page</b>.

\`\`\`sh
echo '\`' page walk
\`\`\`

~~~
page walk
~~~

@@ diff page walk

@@ exits one "A caption." "page walk"
`), []));

  test('the name of a document is no use', () => {
    const all = { ...terms, PLIC: { isTechnical: true } };
    assert.deepEqual(said(all, `${first}\nSee PLIC spec 1.4.\n`, `${second}\nA *PLIC*.\n`), []);
  });

  test('those that are not technical may stand anywhere', () =>
    assert.deepEqual(said(terms, `${first}\nA page with an entry.\n`), []));

  test('the longest counts, so that a page walk is no page', () => {
    const all = { ...terms, page: { ...terms.page, isTechnical: true } };
    assert.deepEqual(said(all, first, 'A *page walk*, a *page* and *entries*.\n'), []);
  });

  test('one is found that is in italics twice', () => {
    assert.deepEqual(said(terms, first, `${second}\nTwo *harts*.\n`),
      ['book/02-printing.md:10: *harts* is introduced in 01-boot already']);
    assert.deepEqual(said(terms, `${first}\nTwo *harts*.\n`),
      ['book/01-boot.md:11: *harts* is introduced in 01-boot already']);
  });

  test('italics are found that are none, and not what is bold, or a star', () =>
    assert.deepEqual(said(terms, `${first}\nIt *must* be **bold**, 2 * 3 * 4, a*b*, \`*a*\`.\n`),
      ['book/01-boot.md:11: *must* is no term of the glossary']));

  test('one is found that no page introduces', () =>
    assert.deepEqual(said({ ...terms, leaf: {} }),
      ['book/glossary.mjs: leaf is in italics on no page']));

  test('an exception holds for its page, and must be needed there', () => {
    const but = (...names) => ({
      ...terms,
      hart: { ...terms.hart, early: Object.fromEntries(names.map((name) => [name, 'a reason'])) },
    });
    assert.deepEqual(said(but('01-boot'), `A hart. ${first}`), []);
    assert.deepEqual(said(but('01-boot', '02-printing'), `A hart. ${first}`),
      ['book/glossary.mjs: hart: nothing in 02-printing needs the exception']);
  });
});

test('a term has the sentence and the section that introduce it', () => {
  const found = introductionsOf(terms, pages());
  const { sentence, section, line, page } = found.get('hart');
  assert.deepEqual([sentence, section.slug, line, page.name],
    ['What executes instructions is a hart.', 'goal', 9, '01-boot']);
  assert.equal(found.get('entry').sentence, 'An entry leads to a page.');
});

test('the introduction is read before the chapters', () => {
  writeFileSync(join(scratch, 'introduction.md'), 'A *hart*.\n');
  assert.deepEqual(said(terms, 'A hart.\n'), []);
  rmSync(join(scratch, 'introduction.md'));
});

describe('the glossary', () => {
  const all = Object.entries(glossary);

  test('is what the chapters introduce, and they use no term before', () =>
    assertNone(complaintsOfTerms(glossary, pagesInOrder())));

  test('says of each term in one plain sentence what it is', () => {
    const words = (text) => text.split(/\s+/).length;
    const isSentence = (text) => /^[^.]*(?:\.\S[^.]*)*\.$/.test(text) && words(text) <= 40
      && !/@\(|\]\(|\*/.test(text);
    assertNone([...introductionsOf(glossary, pagesInOrder())]
      .filter(([, { sentence }]) => !isSentence(sentence))
      .map(([term, { sentence }]) => `${term}: ${sentence}`));
  });

  test('has no name twice, and is in the order of the alphabet', () => {
    const names = all.flatMap(([term, { forms = [] }]) => [term, ...forms]);
    assertNone(names.filter((name, index) => names.indexOf(name) !== index));
    const terms = all.map(([term]) => term);
    assert.deepEqual(terms, terms.toSorted((a, b) => a.localeCompare(b, 'en')));
  });

  test('gives the reason of each exception, and the place of each word of a specification', () =>
    assertNone(all.filter(([, { early = {}, specification = '(1)' }]) =>
      Object.values(early).some((reason) => !/\w+ \w+/.test(reason))
        || !/\(.*\d.*\)$/.test(specification)).map(([term]) => term)));

  test('shows each with its own address, and leads to where it is introduced', () => {
    const html = glossaryHtml();
    assert.deepEqual([...html.matchAll(/<dt id="([^"]+)"/g)].map(([, id]) => id),
      all.map(([term]) => slugOf(term)));
    const [shown] = /<dt id="stage-2".*?<\/dd>/.exec(html);
    assert.match(shown, /specification: G-stage address translation \(Privileged spec 18\.5\)\./);
    assert.match(shown, /<a href="\/06-guest-page-table\/#background">Chapter.6<\/a>/);
  });
});
