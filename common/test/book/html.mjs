// What must hold for the HTML of every page of a site, wherever it lies on its server.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { attribute } from './pages.mjs';

/** Fails with the first of the faults, if there are any. */
export function assertNone(faults) {
  const more = faults.length > 10 ? `\nand ${faults.length - 10} more` : '';
  assert.ok(faults.length === 0, `${faults.slice(0, 10).join('\n')}${more}`);
}

/** Attributes whose value is loaded; that of `href` is, too, in some elements. */
const loading = ['src', 'srcset', 'poster', 'data', 'xlink:href'];
const isLoading = ({ tagName }) => ['link', 'image', 'use', 'base'].includes(tagName);

/** Where an element leads, or what it loads: [{ url, isLoaded }]. */
const urlsOf = (element) => element.attrs
  .filter(({ name }) => name === 'href' || loading.includes(name))
  .map(({ name, value }) => ({ url: value, isLoaded: name !== 'href' || isLoading(element) }));

/** What is wrong with a link to `url` on a page; undefined if it arrives, or leaves the site. */
function faultOf(url, { address }, { base, pages, paths }) {
  const { pathname, hash, origin } = new URL(url, `http://site${base}${address}`);
  if (origin !== 'http://site') {
    return undefined;
  }
  const path = decodeURI(pathname);
  const place = path.slice(base.length);
  const page = path.startsWith(base) && pages.get(place);
  if (page) {
    const id = decodeURIComponent(hash.slice(1));
    return id === '' || page.ids.has(id) ? undefined : `there is no id ${id}`;
  }
  return path.startsWith(base) && paths.includes(place) ? undefined
    : pages.has(`${place}/`) ? 'the slash at its end is missing' : 'leads to nothing';
}

const pagesOf = (site) => [...site.pages.values()];

/** Each of these gives what is wrong with a site, as text: `page: what`. */
export const rules = {
  'is HTML without a mistake': (site) => pagesOf(site).flatMap(({ errors }) => errors),

  'has no id twice on a page': (site) => pagesOf(site).flatMap(({ path, elements }) => {
    const ids = elements.map((element) => attribute(element, 'id')).filter(Boolean);
    return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${path}: ${id}`);
  }),

  'has no link that leads to nothing': (site) => pagesOf(site).flatMap((page) =>
    page.elements.flatMap(urlsOf).flatMap(({ url }) => {
      const fault = faultOf(url, page, site);
      return fault ? [`${page.path}: ${url}: ${fault}`] : [];
    })),

  'loads nothing from elsewhere': (site) => {
    const { directory, paths, siteUrl } = site;
    const inSheets = paths.filter((path) => path.endsWith('.css')).flatMap((path) =>
      [...readFileSync(join(directory, path), 'utf8').matchAll(/url\(["']?([^"')]*)|@import/g)]
        .map(([all, url = all]) => ({ path, url })));
    const onPages = pagesOf(site).flatMap(({ path, elements }) => elements.flatMap(urlsOf)
      .filter(({ isLoaded }) => isLoaded).map(({ url }) => ({ path, url })));
    const isOurs = (url) => /^(\/(?!\/)|#|data:)/.test(url) || (siteUrl && url.startsWith(siteUrl));
    return [...inSheets, ...onPages].filter(({ url }) => !isOurs(url))
      .map(({ path, url }) => `${path}: ${url}`);
  },

  // What is a.html to one server is a/ to another, if there is a folder a.
  'has a folder for each address': (site) => pagesOf(site).map(({ path }) => path)
    .filter((path) => path !== '404.html' && !/(^|\/)index\.html$/.test(path)),
};

/**
 * Tests a site against all of them.
 * @param site as readSite gives it
 */
export const testHtml = (site) => describe(`the site below ${site.base}`, () => {
  test('has pages and a style sheet', () => {
    assert.ok(site.pages.size > 100, `${site.directory} has ${site.pages.size} pages`);
    assert.ok(site.paths.some((path) => path.endsWith('.css')));
  });
  for (const [name, rule] of Object.entries(rules)) {
    test(name, () => assertNone(rule(site)));
  }
});
