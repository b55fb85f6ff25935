// The pages of a built site, as its tests read them.
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'parse5';

import { steps } from '../../../book/lib/steps.mjs';
import { filesIn } from '../../stairs/steps.mjs';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The built site: `make book` puts it there. */
export const builtSite = resolve(root, process.env.BOOK_SITE ?? 'build/book');

/** What a page is, by its address without the base. */
function kindOf(address) {
  const [first, second] = address.split('/');
  if (address === '404.html') {
    return 'missing';
  }
  return { files: 'file', api: 'api' }[first]
    ?? (!steps.includes(first) ? 'prose' : second || 'chapter');
}

/** The elements below a node of parse5's tree, in the order of the page. */
export function* elementsOf(node) {
  for (const child of node.childNodes ?? []) {
    if (child.tagName !== undefined) {
      yield child;
    }
    yield* elementsOf(child);
  }
}

/** An attribute's value; undefined where there is none. */
export const attribute = (element, name) =>
  element.attrs.find((each) => each.name === name)?.value;

/** Whether an element has that class. */
export const hasClass = (element, name) =>
  (attribute(element, 'class') ?? '').split(/\s+/).includes(name);

/** The text of an element, but for what is in elements that `isLeftOut` says. */
export function textOf(node, isLeftOut = () => false) {
  return node.nodeName === '#text' ? node.value
    : (node.childNodes ?? []).map((child) =>
      (child.tagName !== undefined && isLeftOut(child) ? '' : textOf(child, isLeftOut))).join('');
}

/**
 * The pages below a directory: { path, address, kind, size }. An address is relative to the base
 * and ends with a slash; that of the first page is empty. `kind` is `chapter`, `whole`,
 * `solutions`, `file`, `api`, `prose`, or `missing`: the page for what is not there.
 */
export const listPages = (directory) => filesIn(directory)
  .filter((path) => path.endsWith('.html')).map((path) => {
    const address = path.replace(/(^|\/)index\.html$/, '$1');
    return { path, address, kind: kindOf(address), size: statSync(join(directory, path)).size };
  });

const empty = ['area', 'base', 'br', 'col', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr'];

/**
 * Whether an element is not in the source as it is in the page: it has no end there, or not even a
 * beginning. Then something crosses, or stands where it may not.
 */
function isPatched({ tagName, sourceCodeLocation: place }, html) {
  if (!place) {
    return !['html', 'head', 'body'].includes(tagName);
  }
  const { startTag, endTag } = place;
  return !empty.includes(tagName) && endTag === undefined && startTag !== undefined
    && !html.startsWith('/>', startTag.endOffset - 2);
}

/**
 * Reads a site.
 * @param siteUrl what its pages may call themselves, if they know it
 * @returns { directory, base, siteUrl, paths, pages }: the paths of all files; and from each
 *   address to what listPages says of the page, with its `elements`, its `ids`, and what is wrong
 *   with its HTML, as `errors`
 */
export function readSite(directory, base, siteUrl) {
  const pages = listPages(directory).map((page) => {
    const errors = [];
    const report = ({ startLine, startCol }, what) =>
      errors.push(`${page.path}:${startLine}:${startCol}: ${what}`);
    const html = readFileSync(join(directory, page.path), 'utf8');
    const document = parse(html, {
      sourceCodeLocationInfo: true,
      onParseError: (error) => report(error, error.code),
    });
    const elements = [...elementsOf(document)];
    for (const element of elements.filter((each) => isPatched(each, html))) {
      const place = element.sourceCodeLocation ?? element.parentNode.sourceCodeLocation;
      report(place ?? {}, `<${element.tagName}> is patched up`);
    }
    const ids = new Set(elements.map((element) => attribute(element, 'id')).filter(Boolean));
    return [page.address, { ...page, elements, ids, errors }];
  });
  return { directory, base, siteUrl, paths: filesIn(directory), pages: new Map(pages) };
}
