// The site as it is published: below /x/, with addresses of its own and of its sources, which is
// built here. And what depends on the server that it lies on.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { openTab, startBrowser, visit } from './chromium.mjs';
import { assertNone, testHtml } from './html.mjs';
import { attribute, builtSite, readSite, root, textOf } from './pages.mjs';
import { searchFor } from './search.mjs';
import { serve } from './serve.mjs';
import { testWeight } from './weight.mjs';

const directory = mkdtempSync(join(tmpdir(), 'published-'));
after(() => rmSync(directory, { recursive: true }));
const [base, siteUrl, repoUrl] = ['/x/', 'https://book.example/x', 'https://code.example/y'];
const { status, stdout, stderr } = spawnSync('node', ['book/build.mjs', directory], {
  cwd: root, env: { ...process.env, BASE: base, SITE_URL: siteUrl, REPO_URL: repoUrl },
  encoding: 'utf8',
});
assert.equal(status, 0, stdout + stderr);
const site = readSite(directory, base, siteUrl);
const browser = await startBrowser();
after(() => browser.close());

testHtml(site);
// A base and a repository with longer names cost each page some bytes more.
testWeight(browser, directory, base, 256);

test('the sitemap has every page', () => {
  const sitemap = readFileSync(join(directory, 'sitemap.xml'), 'utf8');
  const listed = [...sitemap.matchAll(/<loc>(.*?)<\/loc>/g)].map(([, url]) => url).sort();
  assert.deepEqual(listed, [...site.pages.keys()].filter((address) => address !== '404.html')
    .map((address) => `${siteUrl}/${address}`).sort());
  assert.ok(!sitemap.includes('<lastmod>'), 'a clone that is shallow dates all pages alike');
});

test('every page says where it is and where an error is reported, and leads to its source', () => {
  const faults = [...site.pages.values()].filter(({ kind }) => kind !== 'missing')
    .flatMap(({ path, address, elements }) => {
      const links = elements.map((element) => attribute(element, 'href') ?? '');
      const edits = links.filter((url) => url.startsWith(`${repoUrl}/edit/main/`))
        .map((url) => decodeURI(url.slice(`${repoUrl}/edit/main/`.length)));
      const own = `book/${address.slice(0, -1)}.md`;
      return [
        links.includes(`${siteUrl}/${address}`) ? [] : `${path} does not say where it is`,
        links.some((url) => url.startsWith(`${repoUrl}/issues/new`)) ? []
          : `${path}: no error can be reported`,
        !existsSync(join(root, own)) || edits.includes(own) ? []
          : `${path} does not lead to ${own}`,
        edits.filter((source) => source !== own).map((source) => `${path} leads to ${source}`),
      ].flat();
    });
  assertNone(faults);
});

test('the first page and the set-up say how to get the sources', () => {
  const command = `git clone ${repoUrl} `;
  assertNone(['', 'setup/'].filter((address) =>
    !site.pages.get(address).elements
      .some((element) => element.tagName === 'pre' && textOf(element).includes(command))));
});

test('every page names the card by its full address', () => {
  const imageOf = ({ elements }) => elements
    .find((element) => attribute(element, 'property') === 'og:image');
  assertNone([...site.pages.values()].filter(({ kind }) => kind !== 'missing')
    .filter((page) => attribute(imageOf(page), 'content') !== `${siteUrl}/card.png`)
    .map(({ path }) => path));
});

test('the card has the size that others ask for, and the title of the book on it', async (t) => {
  const server = await serve(directory, base);
  t.after(server.close);
  const context = await browser.newContext();
  t.after(() => context.close());
  const tab = await openTab(context, server.address);
  await visit(tab, server.address);
  const { width, height, white } = await tab.evaluate(readCard, `${base}card.png`);
  assert.deepEqual([width, height], [1200, 630]);
  assert.ok(white.title > 10_000 && white.drawing > 10_000, JSON.stringify(white));
  assert.equal(white.margin, 0);
});

/** How large an image is, and how many points are white in parts of it; runs in the page. */
async function readCard(url) {
  const image = await createImageBitmap(await (await fetch(url)).blob());
  const { width, height } = image;
  const canvas = new OffscreenCanvas(width, height).getContext('2d');
  canvas.drawImage(image, 0, 0);
  const whiteIn = (...place) => {
    const bytes = canvas.getImageData(...place).data;
    return bytes.filter((byte, at) => at % 4 === 0 && byte > 240).length;
  };
  return {
    width, height,
    white: {
      title: whiteIn(60, 140, 540, 180), drawing: whiteIn(660, 40, 540, 550),
      margin: whiteIn(0, 0, 60, height),
    },
  };
}

for (const [place, at] of [[builtSite, '/'], [directory, base]]) {
  for (const redirects of [true, false]) {
    test(`below ${at} addresses work with and without a slash, on a server that ${
      redirects ? 'adds' : 'does not add'} it`, async (t) => {
      const server = await serve(place, at, { redirects });
      t.after(server.close);
      const context = await browser.newContext();
      t.after(() => context.close());
      const tab = await openTab(context, server.address);
      for (const address of ['07-hypercall', '07-hypercall/whole', 'files/07-hypercall/exit.cpp',
        'api/07-hypercall', 'threat-model']) {
        for (const slash of ['/', '']) {
          await visit(tab, server.address + address + slash);
          const title = site.pages.get(`${address}/`).elements
            .find(({ tagName }) => tagName === 'title').childNodes[0].value;
          await tab.waitForFunction((text) => document.title === text
            && document.querySelector('.vp-doc h1') !== null, title);
        }
      }
    });
  }
}

test('the search works below /x/', async (t) => {
  const server = await serve(directory, base);
  t.after(server.close);
  const context = await browser.newContext();
  t.after(() => context.close());
  const tab = await openTab(context, server.address);
  await visit(tab, `${server.address}07-hypercall/`);
  await searchFor(tab, 'exit_guest');
  assert.ok(tab.url().startsWith(server.address), tab.url());
  assert.deepEqual(tab.faults, []);
});
