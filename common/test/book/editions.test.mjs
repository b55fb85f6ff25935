// The editions: the book as PDF, as EPUB, and as plain text. They are those of a site that is built
// here with them, below /x/ and with an address, but without what pages run.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { unzipSync } from 'fflate';
import { parse } from 'parse5';

import { treeOf } from '../../../book/lib/blame.mjs';
import { parts } from '../../../book/lib/contents.mjs';
import { readChapter } from '../../../book/lib/states.mjs';
import { filesOf, stepBefore, steps } from '../../../book/lib/steps.mjs';
import { needs } from '../../install/missing.mjs';
import { startBrowser } from './chromium.mjs';
import { assertNone, testHtml } from './html.mjs';
import { attribute, elementsOf, hasClass, readSite, root, textOf } from './pages.mjs';

needs('java', 'pdftotext', 'qpdf');
const [base, siteUrl] = ['/x/', 'https://book.example/x/'];
const scratch = mkdtempSync(join(tmpdir(), 'editions-'));
after(() => rmSync(scratch, { recursive: true }));
const directory = join(scratch, 'site');
Object.assign(process.env, { BASE: base, SITE_URL: siteUrl, RUN: '' });
const built = spawnSync('node', ['book/build.mjs', directory], {
  cwd: root, encoding: 'utf8', env: { ...process.env, EDITIONS: '1' },
});
assert.equal(built.status, 0, built.stdout + built.stderr);

const site = readSite(directory, base, siteUrl);
const contents = [...parts.flatMap(({ items }) => items).filter(({ isTool }) => !isTool)
  .map(({ link }) => link.slice(1)), ...steps.map((step) => `${step}/solutions/`)];
const nameOf = (address) => address.slice(0, -1).replaceAll('/', '-') || 'index';

const withTag = (elements, name) => elements.filter(({ tagName }) => tagName === name);
const withClass = (elements, name) => elements.filter((element) => hasClass(element, name));
const isWithin = (element, ...names) => element !== undefined && element !== null
  && ((element.attrs !== undefined && names.some((name) => hasClass(element, name)))
    || isWithin(element.parentNode, ...names));

/** The elements of the text of a page of the site. */
const inText = (address) => withClass(site.pages.get(address).elements, 'vp-doc')
  .flatMap((element) => [...elementsOf(element)]);

/** A text as it can be found whatever lines it was broken into. */
const squeeze = (text) => text.replace(/[\s\u200b\u00ad-]+/g, '');

test('the book has each page of prose, but for the licences of what pages run', () => {
  const prose = [...site.pages.values()].filter(({ kind }) => kind === 'prose');
  const missing = prose.map(({ address }) => address).filter((each) => !contents.includes(each));
  assert.deepEqual(missing, ['licences/']);
});

test('the first page leads to them, and every other link of the site still leads somewhere', () => {
  const links = withTag(inText(''), 'a').map((link) => attribute(link, 'href'));
  for (const kind of ['pdf', 'epub']) {
    assert.ok(links.includes(`${base}hypervisor-workbook.${kind}`), kind);
  }
});
testHtml(site);

/** The last line of a fold: of code, of a table, or of text. */
function lastLineOf(fold) {
  const isLine = ({ tagName, parentNode }) => ['p', 'li', 'td'].includes(tagName)
    || (tagName === 'span' && ['pre', 'ins', 'del', 'code'].includes(parentNode.tagName));
  const lines = [...elementsOf(fold)].filter(isLine).map((line) => textOf(line).trim());
  return lines.findLast((line) => line !== '').slice(-50);
}

/** What of a page has to be found in an edition: text of changed lines, folds and drawings. */
function expectedOf(address) {
  const text = inText(address);
  const lines = ['ins', 'del'].flatMap((tag) => withTag(text, tag).flatMap((run) =>
    withTag([...elementsOf(run)], 'span').map((line) => (tag === 'ins' ? '+' : '−')
      + textOf(line))));
  // What does not change in a file is told by the number of its lines; they stand elsewhere.
  const folds = withTag(text, 'details').filter((fold) => !isWithin(fold, 'file')).map(lastLineOf);
  const drawings = withTag(text, 'svg').flatMap((svg) =>
    withTag([...elementsOf(svg)], 'text').map((each) => textOf(each)));
  return [...lines, ...folds, ...drawings].map(squeeze);
}

/** Fails if a text lacks something of a page. */
function assertComplete(name, text) {
  const all = contents.flatMap((address) => expectedOf(address).map((each) => [address, each]));
  assert.ok(all.length > 3000, `${all.length} texts are looked for`);
  assertNone(all.filter(([address, each]) => !text(address).includes(each))
    .map(([address, each]) => `/${address}: ${name} lacks ${each}`));
}

const unexpanded = /^@@ [a-z]|@\([a-z"]/m;

describe('the EPUB', () => {
  const path = join(directory, 'hypervisor-workbook.epub');
  const files = unzipSync(readFileSync(path));
  const textIn = (name) => Buffer.from(files[`book/${name}.xhtml`]).toString();
  const pages = new Map(contents.map((address) =>
    [address, [...elementsOf(parse(textIn(nameOf(address))))]]));

  test('is without error and without warning', () => {
    const { stdout, stderr } = spawnSync('java', ['-jar', '/usr/share/java/epubcheck.jar', path],
      { encoding: 'utf8' });
    assert.match(stdout, /No errors or warnings detected/, stdout + stderr);
  });

  test('has no id twice, on whatever page', () => {
    const ids = [...pages.values()].flat().map((each) => attribute(each, 'id')).filter(Boolean);
    assert.ok(ids.length > 500, `${ids.length} ids`);
    assertNone(ids.filter((id, index) => ids.indexOf(id) !== index));
  });

  test('links as the site does: within the book where it has the page, else to the site', () => {
    const targetOf = (href, address) => {
      const url = new URL(href, siteUrl + address);
      const place = decodeURI(url.pathname.slice(base.length));
      const id = decodeURIComponent(url.hash.slice(1));
      return url.href.startsWith(siteUrl) && contents.includes(place)
        ? `${nameOf(place)}.xhtml#page-${nameOf(place)}${id && `--${id}`}` : url.href;
    };
    for (const address of contents) {
      const links = withTag(inText(address), 'a').filter((link) =>
        !isWithin(link, 'header-anchor', 'lines', 'onward', 'editions'));
      assert.deepEqual(
        withTag(pages.get(address), 'a').map((link) => attribute(link, 'href')),
        links.map((link) => targetOf(attribute(link, 'href'), address)), `/${address}`);
    }
  });

  test('has no link that leads to nothing', () => {
    const linked = [['nav', [...elementsOf(parse(textIn('nav')))]], ...pages];
    const ids = new Map(contents.map((address) => [`${nameOf(address)}.xhtml`,
      new Set(pages.get(address).map((each) => attribute(each, 'id')))]));
    const links = linked.flatMap(([from, elements]) => withTag(elements, 'a')
      .map((link) => [from, ...attribute(link, 'href').split('#')]));
    const inside = links.filter(([, file]) => !/^https?:/.test(file) && file !== 'cover.xhtml');
    assert.ok(inside.length > 600, `${inside.length} links`);
    const isThere = ([, file, id = `page-${file.slice(0, -'.xhtml'.length)}`]) =>
      ids.get(file)?.has(id);
    assertNone(inside.filter((link) => !isThere(link)).map((link) => link.join(' ')));
  });

  test('has each change, each fold and each drawing', () => {
    const shown = new Map([...pages].map(([address, elements]) =>
      [address, squeeze(textOf(elements[0]))]));
    assertComplete('its page', (address) => shown.get(address));
  });

  test('has nothing that only a browser with scripts can use, and nothing unexpanded', () => {
    const tags = ['button', 'input', 'form', 'details', 'script'];
    assertNone([...pages].flatMap(([address, elements]) => [
      ...elements.filter(({ tagName }) => tags.includes(tagName))
        .map(({ tagName }) => `/${address}: <${tagName}>`),
      ...(unexpanded.exec(textOf(elements[0])) ?? []),
    ]));
  });

  test('is nowhere wider than a phone', async (t) => {
    const place = join(scratch, 'epub');
    mkdirSync(place);
    for (const [name, bytes] of Object.entries(files)) {
      mkdirSync(dirname(join(place, name)), { recursive: true });
      writeFileSync(join(place, name), bytes);
    }
    const browser = await startBrowser();
    t.after(() => browser.close());
    const tab = await browser.newPage({ viewport: { width: 390, height: 844 } });
    for (const address of contents) {
      await tab.goto(`file://${place}/book/${nameOf(address)}.xhtml`);
      const width = await tab.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(width <= 390, `/${address}: ${width} px`);
    }
  });

  test('has the same bytes each time, wherever it is made', () => {
    const [there, here] = ['Asia/Tokyo', 'America/Lima'].map((zone) => {
      const place = join(scratch, zone);
      execFileSync('node', ['book/editions/build.mjs', 'epub', directory, place],
        { cwd: root, env: { ...process.env, TZ: zone } });
      return readFileSync(join(place, 'hypervisor-workbook.epub'));
    });
    assert.ok(there.equals(here));
  });
});

describe('the PDF', () => {
  const path = join(directory, 'hypervisor-workbook.pdf');
  const pdftotext = (...options) => execFileSync('pdftotext', [...options, path, '-'],
    { encoding: 'utf8', maxBuffer: 1 << 28 });
  const sheets = pdftotext('-raw').split('\f').slice(0, -1);
  const squeezed = sheets.map(squeeze);

  test('has each change, each fold and each drawing', () => {
    const all = squeezed.join('');
    assertComplete('the PDF', () => all);
    assert.doesNotMatch(sheets.join('\n'), unexpanded);
  });

  test('says in its contents on which page each chapter and each section is', () => {
    const titles = [...parts.map(({ text }) => text), 'Solutions'];
    const lines = sheets.filter((text) => text.startsWith('Contents'))
      .flatMap((text) => text.trimEnd().split('\n').slice(1))
      .filter((line) => !titles.includes(line));
    const list = lines.slice(1).join('\n').replace(/(?<!\d)\n/g, ' '); // what is long is broken
    const entries = [...list.matchAll(/^(?:\d+ )?(.+) (\d+)$/gm)]
      .map(([, title, sheet]) => ({ title: squeeze(title), sheet: Number(sheet) }));
    const named = contents.length + steps.flatMap((step) => readChapter(step).states).length;
    assert.equal(entries.length, named, entries.map(({ title }) => title).join(', '));
    assertNone(entries.filter(({ title, sheet }) => !squeezed[sheet - 1]?.includes(title))
      .map(({ title, sheet }) => `${title} is not on page ${sheet}`));
  });

  test('has fonts of its own and no other, so that it looks the same wherever it is made', () => {
    const lines = execFileSync('pdffonts', [path], { encoding: 'utf8' }).split('\n').slice(2, -1);
    const names = lines.map((line) => /^[A-Z]{6}\+(\S+)/.exec(line)?.[1]);
    const own = /^(IBMPlex(Serif|Sans|Mono)-|DejaVuSansMono$)/;
    assertNone(names.filter((name) => !own.test(name)).map((name) => `substituted: ${name}`));
    assertNone(lines.filter((line) => !/ yes yes (yes|no) +\d+ +\d+$/.test(line)));
  });

  test('is tagged, has an outline, and a title', () => {
    const told = execFileSync('pdfinfo', [path], { encoding: 'utf8' });
    assert.match(told, /^Title: +Hypervisor Workbook$/m);
    assert.match(told, /^Tagged: +yes$/m);
    const outline = JSON.parse(execFileSync('qpdf', ['--json', '--json-key=outlines', path],
      { encoding: 'utf8', maxBuffer: 1 << 28 })).outlines;
    assert.equal(outline.length, contents.length + 1); // and the contents
  });

  /** A tab with what is printed, as wide as it is on paper. */
  async function openPrinted(t) {
    const [{ readDocument }, { printer }] = await Promise.all(['document', 'print'].map((name) =>
      import(`../../../book/editions/${name}.mjs`)));
    const browser = await startBrowser();
    t.after(() => browser.close());
    const tab = await browser.newPage();
    await tab.setViewportSize({ width: Math.floor(170 / 25.4 * 96), height: 1000 });
    await tab.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await tab.setContent(printer(readDocument(directory))(new Map()));
    return tab;
  }

  // Chromium makes all letters smaller where something does not fit.
  test('has nothing that is wider than its paper', async (t) => {
    const tab = await openPrinted(t);
    assertNone(await tab.evaluate(() => {
      const inside = document.createRange();
      return [...document.querySelectorAll('body *')].filter((element) => {
        inside.selectNodeContents(element);
        return inside.getBoundingClientRect().right > innerWidth + 1;
      }).map((element) => element.outerHTML.slice(0, 100));
    }));
  });

  test('is white for a reader whose system is dark', async (t) => {
    const tab = await openPrinted(t);
    const colors = await tab.evaluate(() => {
      document.documentElement.classList.add('dark');
      const of = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
      return [of('html', 'backgroundColor'), of('html', 'color'), of('html', 'colorScheme'),
        of('.t1', 'color')];
    });
    assert.deepEqual(colors, ['rgb(255, 255, 255)', 'rgb(28, 32, 36)', 'light',
      'rgb(102, 112, 123)']);
  });
});

describe('the plain text', () => {
  const fileOf = (address) => join(directory, `${address}index.html.md`);

  test('is listed in llms.txt, page by page, and is there whole as well', () => {
    const list = readFileSync(join(directory, 'llms.txt'), 'utf8');
    const links = [...list.matchAll(/^- \[.+\]\((.+)\): .+$/gm)].map(([, url]) => url);
    assert.deepEqual(links, contents.map((address) => `${siteUrl}${address}index.html.md`));
    const full = readFileSync(join(directory, 'llms-full.txt'), 'utf8');
    const texts = contents.map((address) => readFileSync(fileOf(address), 'utf8'));
    assert.equal(full, texts.join('\n'));
    assert.doesNotMatch(full, unexpanded);
    assert.doesNotMatch(full, /<\/?(div|figure|svg|details|table)\b/);
  });

  for (const step of steps) {
    test(`has patches in ${step} that git applies one after the other, up to the step`, () => {
      const [, build] = readFileSync(fileOf(`${step}/`), 'utf8').split('\n## Build it\n');
      const [part] = build.split(/\n## /);
      const patches = [...part.matchAll(/^(`{3,})diff\n([^]*?)^\1\n(\nTo try it)?/gm)]
        .filter(([, , , isFault]) => !isFault).map(([, , text]) => text);
      assert.equal(patches.length, readChapter(step).boxes.length);
      const place = join(scratch, step);
      mkdirSync(place);
      for (const [path, text] of filesOf(stepBefore(step))) {
        mkdirSync(dirname(join(place, path)), { recursive: true });
        writeFileSync(join(place, path), text);
      }
      for (const patch of patches) {
        execFileSync('git', ['apply', '-'], { cwd: place, input: patch });
      }
      assert.deepEqual(filesOf(step, scratch), treeOf(step));
    });
  }
});

