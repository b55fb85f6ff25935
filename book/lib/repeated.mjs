// What two pages have in common: ten words in a row. Whoever reads the book in order has read them.
// Only what is typed counts: no code, no quotation, nothing that a directive brings but its caption.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readingOrder } from './contents.mjs';
import { bookDirectory, numberPattern } from './page.mjs';
import { blocksOf } from './prose.mjs';

const least = 10; // words

/**
 * What may stand on two pages all the same: { words, reason }. The words are as a complaint names
 * them. One that is not on two pages is a complaint, too.
 */
export const exceptions = [];

/** The place of a page in the book; those that stand beside it come last. */
function placeOf(page) {
  const at = readingOrder.indexOf(page === 'index' ? '/' : `/${page}/`);
  return at < 0 ? readingOrder.length : at;
}

/** The pages' names, without `.md`, in reading order. */
const pagesIn = (book) => readdirSync(book)
  .filter((name) => name.endsWith('.md') && name !== 'README.md')
  .map((name) => name.slice(0, -3)).sort()
  .sort((one, other) => placeOf(one) - placeOf(other));

/** A page with its description and its captions as paragraphs, in their lines. */
const asParagraphs = (text) => text
  .replace(/^---\n[^]*?\n---\n/, (front) => front.replace(/^(?!description:).*$/gm, ''))
  .replace(/^@@ *(?:drawing|exits) +\S+ +"((?:[^"\\]|\\.)*)".*$/gm, '$1');

const unit = new RegExp(
  `\`+([^\`]+)\`+|${numberPattern.source}|([\\p{L}\\p{N}][\\p{L}\\p{N}’'./_-]*)`, 'gu');

/** The words of a text. A name in backticks is one, and so is a number that is inserted. */
const wordsOf = (text) => [...text.replace(/\]\([^)]*\)/g, ']').matchAll(unit)]
  .map(([, ...forms]) => forms.find(Boolean).toLowerCase().replace(/\s+/g, '')
    .replace(/[’'./-]+$/, ''));

/** All rows of `least` words of a page: { words, line, index, block }, index within the block. */
const rowsOf = (text) => blocksOf(asParagraphs(text)).flatMap(({ text: block, line }, number) => {
  const words = wordsOf(block);
  return words.slice(least - 1).map((_, index) => (
    { words: words.slice(index, index + least), line, index, block: number }));
});

/**
 * What stands on two pages: { words, places: [first, second] }, each place { page, line }. Rows that
 * overlap are one.
 */
function repetitionsIn(book) {
  const first = new Map(); // from a row's words to where it stands first
  const found = [];
  for (const page of pagesIn(book)) {
    for (const row of rowsOf(readFileSync(join(book, `${page}.md`), 'utf8'))) {
      const { words, line, index, block } = row;
      const key = words.join(' ');
      const known = first.get(key);
      const last = found.at(-1);
      if (known === undefined) {
        first.set(key, { page, line });
      } else if (known.page !== page) {
        const goesOn = last?.row.block === block && last.row.index === index - 1
          && last.places[1].page === page && last.places[0].page === known.page;
        if (goesOn) {
          last.words.push(words.at(-1));
          last.row = row;
        } else {
          found.push({ words: [...words], row, places: [known, { page, line }] });
        }
      }
    }
  }
  return found.map(({ words, places }) => ({ words: words.join(' '), places }));
}

/** What is told twice in the book: texts, each with both places and the words. */
export function repetitions(book = bookDirectory, allowed = exceptions) {
  const found = repetitionsIn(book);
  const nameOf = ({ page, line }) =>
    `${relative(process.cwd(), join(book, `${page}.md`))}:${line}`;
  const isAllowed = ({ words }) => allowed.some((each) => words === each.words);
  return [
    ...found.filter((each) => !isAllowed(each)).map(({ words, places: [one, other] }) =>
      `${nameOf(other)}: has been said in ${nameOf(one)}: ${words}`),
    ...allowed.filter(({ words }) => !found.some((each) => each.words === words))
      .map(({ words }) => `no exception is needed any more for: ${words}`),
  ];
}
