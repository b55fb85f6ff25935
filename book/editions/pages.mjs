// The pages of the book as the built site has them, in reading order, without what is around their
// text. All editions begin here.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromHtml } from 'hast-util-from-html';
import { toString } from 'hast-util-to-string';
import { refuse } from '../../common/stairs/steps.mjs';
import { parts } from '../lib/contents.mjs';
import { steps } from '../lib/steps.mjs';
import { clean } from './clean.mjs';
import { find, hasClass, isTag } from './tree.mjs';

/** The solutions, which no sidebar has. */
const solutions = {
  text: 'Solutions', items: steps.map((step) => ({ link: `/${step}/solutions/` })),
};

/** A page's name in an edition: `07-hypercall-solutions`. */
const nameOf = (address) => address.slice(0, -1).replaceAll('/', '-') || 'index';

const fileOf = (site, address) => join(site, address, 'index.html');

/** Reads a page. @param address as in the site, without its base: `07-hypercall/` */
function readPage(site, address) {
  const document = fromHtml(readFileSync(fileOf(site, address), 'utf8'));
  const text = find(document, (node) => hasClass(node, 'vp-doc'));
  const content = clean({ type: 'root', children: text.children.flatMap((node) => node.children) });
  const description = find(document, ({ tagName, properties }) =>
    tagName === 'meta' && properties.name === 'description').properties.content;
  const title = toString(find(content, isTag('h1')));
  const step = steps.find((each) => address.startsWith(`${each}/`));
  const isChapter = address === `${step}/`;
  return { address, name: nameOf(address), title, description, content, step, isChapter };
}

/**
 * The pages of the book that the site has: all of them, but in a test with a small book.
 * @param site the directory of a built site
 * @returns the parts, each { title, pages }, and each page { address, name, title, description,
 *   content, step, isChapter }: its text as a tree, and the step that it is about, if any
 */
export function readPages(site) {
  if (!existsSync(fileOf(site, ''))) {
    refuse(`${site} has no first page: make book builds it`);
  }
  return [...parts, solutions].map(({ text, items }) => ({
    title: text,
    pages: items.filter(({ isTool, link }) => !isTool && existsSync(fileOf(site, link)))
      .map(({ link }) => readPage(site, link.slice(1))),
  })).filter(({ pages }) => pages.length > 0);
}
