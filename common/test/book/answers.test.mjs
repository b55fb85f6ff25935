// The page of all failures by what one sees: that none is missing, that what it says is on the page of
// its chapter, and that the search leads to it. Read is build/book, or what BOOK_SITE names.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';

import { groups, trials } from '../../../book/answers.mjs';
import { readPage, slugOf } from '../../../book/lib/page.mjs';
import { steps } from '../../../book/lib/steps.mjs';
import { openTab, startBrowser, visit } from './chromium.mjs';
import { assertNone } from './html.mjs';
import { attribute, builtSite, elementsOf, hasClass, readSite, textOf } from './pages.mjs';
import { serve } from './serve.mjs';

const answers = groups.flatMap((group) => Object.entries(group.answers));
const named = [...answers.map(([failure]) => failure), ...trials];

describe('the list of answers', () => {
  test('has each failure of each chapter once, or says that nothing goes wrong there', () => {
    const failures = steps.flatMap((step) => readPage(step).directives
      .filter(({ kind }) => kind === 'failure').map(({ rest }) => `${step}/${rest}`));
    assert.deepEqual([...named].sort(), failures.sort());
  });

  test('has a cause for each in one sentence or two, none twice', () => {
    const causes = answers.map(([, { cause }]) => cause);
    const words = (text) => text.split(/\s+/).length;
    const isSaid = (text) => /^[`\p{Lu}].*\.$/u.test(text) && words(text) >= 8 && words(text) <= 35;
    assertNone(causes.filter((cause, index) => !isSaid(cause) || causes.indexOf(cause) !== index));
  });
});

describe('the page of answers', () => {
  const { elements } = readSite(builtSite, '/').pages.get('answers/');
  const text = elements.filter((element) => hasClass(element, 'vp-doc'))
    .flatMap((element) => [...elementsOf(element)]);

  /** What follows a heading up to the next one. */
  function behind(id) {
    const at = text.findIndex((element) => attribute(element, 'id') === id);
    assert.ok(at >= 0, `there is no ${id}`);
    const next = text.findIndex((element, index) => index > at && /^h\d$/.test(element.tagName));
    return text.slice(at + 1, next < 0 ? undefined : next);
  }

  test('has of each failure lines, its cause, and a link to its section', () => {
    for (const [failure, { cause }] of answers) {
      const [step, run] = failure.split('/');
      const { section } = readPage(step).directives
        .find(({ kind, rest }) => kind === 'failure' && rest === run);
      const own = behind(slugOf(failure));
      const [lines] = own.filter((element) => hasClass(element, 'lines'));
      assert.match(textOf(lines), /\S/, failure);
      const said = own.filter(({ tagName }) => tagName === 'p').map((element) => textOf(element));
      assert.ok(said.some((each) => each.startsWith(cause.replaceAll('`', ''))), failure);
      const links = own.filter(({ tagName }) => tagName === 'a');
      assert.ok(links.some((link) => attribute(link, 'href') === `/${step}/#${section.slug}`),
        failure);
    }
  });

  test('has the lines with which a chapter stops on its way', () => {
    const list = behind('on-the-way').find((element) => hasClass(element, 'stops'));
    const said = [...elementsOf(list)].filter(({ tagName }) => tagName === 'li')
      .map((item) => textOf(item));
    assert.ok(said.length >= 20, `${said.length} lines`);
    for (const line of ['VM stopped: no such SBI call: extension 0x1234', 'the page pool is used up',
      'undefined symbol: exit_guest']) {
      assert.ok(said.some((each) => each.includes(line)), line);
    }
  });
});

describe('the search leads to it by', async () => {
  const browser = await startBrowser();
  const server = await serve(builtSite);
  after(async () => {
    await browser.close();
    server.close();
  });

  for (const [line, id] of Object.entries({
    'unexpected exit: load guest-page fault (scause 0x15), pc 0x80200008, address 0x1':
      '07-hypercall-no-x8',
    'virtio_blk virtio0: req.0:id 1 is not a head': '15-virtio-blk-entry-for-head',
    'error: undefined symbol: operator new[]': '04-memory-heap',
    "the guest's trap handler cannot be entered": '09-linux-swapped',
    'no such SBI call: extension 0x1234': 'on-the-way',
  })) {
    test(line, async (t) => {
      const context = await browser.newContext();
      t.after(() => context.close());
      const tab = await openTab(context, server.address);
      await visit(tab, server.address);
      await tab.locator('.VPNavBarSearchButton').click();
      await tab.locator('.VPLocalSearchBox input').fill(line);
      await tab.locator(`.VPLocalSearchBox .result[href$="/answers/#${id}"]`).waitFor();
      assert.deepEqual(tab.faults, []);
    });
  }
});
