// The built site as a reader sees it: in Chromium, wide and narrow, light and dark, with and
// without scripts, on paper. Read is build/book, or what BOOK_SITE names; it was built before.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import axe from 'axe-core';

import { readChapter } from '../../../book/lib/states.mjs';
import { steps } from '../../../book/lib/steps.mjs';
import { filesIn } from '../../stairs/steps.mjs';
import { frames, openTab, shiftsIn, startBrowser, visit, watchShifts } from './chromium.mjs';
import { assertNone } from './html.mjs';
import { builtSite, listPages } from './pages.mjs';
import { searchFor } from './search.mjs';
import { serve } from './serve.mjs';
import { testWeight } from './weight.mjs';

const wide = { width: 1440, height: 900 };
const narrow = { width: 390, height: 844 };

const browser = await startBrowser();
const site = await serve(builtSite);
after(async () => {
  await browser.close();
  site.close();
});

const all = listPages(builtSite);
const written = steps.map((step) => readChapter(step)).filter(({ page }) => page !== undefined);
assert.ok(written.length > 0, 'no chapter is written');
const [{ step: first }] = written;

/** A tab of its own context, closed when the test is over. */
async function tabFor(t, { address = site.address, ...options } = {}) {
  const context = await browser.newContext({ viewport: wide, ...options });
  t.after(() => context.close());
  return openTab(context, address);
}

/** Pages to look at: chapters and prose, and the largest and smallest of each other kind. */
const looked = [
  ...all.filter(({ kind }) => ['chapter', 'prose'].includes(kind)),
  ...['whole', 'solutions', 'file', 'api'].flatMap((kind) => {
    const sorted = all.filter((page) => page.kind === kind).sort((a, b) => a.size - b.size);
    return [...sorted.slice(0, 1), ...sorted.slice(1).slice(-1)];
  }),
].map(({ address }) => address);

/** Changes the theme as its switch does. */
async function setTheme(tab, theme) {
  await tab.evaluate((name) => document.documentElement.classList.toggle('dark', name === 'dark'),
    theme);
  await frames(tab);
}

/** What axe finds in a theme, as text. In the dark one only the colours are others. */
async function axeIn(tab, theme) {
  await setTheme(tab, theme);
  const options = theme === 'light' ? {} : { runOnly: ['color-contrast', 'link-in-text-block'] };
  const found = await tab.evaluate((more) =>
    window.axe.run(document, { ...more, resultTypes: ['violations'] }), options);
  return found.violations.map(({ id, nodes: [{ html, failureSummary }, ...others] }) =>
    `${theme}: ${id}, and ${others.length} more: ${html.slice(0, 100)} `
      + failureSummary.replace(/\s+/g, ' '));
}

/** What reaches beyond the right edge, but for what can be scrolled to. */
const overflowIn = (tab) => tab.evaluate(() => {
  const isScrolled = (element) => element.closest('.vp-doc') !== null && element !== document.body
    && (getComputedStyle(element).overflowX !== 'visible' || isScrolled(element.parentElement));
  const over = [...document.querySelectorAll('.vp-doc *')].filter((element) =>
    element.getBoundingClientRect().right > innerWidth + 1 && !isScrolled(element));
  const { scrollWidth } = document.documentElement;
  return [
    ...(scrollWidth > innerWidth ? [`the page is ${scrollWidth} px wide`] : []),
    ...over.slice(0, 3).map((element) => element.outerHTML.slice(0, 100)),
  ];
});

/** Version, commit and licence. */
const footer = /version \S+.*\b[\da-f]{7,40}\b.*MIT/is;

const openFolds = (tab, which = 'details') => tab.evaluate((selector) => {
  document.querySelectorAll(selector).forEach((fold) => { fold.open = true; });
}, which);

/** All that a browser finds wrong with a page, in both themes, with its folds open. */
async function faultsIn(tab) {
  await openFolds(tab);
  await tab.evaluate(axe.source);
  return [
    ...await axeIn(tab, 'light'), ...await axeIn(tab, 'dark'), ...await overflowIn(tab),
    ...tab.faults,
  ];
}

describe('nothing is wrong with', { concurrency: 2 }, () => {
  for (const viewport of [wide, narrow]) {
    for (const address of looked) {
      test(`/${address} at ${viewport.width} px`, async (t) => {
        const tab = await tabFor(t, { viewport });
        await watchShifts(tab);
        await visit(tab, site.address + address);
        await tab.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
        await frames(tab);
        assertNone([...await shiftsIn(tab), ...await faultsIn(tab)]);
        assert.ok(await tab.locator('footer', { hasText: footer }).isVisible(), 'it has no footer');
      });
    }
  }

  test('the page for what is not there', async (t) => {
    const tab = await tabFor(t);
    const response = await visit(tab, `${site.address}nothing/`);
    assert.equal(response.status(), 404);
    await tab.getByText('There is no such page').waitFor();
    tab.faults = tab.faults.filter((fault) => !fault.includes('status of 404'));
    assertNone(await faultsIn(tab));
    await tab.getByRole('link', { name: 'To the first page' }).click();
    await tab.waitForURL(site.address);
  });
});

describe('copy', () => {
  for (const { step, boxes } of written) {
    test(`gives each file of ${step} as it is in its state, also what is folded`, async (t) => {
      const tab = await tabFor(t, { permissions: ['clipboard-read', 'clipboard-write'] });
      await visit(tab, `${site.address}${step}/`);
      await openFolds(tab, 'details.elided');
      for (const { id, files } of boxes) {
        const there = files.filter(({ after: text }) => text !== undefined);
        const buttons = tab.locator(`[id="${id}"] button.copy`);
        assert.equal(await buttons.count(), there.length, id);
        for (const [index, { path, after: text }] of there.entries()) {
          const button = buttons.nth(index);
          await button.click();
          await button.and(tab.locator('.copied')).waitFor();
          const copied = await tab.evaluate(() => navigator.clipboard.readText());
          assert.equal(copied, text, `${id}: ${path}`);
        }
      }
      assert.deepEqual(tab.faults, []);
    });
  }
});

describe('the search', () => {
  test('loads its index when somebody searches, finds exit_guest, and lands on it', async (t) => {
    const tab = await tabFor(t);
    const requests = [];
    tab.on('request', (request) => requests.push(request.url()));
    await visit(tab, site.address);
    assert.ok(!requests.some((url) => /localSearchIndex/i.test(url)), 'it is loaded with the page');
    await searchFor(tab, 'exit_guest');
    assert.deepEqual(tab.faults, []);
  });

  test('goes on in a page that was left open over a new deployment', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'deployed-'));
    const server = await serve(builtSite);
    t.after(() => {
      server.close();
      rmSync(directory, { recursive: true });
    });
    cpSync(builtSite, directory, { recursive: true });
    rename(directory);
    const tab = await tabFor(t, { address: server.address });
    await visit(tab, `${server.address}${first}/`);
    server.directory = directory;
    await searchFor(tab, 'exit_guest');
  });

  /** Gives all scripts other names, as if they had changed. */
  function rename(directory) {
    const hash = /(?<=[."])[\w-]{8}(?=\.js|\.lean\.js|"|\\")/g;
    const scripts = filesIn(join(directory, 'assets'));
    const hashes = new Set(scripts.flatMap((path) => path.match(hash) ?? []));
    const renamed = (text) => text.replace(hash, (name) =>
      (hashes.has(name) ? `new${name.slice(3)}` : name));
    for (const path of filesIn(directory).filter((name) => /\.(html|js|json)$/.test(name))) {
      const text = readFileSync(join(directory, path), 'utf8');
      rmSync(join(directory, path));
      writeFileSync(join(directory, renamed(path)), renamed(text));
    }
  }
});

describe('folds', () => {
  const summary = 'details.fold > summary';
  const isOpen = (locator) => locator.evaluate((element) => element.closest('details').open);

  for (const javaScriptEnabled of [true, false]) {
    const how = javaScriptEnabled ? 'with scripts' : 'without scripts';

    test(`open and close by key and by click, ${how}`, async (t) => {
      const tab = await tabFor(t, { javaScriptEnabled });
      await tab.goto(`${site.address}07-hypercall/`);
      const fold = tab.locator(summary).first();
      await fold.focus();
      for (const key of ['Enter', 'Space']) {
        assert.equal(await isOpen(fold), key === 'Space');
        await tab.keyboard.press(key);
      }
      assert.equal(await isOpen(fold), false);
      await fold.click();
      assert.equal(await isOpen(fold), true);
    });

    test(`and "result" hides what was removed, by key and by click, ${how}`, async (t) => {
      const tab = await tabFor(t, { javaScriptEnabled });
      await tab.goto(`${site.address}07-hypercall/`);
      const file = tab.locator('.file', { has: tab.locator('del') }).first();
      const removed = file.locator('del').first();
      const choice = file.getByLabel('result');
      await removed.waitFor({ state: 'visible' });
      for (const [tag, sign] of [['del', '−'], ['ins', '+']]) {
        const line = file.locator(`${tag} > span:not(.spoken)`).first();
        const before = await line.evaluate((each) => getComputedStyle(each, '::before').content);
        assert.ok(before.includes(sign), `${tag} has only its colour: ${before}`);
      }
      await choice.focus();
      await tab.keyboard.press('Space');
      await removed.waitFor({ state: 'hidden' });
      await file.locator('ins').first().waitFor({ state: 'visible' });
      await choice.click();
      await removed.waitFor({ state: 'visible' });
    });
  }
});

test('without scripts nothing is shown that needs them', async (t) => {
  for (const viewport of [wide, narrow]) {
    const tab = await tabFor(t, { viewport, javaScriptEnabled: false });
    for (const address of [`${first}/`, '']) {
      await tab.goto(site.address + address);
      assert.deepEqual(await tab.locator('button:visible').evaluateAll((buttons) =>
        buttons.map((button) => button.outerHTML.slice(0, 100))), [], `${viewport.width} px`);
    }
  }
});

describe('a link into a closed fold opens it', () => {
  const folded = '.vp-doc details:not([open]) [id]';

  /** The id of something in a closed fold of a chapter, and its address. */
  async function findFolded(tab) {
    for (const { step } of written) {
      await visit(tab, `${site.address}${step}/`);
      const [id] = await tab.locator(folded).evaluateAll((all) => all.map((each) => each.id));
      if (id !== undefined) {
        return { id, url: `${site.address}${step}/#${id}` };
      }
    }
    throw new Error('no chapter has an address in a closed fold');
  }

  /** Puts a link at the beginning of the page's text, and clicks. */
  const follow = (tab, url) => tab.evaluate((href) => {
    const link = document.createElement('a');
    Object.assign(link, { href, textContent: 'there' });
    document.querySelector('.vp-doc').prepend(link);
    link.click();
  }, url);

  const isShown = (tab, id) => tab.waitForFunction((name) => {
    const target = document.getElementById(name);
    const { top, bottom } = target?.getBoundingClientRect() ?? {};
    return target?.checkVisibility() && bottom > 0 && top < innerHeight;
  }, id);

  test('on a direct load', async (t) => {
    const tab = await tabFor(t);
    const { id, url } = await findFolded(tab);
    await visit(tab, site.address);
    await visit(tab, url);
    await isShown(tab, id);
  });

  test('through the router, and when it is followed again', async (t) => {
    const tab = await tabFor(t);
    const { id, url } = await findFolded(tab);
    await visit(tab, site.address);
    await follow(tab, url);
    await isShown(tab, id);
    const isStillThere = await tab.evaluate((name) => {
      document.querySelectorAll('details').forEach((fold) => { fold.open = false; });
      return document.getElementById(name).checkVisibility();
    }, id);
    assert.equal(isStillThere, false);
    await follow(tab, url);
    await isShown(tab, id);
    assert.deepEqual(tab.faults, []);
  });
});

describe('on paper', () => {
  for (const [how, javaScriptEnabled, theme] of [
    ['with scripts', true, 'light'], ['in the dark theme', true, 'dark'],
    ['without scripts', false, 'light'],
  ]) {
    test(`a chapter is white, with folds open and lines wrapped, ${how}`, async (t) => {
      const tab = await tabFor(t, { javaScriptEnabled, viewport: { width: 718, height: 1000 } });
      for (const { step } of written) {
        await tab.emulateMedia({ media: 'screen' });
        await tab.goto(`${site.address}${step}/`);
        await (javaScriptEnabled && setTheme(tab, theme));
        await tab.emulateMedia({ media: 'print' });
        await (javaScriptEnabled && frames(tab)); // colours change slowly, though not on paper
        assertNone((await tab.evaluate(faultsOnPaper)).map((fault) => `${step}: ${fault}`));
      }
    });
  }

  /** What cannot be read on paper; runs in the page. */
  function faultsOnPaper() {
    const lightness = (color) => {
      const [red, green, blue, alpha = 1] = color.match(/[\d.]+/g).map(Number);
      return 255 + alpha * ((red + green + blue) / 3 - 255);
    };
    const name = (element) => element.outerHTML.slice(0, 80);
    const inText = [...document.querySelectorAll('.vp-doc *')];
    const shown = inText.filter((element) => element.checkVisibility());
    const closed = [...document.querySelectorAll('.vp-doc details > :not(summary)')]
      .filter((element) => !element.checkVisibility()).map((element) => `closed: ${name(element)}`);
    const dark = [document.documentElement, document.body, ...shown]
      .filter((element) => lightness(getComputedStyle(element).backgroundColor) < 215)
      .map((element) => `dark: ${name(element)}`);
    const faint = shown.filter((element) => lightness(getComputedStyle(element).color) > 150)
      .map((element) => `faint: ${name(element)}`);
    const cut = shown.filter((element) => getComputedStyle(element).overflowX !== 'visible'
      && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1)
      .map((element) => `cut off: ${name(element)}`);
    return [closed, dark, faint, cut].flatMap((list) => list.slice(0, 3));
  }
});

describe('boxes with code', () => {
  const boxes = '.vp-doc :is(.box, .console)';

  test('show 100 columns from 1,440 px on', async (t) => {
    for (const width of [1440, 1920]) {
      const tab = await tabFor(t, { viewport: { width, height: 900 } });
      for (const { step } of written) {
        await visit(tab, `${site.address}${step}/`);
        const tooNarrow = await tab.locator(`${boxes} .code:visible`).evaluateAll((codes) =>
          codes.flatMap((code) => {
            const line = document.createElement('span');
            line.textContent = 'x'.repeat(100);
            const lines = [...code.querySelectorAll('pre')];
            lines.find((each) => each.checkVisibility())?.append(line);
            const text = document.createRange();
            text.selectNodeContents(line);
            const over = text.getBoundingClientRect().right - code.getBoundingClientRect().right;
            line.remove();
            return over > 0 ? [`${code.closest('[id]').id}: by ${over} px`] : [];
          }));
        assert.deepEqual(tooNarrow, [], `${step} at ${width} px`);
      }
    }
  });

  test('go from edge to edge at 390 px', async (t) => {
    const tab = await tabFor(t, { viewport: narrow });
    for (const { step } of written) {
      await visit(tab, `${site.address}${step}/`);
      const inside = await tab.locator(`${boxes}:visible`).evaluateAll((all) => all
        .map((box) => [box.id, box.getBoundingClientRect()])
        .filter(([, { left, right }]) => left > 0 || right < innerWidth)
        .map(([id, { left, right }]) => `${id}: ${left} to ${right}`));
      assert.deepEqual(inside, [], step);
    }
  });
});

/** What cannot be read in a drawing: small letters, text beyond the frame, or over other text. */
function illegibleIn(svg) {
  const frame = svg.getBoundingClientRect();
  const scale = frame.width / svg.viewBox.baseVal.width;
  const texts = [...svg.querySelectorAll('text')].map((text) => ({
    name: text.textContent,
    size: Number.parseFloat(getComputedStyle(text).fontSize) * scale,
    box: text.getBoundingClientRect(),
  }));
  const faults = texts.flatMap(({ name, size, box }) => [
    ...(size < 12 ? [`"${name}" has ${size.toFixed(1)} px`] : []),
    ...(box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1
      || box.bottom > frame.bottom + 1 ? [`"${name}" leaves the frame`] : []),
  ]);
  const shared = (one, other, from, to) =>
    Math.min(one[to], other[to]) - Math.max(one[from], other[from]);
  const overlaps = texts.flatMap((one, index) => texts.slice(index + 1)
    .filter(({ box }) => shared(one.box, box, 'left', 'right') > 1
      && shared(one.box, box, 'top', 'bottom') > one.size / 3)
    .map((other) => `"${one.name}" over "${other.name}"`));
  return [...faults, ...overlaps].map((fault) => `${svg.querySelector('title').id}: ${fault}`);
}

describe('drawings can be read', () => {
  for (const viewport of [wide, narrow]) {
    test(`at ${viewport.width} px`, async (t) => {
      const tab = await tabFor(t, { viewport });
      for (const { step } of written) {
        await visit(tab, `${site.address}${step}/`);
        const drawings = tab.locator('.drawing svg');
        assert.ok(await drawings.count() > 0, `${step} has no drawing`);
        for (const drawing of await drawings.all()) {
          assertNone(await drawing.evaluate(illegibleIn));
        }
      }
    });
  }
});

test('a click on a patch downloads it', async (t) => {
  const tab = await tabFor(t);
  await visit(tab, `${site.address}${first}/whole/`);
  const link = tab.locator('.vp-doc a[href$=".patch"]').first();
  const path = new URL(await link.getAttribute('href'), site.address).pathname;
  const [download] = await Promise.all([tab.waitForEvent('download'), link.click()]);
  assert.equal(readFileSync(await download.path(), 'utf8'),
    readFileSync(join(builtSite, path), 'utf8'));
  assert.equal(tab.url(), `${site.address}${first}/whole/`);
});

testWeight(browser, builtSite);
