// The page-table walk on its page, in Chromium, with and without scripts. What it is made of is in
// walk.test.mjs. Read is build/book, or what BOOK_SITE names; it was built before.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import axe from 'axe-core';

import { walkHtml } from '../../../book/lib/walk-html.mjs';
import { hex, readAddress, walk } from '../../../book/lib/walk.mjs';
import { openTab, startBrowser, visit } from './chromium.mjs';
import { assertNone } from './html.mjs';
import { attribute, builtSite, elementsOf, hasClass, readSite, root, textOf } from './pages.mjs';
import { serve } from './serve.mjs';

const step = '06-guest-page-table';
const recorded = JSON.parse(readFileSync(
  join(root, 'book', step, 'recorded/table.table.json'), 'utf8',
));

const browser = await startBrowser();
const server = await serve(builtSite);
after(async () => {
  await browser.close();
  server.close();
});

const site = readSite(builtSite, '/');
const page = site.pages.get(`${step}/`);
const [place] = page.elements.filter((element) => hasClass(element, 'walk'));
assert.ok(place, `/${step}/ has no walk`);
const asked = [...elementsOf(place)].filter((element) => hasClass(element, 'of')).map((element) => {
  const title = textOf(element);
  const [, access, text] = /^A (\w+) (?:from|to) (0x\w+)$/.exec(title);
  return { title, found: walk(recorded, readAddress(text), access) };
});
const script = site.paths.filter((path) => /^assets\/chunks\/walk\..*\.js$/.test(path));

/** The page in a tab of its own, closed when the test is over, with the form in use. */
async function open(t, { address = `${step}/`, ...options } = {}) {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const { address: base } = server;
  const tab = await openTab(context, base);
  await (options.javaScriptEnabled === false ? tab.goto(base + address)
    : visit(tab, base + address));
  const form = tab.locator('.walk form');
  const found = tab.locator('.walk .found');
  const input = form.getByLabel('Guest-physical');
  const ask = async (text, access = 'load') => {
    await input.fill(text);
    await form.getByLabel('Access').selectOption(access);
    await form.getByRole('button', { name: 'Walk' }).click();
  };
  if (options.javaScriptEnabled !== false && address === `${step}/`) {
    await tab.locator('.walk fieldset:enabled').waitFor();
  }
  return { tab, form, found, input, ask };
}

/** The text of HTML that a browser has made. */
const plain = (tab, html) => tab.evaluate((text) => {
  const element = document.createElement('div');
  element.innerHTML = text;
  return element.textContent;
}, html);

test('three walks are whole without scripts: levels, entries, flags, results', async (t) => {
  assert.equal(asked.length, 3);
  assert.deepEqual(JSON.parse(attribute(place, 'data-table')), recorded);
  const { tab, form } = await open(t, { javaScriptEnabled: false });
  await form.waitFor({ state: 'hidden' });
  for (const { title, found } of asked) {
    const html = await tab.locator('.walk > div', { has: tab.getByText(title) }).innerText();
    for (const { level, high, low, index, at, entry, flags } of found.steps) {
      const line = html.split('\n').findIndex((words) => words.includes(`Level ${level}`));
      assert.match(html.split('\n').slice(line).join(' '), new RegExp(
        `Level ${level} Bits ${high} to ${low} choose entry ${index}\\. At ${hex(at)} stands `
        + `${hex(entry)}: ${flags.join(' ') || 'no flag'}\\.`));
    }
    assert.ok(html.includes(found.fault ? `is ${hex(BigInt(found.fault.cause))}.`
      : `Host-physical ${hex(found.host)}.`), html);
    assert.ok(!found.fault || html.includes(found.fault.why.slice(1)), html);
  }
});

test('they end differently, one of them in memory', () => {
  const ends = asked.map(({ found }) => found.fault?.why ?? 'in memory');
  assert.equal(new Set(ends).size, 3, ends.join());
  assert.ok(ends.includes('in memory'), ends.join());
});

test('an address that is typed is walked as by the function', async (t) => {
  const { tab, found, ask } = await open(t);
  for (const [text, access] of [
    ['0x8020_1234', 'fetch'], ['803fffff', 'store'], ['0x80400000', 'load'], ['0', 'load'],
    ['0x1ffffffffff', 'fetch'], ['0x20080200000', 'store'],
  ]) {
    await ask(text, access);
    const html = walkHtml(walk(recorded, readAddress(text), access));
    assert.equal(await found.textContent(), await plain(tab, html), text);
  }
  assert.deepEqual(tab.faults, []);
});

test('what is no address gets one line, and is only text', async (t) => {
  const { found, input, ask } = await open(t);
  for (const text of ['', 'cat', '<b>0</b>', '1'.repeat(17)]) {
    await ask(text);
    const said = await found.textContent();
    assert.ok(said.startsWith(`“${text}” is no address.`), said);
    assert.equal(await found.locator('*').count(), 0);
    assert.equal(await input.getAttribute('aria-invalid'), 'true');
  }
  await ask('0x80200000');
  assert.equal(await input.getAttribute('aria-invalid'), 'false');
});

test('a walk is asked for by keyboard, and said once, as a whole', async (t) => {
  const { tab, found, input } = await open(t);
  await tab.evaluate(() => {
    window.said = [];
    window.isFocusSeen = () => getComputedStyle(document.activeElement).outlineStyle === 'solid';
    new MutationObserver((all) => window.said.push(all.length))
      .observe(document.querySelector('.walk .found'), { childList: true, subtree: true });
  });
  await input.focus();
  assert.ok(await tab.evaluate(() => window.isFocusSeen()), 'the field');
  await tab.keyboard.press('Control+A');
  await tab.keyboard.type('0x80200010', { delay: 1 });
  await tab.keyboard.press('Tab');
  assert.ok(await tab.evaluate(() => window.isFocusSeen()), 'the access');
  await tab.keyboard.press('s'); // store
  await tab.keyboard.press('Tab');
  assert.equal(await tab.evaluate(() => document.activeElement.textContent), 'Walk');
  assert.deepEqual(await tab.evaluate(() => window.said), []);
  await tab.keyboard.press('Enter');
  await found.getByText('A store to 0x80200010').waitFor();
  assert.deepEqual(await tab.evaluate(() => window.said), [1]);
  await tab.keyboard.press('Shift+Tab');
  await tab.keyboard.press('Shift+Tab');
  await tab.keyboard.type('1');
  await tab.keyboard.press('Enter');
  await found.getByText('A store to 0x1').first().waitFor();
  assert.deepEqual(await tab.evaluate(() => window.said), [1, 1]);
  assert.equal(await found.getAttribute('aria-live'), 'polite');
  assert.equal(await found.getAttribute('aria-atomic'), 'true');
  assert.equal(tab.url(), `${server.address}${step}/`);
});

for (const width of [390, 1440]) {
  test(`an answer has nothing that axe finds, and no overflow, at ${width} px`, async (t) => {
    const { tab, found, ask } = await open(t, { viewport: { width, height: 844 } });
    await tab.evaluate(axe.source);
    for (const [text, theme] of [['0x803f_ffff', 'light'], ['0x803f_ffff', 'dark'],
      ['0x1ffffffffff', 'dark'], ['g'.repeat(200), 'light']]) {
      await ask(text);
      await tab.evaluate((name) => {
        document.documentElement.classList.toggle('dark', name === 'dark');
        document.getAnimations().forEach((animation) => animation.finish());
      }, theme);
      const { violations } = await tab.evaluate(() => window.axe.run('.walk'));
      assertNone(violations.map(({ id, nodes }) => `${theme}, ${text}: ${id} ${nodes[0].html}`));
      const over = await tab.locator('.walk, .walk *').evaluateAll((all) => all
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 1)
        .map((each) => each.outerHTML.slice(0, 100)));
      assert.deepEqual(over, [], text);
      assert.ok(await found.isVisible());
    }
  });
}

test('nothing moves, whoever wants it to or not', async (t) => {
  for (const reducedMotion of ['reduce', 'no-preference']) {
    const { tab, ask } = await open(t, { reducedMotion });
    await ask('0x80200000');
    const moving = await tab.locator('.walk, .walk *').evaluateAll((all) =>
      all.flatMap((each) => each.getAnimations()).length);
    assert.equal(moving, 0);
  }
});

test('its script has at most 10 KB, and no other page loads it', async (t) => {
  assert.equal(script.length, 1, script.join());
  const { size } = statSync(join(builtSite, script[0]));
  assert.ok(size > 0 && size <= 10_000, `${size} bytes`);
  const named = [...site.pages.values()].filter(({ elements }) => elements.some((element) =>
    hasClass(element, 'walk') || element.attrs.some(({ value }) => value.includes(script[0]))));
  assert.deepEqual(named.map(({ address }) => address), [`${step}/`]);
  const { responses } = server;
  for (const address of ['', '05-guest-mode/', '07-hypercall/', `${step}/`]) {
    responses.length = 0;
    const { tab } = await open(t, { address });
    await tab.waitForLoadState('networkidle');
    const isLoaded = responses.some(({ path }) => path === `/${script[0]}`);
    assert.equal(isLoaded, address === `${step}/`, `/${address}`);
  }
});

test('also through the router it takes addresses', async (t) => {
  const { tab, ask, found } = await open(t, { address: '' });
  await tab.locator(`a[href="/${step}/"]`).first().evaluate((link) => link.click());
  await tab.locator('.walk fieldset:enabled').waitFor();
  await ask('0x80200004');
  await found.getByText('A load from 0x80200004').waitFor();
  assert.deepEqual(tab.faults, []);
});
