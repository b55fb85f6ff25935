// The request in the queue on its page, in Chromium, with and without scripts. What it is made of is
// in request.test.mjs. Read is build/book, or what BOOK_SITE names; it was built before.
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import axe from 'axe-core';

import { flagsOf, stepsOf } from '../../../book/lib/request.mjs';
import { openTab, startBrowser, visit } from './chromium.mjs';
import { assertNone } from './html.mjs';
import { builtSite, hasClass, readSite, root } from './pages.mjs';
import { serve } from './serve.mjs';

const step = '15-virtio-blk';
const recorded = JSON.parse(readFileSync(
  join(root, 'book', step, 'recorded/request.request.json'), 'utf8',
));
const steps = stepsOf(recorded);

const browser = await startBrowser();
const server = await serve(builtSite);
after(async () => {
  await browser.close();
  server.close();
});

const site = readSite(builtSite, '/');
const script = site.paths.filter((path) => /^assets\/chunks\/request\..*\.js$/.test(path));

/** The page in a tab of its own, closed when the test is over, with the buttons in use. */
async function open(t, { address = `${step}/`, ...options } = {}) {
  const context = await browser.newContext(options);
  t.after(() => context.close());
  const { address: base } = server;
  const tab = await openTab(context, base);
  const isStill = options.javaScriptEnabled === false;
  await (isStill ? tab.goto(base + address) : visit(tab, base + address));
  const request = tab.locator('.request');
  const [back, next] = ['Back', 'Next'].map((name) =>
    request.getByRole('button', { name, exact: true }));
  if (!isStill && address === `${step}/`) {
    await request.locator('fieldset:enabled').waitFor();
  }
  return { tab, request, back, next, said: request.locator('[aria-live]') };
}

/** The steps that are seen: what each says, and what is written in it. */
const seenIn = (request) => request.locator('li').evaluateAll((all) => all
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .map((each) => ({
    text: each.textContent,
    written: [...each.querySelectorAll('td b, code b')].map(({ textContent }) => textContent),
  })));

/** All steps as they are without scripts. */
async function stillSteps(t) {
  const { tab, request } = await open(t, { javaScriptEnabled: false });
  const seen = await seenIn(request);
  return { tab, request, seen };
}

test('without scripts all steps are there, whole, and nothing that needs scripts', async (t) => {
  const { request, seen } = await stillSteps(t);
  assert.equal(seen.length, 8);
  assert.equal(await request.locator('button:visible, fieldset:visible').count(), 0);
  const forms = {
    address: (value) => `0x${value.toString(16)}`, length: String, next: String,
    flags: (value) => flagsOf(value).join(' '),
  };
  for (const [index, { state, written }] of steps.entries()) {
    const item = request.locator('li').nth(index);
    const { text } = seen[index];
    assert.match(text, new RegExp(`^Step ${index + 1} of 8\\. The ${steps[index].by} `));
    const cells = await item.locator('tbody tr').evaluateAll((rows) => rows.map((row) =>
      [...row.cells].map(({ textContent }) => textContent)));
    assert.deepEqual(cells.map((row) => row.slice(0, 5)), [0, 1, 2].map((each) => [`${each}`,
      ...['address', 'length', 'flags', 'next'].map((name) =>
        forms[name](state[`${each}.${name}`]))]));
    const isUsed = cells.map((row) => row[5] !== '–');
    assert.deepEqual(isUsed, [0, 1, 2].map((each) => `${each}.begin` in state));
    const rings = (await item.locator('div > p').allInnerTexts()).join(' ').replace(/\s+/g, ' ');
    assert.equal(rings, `flags ${state['driver.flags']} idx ${state['driver.idx']} `
      + `ring[0] ${state['driver.head']} flags ${state['device.flags']} idx ${state['device.idx']} `
      + `ring[0] id ${state['device.id']} len ${state['device.len']} `
      + `QueueNotify ${state.notify ?? '–'} taken_ ${state.taken} completed_ ${state.completed} `
      + `InterruptStatus ${state.interrupt}`);
    assert.equal(seen[index].written.length, written.length, text);
  }
});

test('what is written is told by weight and a line, not by colour alone', async (t) => {
  for (const javaScriptEnabled of [true, false]) {
    const { request } = await open(t, { javaScriptEnabled });
    const styles = await request.locator('td b, code b').evaluateAll((all) => all.map((each) => {
      const [own, around] = [each, each.parentElement].map((element) => getComputedStyle(element));
      return [own.fontWeight - around.fontWeight, own.textDecorationLine, around.textDecorationLine];
    }));
    assert.ok(styles.length > 10);
    assert.ok(styles.every(([weight, own, around]) => weight >= 300 && own === 'underline'
      && around === 'none'), JSON.stringify(styles));
  }
});

test('the buttons show the same steps, one at a time, in one place', async (t) => {
  const { seen: still } = await stillSteps(t);
  const { tab, request, back, next } = await open(t);
  const placeOf = () => request.evaluate((element) => {
    const shown = [...element.querySelectorAll('li')].find((each) =>
      each.checkVisibility({ visibilityProperty: true }));
    return [element.clientHeight, shown.offsetTop, shown.clientHeight];
  });
  const place = await placeOf();
  const look = async () => {
    const seen = await seenIn(request);
    assert.deepEqual(await placeOf(), place);
    assert.equal(seen.length, 1);
    return seen[0];
  };
  for (const [index, expected] of still.entries()) {
    assert.deepEqual(await look(), expected);
    assert.equal(await back.getAttribute('aria-disabled'), String(index === 0));
    assert.equal(await next.getAttribute('aria-disabled'), String(index === 7));
    await next.click({ force: true });
  }
  for (const expected of still.toReversed()) {
    assert.deepEqual(await look(), expected);
    await back.click({ force: true });
  }
  assert.deepEqual(await look(), still[0]);
  assert.deepEqual(tab.faults, []);
});

test('by keyboard, and each step is said once, as a whole', async (t) => {
  const { tab, request, back, next, said } = await open(t);
  await tab.evaluate(() => {
    window.said = [];
    const place = document.querySelector('.request [aria-live]');
    new MutationObserver((all) => window.said.push([all.length, place.textContent]))
      .observe(place, { childList: true, subtree: true, characterData: true });
  });
  const isFocusSeen = () => tab.evaluate(() =>
    getComputedStyle(document.activeElement).outlineStyle === 'solid');
  const sentences = await request.locator('li > p').allTextContents();
  assert.equal(await said.getAttribute('aria-live'), 'polite');
  assert.equal(await said.getAttribute('aria-atomic'), 'true');
  assert.equal(await said.textContent(), '');
  await request.locator('.command a').focus();
  await tab.keyboard.press('Tab');
  assert.ok(await back.evaluate((each) => each === document.activeElement));
  assert.ok(await isFocusSeen());
  await tab.keyboard.press('Enter'); // there is nothing before the first
  await tab.keyboard.press('Tab');
  assert.ok(await next.evaluate((each) => each === document.activeElement));
  assert.ok(await isFocusSeen());
  for (let index = 1; index < 9; ++index) { // once more than there are steps
    await tab.keyboard.press(index % 2 ? 'Enter' : 'Space');
  }
  assert.ok(await next.evaluate((each) => each === document.activeElement), 'the focus is lost');
  await tab.keyboard.press('Shift+Tab');
  await tab.keyboard.press('Space');
  const expected = [...sentences.slice(1), sentences[6]].map((text) => [1, text]);
  assert.deepEqual(await tab.evaluate(() => window.said), expected);
  assert.equal(tab.url(), `${server.address}${step}/`);
});

const themes = ['light', 'dark'];
for (const width of [390, 1440]) {
  test(`no step has anything that axe finds, or too wide, at ${width} px`, async (t) => {
    const { tab, next } = await open(t, { viewport: { width, height: 844 } });
    await tab.evaluate(axe.source);
    for (const { name } of steps) {
      // The others are made alike.
      for (const theme of ['descriptors', 'serve', 'interrupt'].includes(name) ? themes : []) {
        await tab.evaluate((dark) => {
          document.documentElement.classList.toggle('dark', dark);
          document.getAnimations().forEach((animation) => animation.finish());
        }, theme === 'dark');
        const { violations } = await tab.evaluate(() => window.axe.run('.request'));
        assertNone(violations.map(({ id, nodes }) => `${theme}, ${name}: ${id} ${nodes[0].html}`));
      }
      const over = await tab.locator('.request, .request *:not(.spoken)').evaluateAll((all) => all
        .filter((each) => each.getBoundingClientRect().right > innerWidth + 1
          || (each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0))
        .map((each) => each.outerHTML.slice(0, 100)));
      assert.deepEqual(over, [], name);
      await next.click({ force: true });
    }
  });
}

test('on a phone each row of the table is one line', async (t) => {
  const { request } = await open(t, { viewport: { width: 390, height: 844 } });
  const heights = await request.locator('tbody td').evaluateAll((all) =>
    all.map((each) => each.getClientRects()[0].height));
  assert.equal(new Set(heights).size, 1, heights.join());
});

test('nothing moves, whoever wants it to or not', async (t) => {
  for (const reducedMotion of ['reduce', 'no-preference']) {
    const { tab, next } = await open(t, { reducedMotion });
    await next.click();
    const moving = await tab.locator('.request, .request *').evaluateAll((all) =>
      all.flatMap((each) => each.getAnimations()).length);
    assert.equal(moving, 0);
  }
});

test('on paper all steps are there', async (t) => {
  for (const javaScriptEnabled of [true, false]) {
    const { tab, request } = await open(t, { javaScriptEnabled });
    await tab.emulateMedia({ media: 'print' });
    assert.equal((await seenIn(request)).length, 8);
    assert.equal(await request.locator('button:visible').count(), 0);
  }
});

test('the patch that prints it is where its link leads', async (t) => {
  const { tab, request } = await open(t);
  await request.getByRole('link', { name: 'request.patch' }).click();
  await tab.waitForURL(`${server.address}${step}/solutions/#request`);
  const box = tab.locator('#request');
  await box.getByText('watch.hpp').first().waitFor();
  assert.deepEqual(tab.faults, []);
});

test('its script has at most 10 KB, and no other page loads it', async (t) => {
  assert.equal(script.length, 1, script.join());
  const { size } = statSync(join(builtSite, script[0]));
  assert.ok(size > 0 && size <= 10_000, `${size} bytes`);
  const named = [...site.pages.values()].filter(({ elements }) => elements.some((element) =>
    hasClass(element, 'request') || element.attrs.some(({ value }) => value.includes(script[0]))));
  assert.deepEqual(named.map(({ address }) => address), [`${step}/`]);
  const { responses } = server;
  for (const address of ['', '06-guest-page-table/', '14-virtio-mmio/', `${step}/solutions/`,
    `${step}/`]) {
    responses.length = 0;
    const { tab } = await open(t, { address });
    await tab.waitForLoadState('networkidle');
    const isLoaded = responses.some(({ path }) => path === `/${script[0]}`);
    assert.equal(isLoaded, address === `${step}/`, `/${address}`);
  }
});

test('also through the router the buttons work', async (t) => {
  const { tab, request, next } = await open(t, { address: '' });
  await tab.locator(`a[href="/${step}/"]`).first().evaluate((link) => link.click());
  await request.locator('fieldset:enabled').waitFor();
  await next.click();
  await request.getByText('Step 2 of 8').first().waitFor();
  assert.deepEqual(tab.faults, []);
});
