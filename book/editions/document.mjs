// The pages as one document: each id is there once, and links between pages lead from place to
// place in it. What leads to a page that is not in the book leads to the site, if that is known.
import { h } from 'hastscript';
import { refuse } from '../../common/stairs/steps.mjs';
import { about, title } from '../lib/contents.mjs';
import { base, revision, siteUrl } from '../lib/render/site.mjs';
import { readPages } from './pages.mjs';
import { findAll, hasClass, isTag, replace } from './tree.mjs';

/** The id of a page, and of what has the id `id` on it. */
const idOf = ({ name }, id) => `page-${name}${id ? `--${id}` : ''}`;

/** Gives all ids of a page the page's name, and what names them. */
function renameIds(page) {
  const renamed = (id) => idOf(page, id);
  const inAddress = (text) => text.replace(/url\(#([^)]+)\)/g, (_, id) => `url(#${renamed(id)})`);
  for (const { properties } of findAll(page.content, () => true)) {
    for (const [name, value] of Object.entries(properties)) {
      if (name === 'id') {
        properties.id = renamed(value);
      } else if (['ariaLabelledBy', 'ariaDescribedBy', 'headers'].includes(name)) {
        properties[name] = [value].flat().map(renamed);
      } else if (typeof value === 'string' && value.includes('url(#')) {
        properties[name] = inAddress(value);
      }
    }
  }
}

/** Where a link of a page leads in an edition: an address, or undefined if nowhere. */
function targetOf(href, page, byAddress) {
  const here = `http://site${base}`;
  const url = new URL(href, here + page.address);
  if (!url.href.startsWith(here)) {
    return url.href;
  }
  const place = url.pathname.slice(base.length);
  const target = byAddress.get(place);
  return target ? `#${idOf(target, decodeURIComponent(url.hash.slice(1)))}`
    : siteUrl && siteUrl + place + url.hash;
}

/** Points the links of a page into the document. Names in code are only linked in the site. */
function pointLinks(page, byAddress) {
  for (const lines of findAll(page.content, (node) => hasClass(node, 'lines'))) {
    replace(lines, (node) => (node.tagName === 'a' ? node.children : undefined));
  }
  replace(page.content, (node) => {
    if (node.tagName !== 'a') {
      return undefined;
    }
    const { href, ...properties } = node.properties;
    const target = targetOf(href, page, byAddress);
    return [target ? h('a', { ...properties, href: target }, node.children)
      : h('span', properties, node.children)];
  });
}

/** All that a link into the document can lead to, from each id to its page. */
function placesOf(pages) {
  const places = new Map();
  for (const page of pages) {
    const own = findAll(page.content, ({ properties }) => 'id' in properties)
      .map(({ properties }) => properties.id);
    for (const id of [idOf(page), ...own]) {
      if (places.has(id)) {
        refuse(`/${page.address}: there are two elements ${id}`);
      }
      places.set(id, page);
    }
  }
  return places;
}

function checkLinks(pages, places) {
  for (const page of pages) {
    for (const { properties: { href } } of findAll(page.content, isTag('a'))) {
      if (href.startsWith('#') && !places.has(href.slice(1))) {
        refuse(`/${page.address}: there is no ${href}`);
      }
    }
  }
}

/**
 * Reads the document.
 * @param site the directory of a built site
 * @returns { title, about, revision, parts, pages, places }: the parts as readPages gives them, all
 *   pages, now each with an `id`, and from each id to the page that has it
 */
export function readDocument(site) {
  const parts = readPages(site);
  const pages = parts.flatMap((part) => part.pages);
  const byAddress = new Map(pages.map((page) => [page.address, page]));
  for (const page of pages) {
    page.id = idOf(page);
    renameIds(page);
    pointLinks(page, byAddress);
  }
  const places = placesOf(pages);
  checkLinks(pages, places);
  return { title, about, revision: revision(), parts, pages, places };
}
