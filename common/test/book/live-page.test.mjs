// The chapters as they run in their pages, in Chromium. What is loaded for it is in live.test.mjs.
// Read is build/book, or what BOOK_SITE names; it was built before.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import axe from 'axe-core';

import { hex, readAddress, walk } from '../../../book/lib/walk.mjs';
import { walkHtml } from '../../../book/lib/walk-html.mjs';
import { loadManifest } from '../../../book/live/load.mjs';
import { changesOfRun, levelOf } from '../../../book/record/compare.mjs';
import { readRuns } from '../../../book/record/runs.mjs';
import { readRecorded } from '../../../book/record/store.mjs';
import { withoutFirmware } from '../../../book/record/text.mjs';
import { readVersions } from '../../../book/record/versions.mjs';
import { openTab, startBrowser, visit } from './chromium.mjs';
import { assertNone } from './html.mjs';
import { builtSite, root } from './pages.mjs';
import { serve } from './serve.mjs';

const browser = await startBrowser();
const server = await serve(builtSite);
after(async () => {
  await browser.close();
  server.close();
});

const [manifestName] = readdirSync(join(builtSite, 'live'))
  .filter((name) => /^manifest-/.test(name));
const { chapters } = await loadManifest(`${server.address}live/${manifestName}`);
const steps = Object.keys(chapters).filter((step) => Object.keys(chapters[step]).length > 0);

/** A tab of its own context with a page, closed when the test is over. */
async function open(t, address, { site = server, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  t.after(() => context.close());
  const tab = await openTab(context, site.address);
  await visit(tab, site.address + address);
  await tab.locator('[data-live] button').first().waitFor();
  return tab;
}

/**
 * Runs in the page: presses a button, types, goes on behind reports, and waits for the end. A run
 * that is recorded until it goes round in a loop ends by itself, although it may seem to wait before.
 */
async function drive([run, { type, until } = {}, endsAtReport]) {
  const place = document.querySelector(`[data-live="${run}"]`);
  place.querySelector('button').click();
  const later = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });
  const find = (selector) =>
    (place.closest('.console') ?? place).nextElementSibling.querySelector(`.live ${selector}`);
  const text = () => [...find('.lines').querySelectorAll(':scope > pre > span')]
    .map((line) => line.textContent).join('');
  const pairs = [...type ?? []];
  const end = performance.now() + 60_000;
  let typedAt = 0;
  let before = '';
  let still = 0; // looks at which nothing more was printed
  for (;;) {
    await later(20);
    const said = find('.said')?.textContent ?? '';
    const now = find('.lines') ? text() : '';
    still = now === before ? still + 1 : 0;
    before = now;
    // A terminal shows no spaces at the end of a line.
    const at = pairs.length > 0 ? now.indexOf(pairs[0][0].trimEnd(), typedAt) : -1;
    if (/^Paused: the strict machine/.test(said) && !endsAtReport) {
      find('[data-action=pause]').click();
    } else if (at >= 0 && still > 3) {
      const [[wanted, line]] = pairs.splice(0, 1);
      typedAt = at + wanted.length;
      find('.typing input').value = line;
      find('.typing').requestSubmit();
      still = 0;
    } else if (/^(Ended|Paused|What runs|The machine does not|The hart waits for an)/.test(said)
      || (said === 'The guest waits for a line.' && pairs.length === 0 && still > 20
        && until !== 'loop')
      || performance.now() > end) {
      const reports = [...find('.lines').querySelectorAll('.strict')];
      return {
        said,
        left: pairs.length,
        lines: [...now.replace(/\n$/, '').split('\n'), ...endsAtReport
          ? reports.map((each) => each.querySelector('b').textContent) : []],
        reports: reports.map((each) => each.textContent),
        hrefs: reports.map((each) => each.querySelector('a')?.getAttribute('href')).filter(Boolean),
        head: find('.head').textContent,
      };
    }
  }
}

/** Lines without what depends on the time, and on who builds and runs it. */
const comparable = (lines, step) => lines
  .map((line) => line.replace(/\x1b\[[\d;]*[A-Za-z]/g, '').replace(/^\(qemu\) /, '').trimEnd())
  .map((line) => line.replace(/^\[ *\d+\.\d+\] ?/, ''))
  .map((line) => (step === '01-boot' ? line : line.replace(/^( pc +)[0-9a-f]{16}$/, '$1…')))
  .filter((line) => line !== '' && !/^(make|run)(\[\d+\])?: /.test(line));

const recordedLines = (step, name) => comparable(withoutFirmware(
  readFileSync(join(root, 'book', step, 'recorded', `${name}.txt`), 'utf8'),
), step);

// What the strict machine does otherwise: what it says instead.
const otherwise = {
  '01-boot/placeless': /it does not fit into RAM/,
  '01-boot/low': /something else lies where it has to go/,
  '03-traps/silence': /access to 0x7ffffff8 .*, where nothing is/,
  '04-memory/overlap': /access to 0x4000 .*, where nothing is/,
  '05-guest-mode/modes': /hgatp keeps mode 10/,
  '06-guest-page-table/same-page': /fence\.i is missing/,
  '06-guest-page-table/misplaced-root': /root table at 0x\w+ is not aligned to 16 KiB/,
  '10-sbi/first-byte': /\^@\^@\^@/,
  '10-sbi/ask': /call: extension 0x0/,
  '11-timer/waits': /mip {6}0{14}20/,
  '11-timer/no-stce': /Attempted to kill init|Oops/,
  '12-mmio/look': /htinst 0xc00023/,
  '12-mmio/no-compressed': /all 20 forms work/,
  '12-mmio/no-restore': /hfence\.vvma, or the guest's sfence\.vma, is missing/,
  '13-interrupts/always-on': /^Paused: nothing more is printed/,
  '13-interrupts/always-on-strict': /^The guest waits for a line/, // nobody has pressed a key
};

test('the page of the strict machine names what ends otherwise there', () => {
  const page = readFileSync(join(root, 'book/strict-machine.md'), 'utf8');
  const named = new Set([...page.matchAll(/\(\/([\w-]+)\/#([\w-]+)\)/g)]
    .map(([, step, name]) => `${step}/${name}`));
  const inWords = ['01-boot/placeless', '03-traps/silence', '05-guest-mode/modes', '10-sbi/ask',
    '11-timer/waits', '13-interrupts/always-on-strict']; // they have no box, or are exercises
  assertNone(Object.keys(otherwise).filter((each) => !named.has(each) && !inWords.includes(each)));
});

/** Of the monitor, what a page does not know: registers of devices, and lists of all. */
const withoutDevices = (lines) => {
  const at = lines.findIndex((line) => /^(chardev-send-break|xp? \/\d\wx 0xc)/.test(line));
  return at < 0 ? lines : lines.slice(0, at);
};

const versions = readVersions();

/** A text as a page shows it: without what make says, and what the monitor says of devices. */
const asInPage = (text) => withoutDevices(text.split('\n')
  .filter((line) => !/^((make|run)(\[\d+\])?: |\[ *\d+\.\d+\] ?$)/.test(line))
  .map((line) => line.replace(/\x1b\[[\d;]*[A-Za-z]/g, '').replace(/^\(qemu\) /, ''))).join('\n');

/**
 * What has changed of a run that was recorded with other versions, of Linux for one: judged as the
 * recordings are. Undefined if these are the recorded ones.
 */
async function changesElsewhere(step, name, lines) {
  const recorded = readRecorded(step);
  const entry = recorded.runs[name];
  const { run, linux } = { run: (await readRuns(step)).runs[name], ...chapters[step][name] };
  if (levelOf(recorded.versions, versions, run, linux) === 'all') {
    return undefined;
  }
  entry.text = asInPage(entry.text);
  delete entry.second;
  const { commands, text, ...others } = entry;
  const result = { ...others, text: asInPage(lines.join('\n')) };
  const chapter = { step, versions, runs: { [name]: { run, commands, linux, results: [result] } } };
  return { changes: changesOfRun(recorded, chapter, name, 0) };
}

/** What is wrong with what came of a run; undefined if nothing is. */
async function faultOf(step, name, { said, left, lines, reports }) {
  const elsewhere = await changesElsewhere(step, name, lines);
  if (elsewhere && !otherwise[`${step}/${name}`]) {
    return elsewhere.changes && `${name}: ${said}: ${elsewhere.changes}`;
  }
  const wanted = otherwise[`${step}/${name}`];
  const mine = comparable(lines, step);
  if (wanted) {
    return [said, ...mine, ...reports].some((line) => wanted.test(line)) ? undefined
      : `${name}: nothing says ${wanted}: ${[said, ...reports, ...mine.slice(-3)].join(' | ')}`;
  }
  const recorded = withoutDevices(recordedLines(step, name));
  const shown = withoutDevices(mine);
  const more = shown.filter((line) => !recorded.includes(line));
  const less = recorded.filter((line) => !shown.includes(line));
  return shown.join('\n') === recorded.join('\n') && left === 0 ? undefined
    : `${name}: ${said}, ${left} not typed\n + ${more.slice(0, 4).join('\n + ')}\n - ${
      less.slice(0, 4).join('\n - ')}`;
}

describe('each button ends with what was recorded', { concurrency: 2 }, () => {
  for (const step of steps) {
    test(`in ${step}`, async (t) => {
      const tab = await open(t, `${step}/`);
      const shown = await tab.locator('[data-live]').evaluateAll((places) =>
        places.map(({ dataset }) => dataset.live));
      const names = [...new Set(shown)].filter((each) => each.startsWith(`${step}/`))
        .map((each) => each.slice(step.length + 1));
      assert.deepEqual([...names].sort(), Object.keys(chapters[step]).sort());
      const faults = [];
      for (const name of names) {
        const isStrict = recordedLines(step, name).some((line) => line.startsWith('strict: '));
        const run = await tab.evaluate(drive, [`${step}/${name}`, chapters[step][name], isStrict]);
        faults.push(await faultOf(step, name, run));
      }
      assertNone([...faults.filter(Boolean), ...tab.faults]);
    });
  }
});

test('the first chapter’s ends in its loop, in HS-mode', async (t) => {
  const tab = await open(t, '01-boot/');
  const { head, lines } = await tab.evaluate(drive, ['01-boot/run']);
  assert.match(head, /^On the strict machine, in this page: \d+\.\d million instructions, HS-mode$/);
  assert.match(lines.join('\n'), /^ V +=   0\n pc +0{8}80200\w{3}$/m);
});

test('a strict report links to the line of the source', async (t) => {
  const tab = await open(t, '07-hypercall/');
  const { reports, hrefs: [href] } = await tab.evaluate(drive, ['07-hypercall/no-own-trap']);
  const [, path, number] = /At (?:\w+::)*\w+, (\S+):(\d+)\./.exec(reports[0]);
  assert.match(href, new RegExp(`/files/[\\w-]+/${path}/#L\\d+$`));
  await tab.goto(new URL(href, server.address).href);
  const line = await tab.locator(new URL(href, server.address).hash).textContent();
  assert.ok(line.trim() !== '' && Number(number) > 0, line);
});

/** A page that runs something, with its panel. */
async function running(t, name, options) {
  const [step] = name.split('/');
  const tab = await open(t, `${step}/`, options);
  await tab.locator(`[data-live="${name}"] button`).first().click();
  return { tab, panel: tab.locator('.live') };
}

/** Starts a run, and gives the longest task of the page until its guest waits, in milliseconds. */
async function longestTask(tab, name) {
  await tab.locator(`[data-live="${name}"] button`).first().evaluate((button) => {
    window.tasks = [];
    window.observer?.disconnect();
    window.observer = new PerformanceObserver((list) => window.tasks.push(...list.getEntries()));
    window.observer.observe({ type: 'longtask' });
    button.click();
  });
  await tab.getByText('It runs.').waitFor();
  await tab.getByText('The guest waits for a line.').waitFor();
  return tab.evaluate(() => Math.max(0, ...window.tasks.map(({ duration }) => duration)));
}

test('while Linux boots the page answers within 100 ms, and axe finds nothing', async (t) => {
  const name = '15-virtio-blk/run';
  const tab = await open(t, '15-virtio-blk/');
  await tab.evaluate(axe.source);
  // Where others have work as well, a task may be kept waiting once, but not each time.
  const tasks = [];
  while (tasks.length < 3 && Math.min(...tasks) > 100) {
    tasks.push(await longestTask(tab, name));
  }
  t.diagnostic(`longest tasks: ${tasks.join(', ')} ms`);
  assert.ok(Math.min(...tasks) <= 100, `${tasks.join(', ')} ms`);
  await tab.locator('.live summary', { hasText: 'What the machine sees' }).click();
  await tab.locator('.live').getByRole('button', { name: 'Pause' }).click();
  await tab.locator('.live .queue').getByText('Descriptor table').waitFor();
  await tab.locator('.live').getByRole('button', { name: 'Walk' }).click();
  for (const theme of ['light', 'dark']) {
    await tab.evaluate((dark) => {
      document.documentElement.classList.toggle('dark', dark);
      document.getAnimations().forEach((animation) => animation.finish());
    }, theme === 'dark');
    const { violations } = await tab.evaluate(() => window.axe.run('.live'));
    assertNone(violations.map(({ id, nodes }) => `${theme}: ${id} ${nodes[0].html}`));
  }
  assert.deepEqual(tab.faults, []);
});

test('the walks agree with the recorded table, and a typed address is walked', async (t) => {
  const step = '06-guest-page-table';
  const table = JSON.parse(readFileSync(
    join(root, 'book', step, 'recorded/table.table.json'), 'utf8',
  ));
  const { tab, panel } = await running(t, `${step}/table-memory`);
  await panel.getByText('Paused').waitFor();
  await panel.locator('.sees summary').click();
  const form = panel.locator('.sees form');
  const found = panel.locator('.found');
  // Borders of what is mapped, and numbers of all sizes.
  const borders = [['0x80200000', 'load'], ['0x803f_ffff', 'store'], ['0x80400000', 'load'],
    ['0x1ffffffffff', 'fetch'], ['0', 'load']];
  const others = Array.from({ length: 95 }, (_, index) => [
    `0x${(0x9e3779b97f4an * BigInt(index + 1) % (1n << BigInt(20 + index % 24))).toString(16)}`,
    ['load', 'store', 'fetch'][index % 3],
  ]);
  for (const [text, access] of [...borders, ...others]) {
    await form.getByLabel('Address').fill(text);
    await form.getByLabel('It is').selectOption('guest-physical');
    await form.getByLabel('Access').selectOption(access);
    await form.getByRole('button').click();
    const html = walkHtml(walk(table, readAddress(text), access));
    const plain = await tab.evaluate((wanted) => {
      const element = document.createElement('div');
      element.innerHTML = wanted;
      return element.textContent;
    }, html);
    await found.getByText(hex(readAddress(text))).first().waitFor();
    await tab.waitForFunction((wanted) =>
      document.querySelector('.live .found').textContent.includes(wanted), plain);
  }
});

test('in Linux both walks are shown, and the queue', async (t) => {
  const { panel } = await running(t, '15-virtio-blk/run');
  await panel.getByText('The guest waits for a line.').waitFor();
  await panel.getByRole('button', { name: 'Pause' }).click();
  await panel.locator('.sees summary').click();
  await panel.locator('.queue').getByText('Descriptor table').waitFor();
  const [, available] = /idx (\d+)/.exec(await panel.locator('.queue tr', { hasText: 'Available' })
    .textContent());
  const [, used] = /idx (\d+)/.exec(await panel.locator('.queue tr', { hasText: 'Used' })
    .textContent());
  assert.ok(Number(available) > 10 && available === used, `${available}, ${used}`);
  const form = panel.locator('.sees form');
  await form.getByLabel('Address').fill('0xffffffff80000000');
  await form.getByRole('button').click();
  await panel.locator('.found').getByText('Sv57').waitFor();
  assert.equal(await panel.locator('.found ol').count(), 2);
});

test('one exit and one instruction, on and back', async (t) => {
  const { panel } = await running(t, '07-hypercall/run');
  await panel.getByText('Ended').waitFor();
  await panel.locator('.sees summary').click();
  const where = panel.locator('.where');
  const press = async (name, text) => {
    await panel.getByRole('button', { name }).click();
    await where.getByText(text).waitFor();
    return where.textContent();
  };
  const first = await press('To the first exit', 'right behind exit 1.');
  assert.match(first, /HS-mode, pc 0x\w+: exit_guest, world_switch\.S:\d+/);
  assert.match(await panel.locator('.registers').textContent(), /environment call from VS-mode/);
  const second = await press('On by one exit', 'right behind exit 2.');
  await press('On by one instruction', 'Exits so far: 2.');
  assert.equal(await press('Back one instruction', 'right behind exit 2.'), second);
  assert.equal(await press('Back one exit', 'right behind exit 1.'), first);
  await panel.getByRole('button', { name: 'Go on' }).click();
  await panel.getByText('Ended: the machine is powered off.').waitFor();
  assert.match(await panel.locator('.lines').textContent(), /hello from the guest/);
});

test('by keyboard: to the run, and out of its input by Tab', async (t) => {
  const tab = await open(t, '13-interrupts/', { viewport: { width: 390, height: 844 } });
  const button = tab.locator('[data-live="13-interrupts/echo"] button').first();
  await button.focus();
  await tab.keyboard.press('Enter');
  const panel = tab.locator('.live');
  await panel.getByText('The guest waits for a line.').waitFor();
  assert.equal(await panel.evaluate((element) => element === document.activeElement), true);
  const input = panel.getByLabel('Type');
  await input.focus();
  await tab.keyboard.type('meow');
  await tab.keyboard.press('Enter');
  await panel.locator('.lines').getByText('guest: meow').waitFor();
  assert.equal(await input.evaluate((element) => element === document.activeElement
    && element.value === '' && parseFloat(getComputedStyle(element).fontSize) >= 16), true);
  await tab.keyboard.press('Tab');
  assert.equal(await input.evaluate((element) => element === document.activeElement), false);
  const small = await panel.locator('button:visible, input:visible').evaluateAll((all) => all
    .map((each) => each.getBoundingClientRect()).filter(({ height }) => height < 44).length);
  assert.equal(small, 0);
});

test('a second press begins anew; leaving the page ends it', async (t) => {
  const { tab, panel } = await running(t, '13-interrupts/echo');
  await panel.getByText('The guest waits for a line.').waitFor();
  assert.equal(tab.workers().length, 1);
  await tab.locator('[data-live="13-interrupts/echo"] button').first().click();
  await panel.getByText('The guest waits for a line.').waitFor();
  assert.equal(await panel.count(), 1);
  await tab.waitForFunction(() => true);
  assert.equal(tab.workers().length, 1);
  await tab.locator('a[href="/07-hypercall/"]').first().evaluate((link) => link.click());
  await tab.locator('[data-live="07-hypercall/run"] button').first().waitFor();
  for (let wait = 0; tab.workers().length > 0 && wait < 100; ++wait) {
    await tab.waitForTimeout(20);
  }
  assert.equal(tab.workers().length, 0);
  assert.deepEqual(tab.faults, []);
});

test('a hundred restarts take no more memory', async (t) => {
  const { tab, panel } = await running(t, '07-hypercall/run');
  await panel.getByText('Ended').waitFor();
  const worker = tab.workers()[0];
  await tab.evaluate(async () => {
    const panel = document.querySelector('.live');
    const ended = () => panel.querySelector('.said').textContent.startsWith('Ended');
    for (let times = 0; times < 100; ++times) {
      panel.querySelector('[data-action=restart]').click();
      await new Promise((done) => { setTimeout(done, 10); });
      while (!ended()) {
        await new Promise((done) => { setTimeout(done, 5); });
      }
    }
  });
  assert.deepEqual(tab.workers(), [worker]);
  assert.match(await panel.locator('.lines').textContent(), /the guest has powered off/);
});

test('where its files are gone the page says so', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'gone-'));
  t.after(() => rmSync(directory, { recursive: true }));
  cpSync(builtSite, directory, { recursive: true });
  const site = await serve(directory);
  t.after(site.close);
  const tab = await open(t, '07-hypercall/', { site });
  rmSync(join(directory, 'live'), { recursive: true });
  await tab.locator('[data-live] button').first().click();
  await tab.getByText('this page is older than the site').waitFor();
  assert.equal(await tab.getByRole('link', { name: 'Load the page again' }).getAttribute('href'),
    '/07-hypercall/');
});

test('before a button is pressed nothing of it is loaded', async (t) => {
  const { responses } = server;
  responses.length = 0;
  const tab = await open(t, '07-hypercall/');
  await tab.waitForLoadState('networkidle');
  assertNone(responses.map(({ path }) => path).filter((path) => /\/live[/.-]/.test(path)));
});
