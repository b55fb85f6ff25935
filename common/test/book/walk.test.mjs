// The walk through a second-stage table: the book's own against that of the unit tests, which is
// written from the specification as well; and how a table is read. The page is in
// walk-page.test.mjs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { accessNames, hex, readAddress, walk } from '../../../book/lib/walk.mjs';
import { readTable } from '../../../book/record/table.mjs';
import { withSuffix } from '../../../book/record/versions.mjs';
import { root } from './pages.mjs';

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
      'seen from another quarter': () => mapped + next(0x20_0000n) + (1n + next(3) << 39n),
      'too large': () => mapped + next(0x20_0000n) + (1n << 41n + next(23)),
    };
    const walks = Object.values(kinds).flatMap((make) =>
      Array.from({ length: 170 }, () => ({ table: recorded, address: make() })));
    const answers = answersTo(walks);
    walks.forEach(({ address }, index) => {
      const { target, mistake } = answers[index];
      assert.equal(mistake, undefined, hex(address));
      accessNames.forEach((access) => assert.equal(targetOf(recorded, address, access), target,
        `${access} ${hex(address)}`));
    });
    const found = answers.filter(({ target }) => target !== 'nowhere').length;
    assert.ok(found > 250 && found < 510, `${found} of ${walks.length} are mapped`);
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

  test('where each entry is, and what it says', () => {
    const table = { hgatp: '0x8000000000080208',
      tables: { '0x80208000': { 2047: '0x20083001' }, '0x8020c000': { 511: '0x201000df' } } };
    assert.deepEqual(walk(table, 0x1ff_ffe0_0005n, 'fetch'), {
      address: 0x1ff_ffe0_0005n,
      access: 'fetch',
      steps: [
        { level: 2, high: 40n, low: 30n, index: 2047n, at: 0x8020_bff8n, entry: 0x2008_3001n,
          flags: ['V'], target: 0x8020_c000n },
        { level: 1, high: 29n, low: 21n, index: 511n, at: 0x8020_cff8n, entry: 0x2010_00dfn,
          flags: ['V', 'R', 'W', 'X', 'U', 'A', 'D'], target: 0x8040_0000n },
      ],
      host: 0x8040_0005n,
      size: 0x20_0000n,
    });
  });

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
  const memory = { 0x8020_8000: { 2047: 0x2008_3001n }, 0x8020_c000: { 511: 0x2008_4001n },
    0x8021_0000: { 0: 0x2010_00dfn, 7: 0x2008_3001n } };
  /** A monitor that knows this memory. */
  const monitor = { ask: async (command) => {
    const [, count, place] = /^xp \/(\d+)gx (0x\w+)$/.exec(command);
    const entries = memory[Number(place)] ?? {};
    return Array.from({ length: count / 2 }, (_, line) => `${hex(BigInt(place) + 16n * BigInt(line))
    }: ${[0, 1].map((each) => hex(entries[2 * line + each] ?? 0n)).join(' ')}`);
  } };
  const said = (value) => `hypervisor: hgatp ${value}\n`;

  test('with each of its levels, and no more of them', async () => {
    const { hgatp, tables } = await readTable(monitor, said('0x8000000000080208'));
    assert.equal(hgatp, 0x8000_0000_0008_0208n);
    assert.deepEqual(tables, { '0x80208000': { 2047: 0x2008_3001n },
      '0x8020c000': { 511: 0x2008_4001n }, '0x80210000': { 0: 0x2010_00dfn, 7: 0x2008_3001n } });
  });

  test('unless nobody says where it is, or it is of another mode', async () => {
    await assert.rejects(readTable(monitor, 'hypervisor: hgatp 0x80000'), /does not say hgatp 0x…/);
    await assert.rejects(readTable(monitor, said('0x9000000000080208')),
      /^Refusal: the mode of hgatp 0x9000000000080208 is not Sv39x4$/);
  });
});
