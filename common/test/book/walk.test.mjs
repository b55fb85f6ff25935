// The walk through a second-stage table: the book's own against that of the unit tests, which is
// written from the specification as well; and on its page, in Chromium, with and without scripts.
// Read is build/book, or what BOOK_SITE names; it was built before.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import axe from 'axe-core';

import { walkHtml } from '../../../book/lib/walk-html.mjs';
import { accessNames, hex, readAddress, walk } from '../../../book/lib/walk.mjs';
import { readTable } from '../../../book/record/table.mjs';
import { withSuffix } from '../../../book/record/versions.mjs';
import { openTab, startBrowser, visit } from './chromium.mjs';
import { assertNone } from './html.mjs';
import { attribute, builtSite, elementsOf, hasClass, readSite, root, textOf } from './pages.mjs';
import { serve } from './serve.mjs';

const step = '06-guest-page-table';
const recorded = JSON.parse(readFileSync(
  join(root, 'book', step, 'recorded/table.table.json'), 'utf8',
));

const scratch = mkdtempSync(join(tmpdir(), 'walk-'));
after(() => rmSync(scratch, { recursive: true }));

/** Numbers by chance, and the same ones each time: a function of how many there are to choose from. */
function chance(seed) {
  let state = BigInt(seed);
  return (count) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffff_ffff_ffff_ffffn;
    return (state >> 16n) % BigInt(count);
  };
}

describe('the walk is the one of the unit tests', () => {
  const program = join(scratch, 'walk');
  const build = () => execFileSync(withSuffix('clang++'), [
    '-std=c++23', '-O1', '-fsanitize=undefined', '-fno-sanitize-recover=all', '-Wall', '-Wextra',
    '-Werror', `-I${root}/steps/${step}`, `-I${root}/common/test/unit`,
    join(root, 'common/test/book/walk.cpp'), '-o', program,
  ]);

  /** What the other walker makes of these: [{ table, address }], each table at the same places. */
  function answersTo(walks) {
    build();
    const places = new Set(walks.flatMap(({ table }) => Object.keys(table.tables)));
    const lines = [...places].map((place) => `table ${place}`);
    let before;
    for (const { table, address } of walks) {
      for (const [place, entries] of Object.entries(table === before ? {} : table.tables)) {
        lines.push(...Object.entries(entries)
          .map(([index, value]) => `store ${hex(BigInt(place) + 8n * BigInt(index))} ${value}`));
      }
      before = table;
      lines.push(`walk ${table.hgatp} ${hex(address)}`);
    }
    const input = lines.join('\n');
    const answers = execFileSync(program, { input, encoding: 'utf8' }).trimEnd().split('\n');
    assert.equal(answers.length, walks.length);
    return answers.map((answer) => {
      const [, target, mistake] = /^(\S+)(?: (.*))?$/.exec(answer);
      return { target, mistake };
    });
  }
  const targetOf = (table, address, access) => {
    const { host } = walk(table, address, access);
    return host === undefined ? 'nowhere' : hex(host);
  };

  test('for a thousand addresses, unmapped and too large ones among them', () => {
    const next = chance(1);
    const mapped = 0x8020_0000n; // 2 MiB
    const kinds = {
      mapped: () => mapped + next(0x20_0000n),
      near: () => mapped - 0x40_0000n + next(0xa0_0000n),
      edges: () => mapped + next(3) * 0x20_0000n - next(2),
      far: () => next(1n << 41n),
      'too large': () => mapped + next(0x20_0000n) + (1n + next((1n << 23n) - 1n) << 41n),
    };
    const walks = Object.values(kinds).flatMap((make) =>
      Array.from({ length: 200 }, () => ({ table: recorded, address: make() })));
    const answers = answersTo(walks);
    walks.forEach(({ address }, index) => {
      const { target, mistake } = answers[index];
      assert.equal(mistake, undefined, hex(address));
      accessNames.forEach((access) => assert.equal(targetOf(recorded, address, access), target,
        `${access} ${hex(address)}`));
    });
    const found = answers.filter(({ target }) => target !== 'nowhere').length;
    assert.ok(found > 300 && found < 600, `${found} of ${walks.length} are mapped`);
    assert.ok(walks.some(({ address }, index) =>
      address === mapped + 0x1f_ffffn && answers[index].target === '0x805fffff'));
  });

  test('also where an entry is wrong, in a table of three levels', () => {
    const next = chance(2);
    const address = 0x8020_1234n;
    const places = ['0x80208000', '0x8020c000', '0x80210000'];
    const indexes = [2, 1, 1];
    const pointer = (place) => BigInt(place) >> 2n | 1n;
    const walks = Array.from({ length: 3000 }, () => {
      const entries = [pointer(places[1]), pointer(places[2]), 0x2010_00dfn];
      const level = Number(next(3)); // counted from the root
      const flags = [1n, 0xdfn, 0xdfn, next(256)][next(4)];
      entries[level] = entries[level] & ~0xffn | flags;
      if (next(2) === 0n && (entries[level] & 0xen) !== 0n) { // a leaf: maybe one of a large page
        entries[level] = entries[level] & 0xffn | next(1n << 12n) << 10n + 9n * (3n - next(4));
      }
      if (next(8) === 0n) {
        entries[level] |= 1n << 54n + next(10);
      }
      const tables = Object.fromEntries(places.map((place, index) =>
        [place, { [indexes[index]]: hex(entries[index]) }]));
      return { table: { hgatp: recorded.hgatp, tables }, address };
    });
    /** What the book's walk has to make of what the other one says is wrong with the table. */
    const all = (hosts) => hosts.every((host) => host === 'nowhere');
    const some = (hosts) => hosts.some((host) => host === 'nowhere');
    const rules = {
      'a bit is set that is reserved': (hosts, { steps }) =>
        (steps.some(({ entry }) => entry >> 54n) ? all(hosts)
          : steps.some(({ flags }) => flags.includes('G'))), // which a hart does not look at
      'D, A or U is set in an entry that is no leaf': all,
      'a leaf does not allow everything': some,
      'a leaf is not for user mode, which each access of the guest counts as': all,
      'a page does not count as used and written already': some,
      'a superpage is misaligned': all,
      'the last level has no leaf': all,
    };
    const met = new Set();
    answersTo(walks).forEach(({ target, mistake }, index) => {
      const { table } = walks[index];
      const hosts = accessNames.map((access) => targetOf(table, address, access));
      met.add(mistake ?? (target === 'nowhere' ? 'a fault' : 'no fault'));
      assert.ok(mistake === undefined ? hosts.every((host) => host === target)
        : rules[mistake](hosts, walk(table, address)),
      `${JSON.stringify(table)}: ${target} ${mistake}, but ${hosts}`);
    });
    assert.deepEqual([...met].sort(), [...Object.keys(rules), 'a fault', 'no fault'].sort());
  });
});

describe('the walk says', () => {
  const leaf = 0x2010_00dfn;
  const at = (entry) => ({
    ...recorded, tables: { ...recorded.tables, '0x8020c000': { 1: hex(entry) } },
  });
  const faults = {
    'that nothing is mapped': [0n, 'load', /^V is clear/],
    'that W needs R': [leaf & ~2n, 'store', /^W without R/],
    'that a page is not to be read': [leaf & ~0b110n, 'load', /^R is clear/],
    'that a page is not to be written': [leaf & ~4n, 'store', /^W is clear/],
    'that a page is not to be executed': [leaf & ~8n, 'fetch', /^X is clear/],
    'that a page is not for user mode': [leaf & ~0x10n, 'load', /^U is clear/],
    'that a superpage is misaligned': [leaf | 1n << 10n, 'load', /misaligned$/],
    'that A is clear': [leaf & ~0x40n, 'load', /^A is clear/],
    'that D is clear': [leaf & ~0x80n, 'store', /^D is clear/],
    'that a bit is reserved': [leaf | 1n << 63n, 'load', /^a bit from 54 on/],
    'that a pointer has U set': [leaf & ~0xcen, 'load', /^D, A or U is set without/],
    'that there is no level more': [0x2008_3001n, 'load', /^the last level has to have/],
  };
  const causes = { fetch: 20, load: 21, store: 23 };
  for (const [what, [entry, access, why]] of Object.entries(faults)) {
    test(what, () => {
      const { fault } = walk(what.includes('level') ? {
        ...recorded, tables: { ...recorded.tables, '0x8020c000': { 0: hex(entry), 1: hex(entry) } },
      } : at(entry), 0x8020_0000n, access);
      assert.match(fault?.why ?? 'that there is no fault', why);
      assert.equal(fault.cause, causes[access]);
    });
  }

  test('nothing of D when a page without is read, and nothing of G', () => {
    assert.equal(walk(at(leaf & ~0x80n), 0x8020_0008n).host, 0x8040_0008n);
    assert.equal(walk(at(leaf | 0x20n), 0x8020_0008n).host, 0x8040_0008n);
  });
});

test('an address is hexadecimal, with or without 0x and marks between digits', () => {
  const all = {
    '0x80200000': 0x8020_0000n, '8020_0000': 0x8020_0000n, "0x8020'0000": 0x8020_0000n,
    ' 0XaB ': 0xabn, 0: 0n, ffffffffffffffff: (1n << 64n) - 1n, '0x0000000000000000001': 1n,
  };
  for (const [text, value] of Object.entries(all)) {
    assert.equal(readAddress(text), value, text);
  }
  for (const text of ['', '0x', 'x', '80 20', '0x80200000 + 8', '_', '-1', '1_', '0x1__0', '1.5',
    '10000000000000000', '<b>', '0x0x1']) {
    assert.equal(readAddress(text), undefined, text);
  }
});

describe('a table is read out of memory', () => {
  const root2 = { 0x8020_8000: { 3: 0x2008_3001n }, 0x8020_c000: { 511: 0x2008_4001n },
    0x8021_0000: { 0: 0x2010_00dfn, 7: 0x2008_3001n } };
  /** A monitor that knows this memory. */
  const monitor = { ask: async (command) => {
    const [, count, place] = /^xp \/(\d+)gx (0x\w+)$/.exec(command);
    const entries = root2[Number(place)] ?? {};
    return Array.from({ length: count / 2 }, (_, line) => `${hex(BigInt(place) + 16n * BigInt(line))
    }: ${[0, 1].map((each) => hex(entries[2 * line + each] ?? 0n)).join(' ')}`);
  } };
  const said = (value) => `hypervisor: hgatp ${value}\n`;

  test('with each of its levels, and no more of them', async () => {
    const { hgatp, tables } = await readTable(monitor, said('0x8000000000080208'));
    assert.equal(hgatp, 0x8000_0000_0008_0208n);
    assert.deepEqual(tables, { '0x80208000': { 3: 0x2008_3001n },
      '0x8020c000': { 511: 0x2008_4001n }, '0x80210000': { 0: 0x2010_00dfn, 7: 0x2008_3001n } });
  });

  test('unless nobody says where it is, or it is of another mode', async () => {
    await assert.rejects(readTable(monitor, 'hypervisor: hgatp 0x80000'), /does not say hgatp 0x…/);
    await assert.rejects(readTable(monitor, said('0x9000000000080208')),
      /^Refusal: the mode of hgatp 0x9000000000080208 is not Sv39x4$/);
  });
});

describe('on its page', () => {
  const site = readSite(builtSite, '/');
  const browser = startBrowser();
  const server = serve(builtSite);
  after(async () => {
    await (await browser).close();
    (await server).close();
  });
  const page = site.pages.get(`${step}/`);
  const [place] = page.elements.filter((element) => hasClass(element, 'walk'));
  assert.ok(place, `/${step}/ has no walk`);
  const walks = [...elementsOf(place)].filter((element) => hasClass(element, 'of'));
  const script = site.paths.filter((path) => /^assets\/chunks\/walk\..*\.js$/.test(path));

  /** The page in a tab of its own, closed when the test is over, with the form in use. */
  async function open(t, { address = `${step}/`, ...options } = {}) {
    const context = await (await browser).newContext(options);
    t.after(() => context.close());
    const { address: base } = await server;
    const tab = await openTab(context, base);
    await (options.javaScriptEnabled === false ? tab.goto(base + address)
      : visit(tab, base + address));
    const form = tab.locator('.walk form');
    const found = tab.locator('.walk .found');
    const ask = async (text, access = 'load') => {
      await tab.getByLabel('Guest-physical').fill(text);
      await tab.getByLabel('Access').selectOption(access);
      await tab.getByRole('button', { name: 'Walk' }).click();
    };
    if (options.javaScriptEnabled !== false && address === `${step}/`) {
      await tab.locator('.walk fieldset:enabled').waitFor();
    }
    return { tab, form, found, ask };
  }
  /** The text of HTML that a browser has made. */
  const plain = (tab, html) => tab.evaluate((text) => {
    const element = document.createElement('div');
    element.innerHTML = text;
    return element.textContent;
  }, html);

  test('three walks are whole without scripts: levels, entries, flags, results', async (t) => {
    assert.equal(walks.length, 3);
    assert.deepEqual(JSON.parse(attribute(place, 'data-table')), recorded);
    const { tab, form } = await open(t, { javaScriptEnabled: false });
    await form.waitFor({ state: 'hidden' });
    for (const each of walks) {
      const [, access, text] = /^A (\w+) (?:from|to) (0x\w+)$/.exec(textOf(each));
      const found = walk(recorded, readAddress(text), access);
      const html = await tab.locator('.walk > div', { has: tab.getByText(textOf(each)) }).innerText();
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
    const ends = walks.map((each) => textOf(each.parentNode).split('Result ')[1]);
    assert.equal(new Set(ends).size, 3, ends.join());
    assert.ok(ends.some((end) => end.includes('Host-physical')), ends.join());
    assert.ok(ends.some((end) => end.includes('fault')), ends.join());
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
    const { tab, found, ask } = await open(t);
    for (const text of ['', 'cat', '<b>0</b>', '1'.repeat(17)]) {
      await ask(text);
      const said = await found.textContent();
      assert.ok(said.startsWith(`“${text}” is no address.`), said);
      assert.equal(await found.locator('*').count(), 0);
      assert.equal(await tab.getByLabel('Guest-physical').getAttribute('aria-invalid'), 'true');
    }
    await ask('0x80200000');
    assert.equal(await tab.getByLabel('Guest-physical').getAttribute('aria-invalid'), 'false');
  });

  test('a walk is asked for by keyboard, and said once, as a whole', async (t) => {
    const { tab, found } = await open(t);
    await tab.evaluate(() => {
      window.said = [];
      new MutationObserver((all) => window.said.push(all.length))
        .observe(document.querySelector('.walk .found'), { childList: true, subtree: true });
    });
    await tab.getByLabel('Guest-physical').focus();
    await tab.keyboard.press('Control+A');
    await tab.keyboard.type('0x80200010', { delay: 1 });
    await tab.keyboard.press('Tab');
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
    assert.equal(tab.url(), `${(await server).address}${step}/`);
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
    const { responses } = await server;
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
});
