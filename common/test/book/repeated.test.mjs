// What is told twice in the book, as book/lib/repeated.mjs finds it.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { exceptions, repetitions } from '../../../book/lib/repeated.mjs';
import { assertNone } from './html.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'repeated-'));
after(() => rmSync(scratch, { recursive: true }));

const front = '---\ntitle: T\ndescription: D\n---\n\n';
const row = 'the guest leaves `hart 0` at @(hex a.b) and goes on in';

/** What is said of two pages, without the places' directory. */
function said(one, other, allowed = []) {
  writeFileSync(join(scratch, '01-a.md'), one);
  writeFileSync(join(scratch, '02-b.md'), other);
  return repetitions(scratch, allowed).map((text) => text.replaceAll(/\S*\/(?=0)/g, ''));
}

describe('of two pages', () => {
  test('ten words that both have are found, each name and number one of them', () =>
    assert.deepEqual(said(`${front}Here ${row}.\n`, `${front}\n${row}, there.\n`),
      ['02-b.md:7: has been said in 01-a.md:6: the guest leaves hart0 at hexa.b and goes on in']));

  test('more than ten in a row are found as one', () =>
    assert.deepEqual(said(`${front}So ${row} HS-mode now.\n`, `${front}As ${row} HS-mode now.\n`),
      ['02-b.md:6: has been said in 01-a.md:6: '
        + 'the guest leaves hart0 at hexa.b and goes on in hs-mode now']));

  test('a description, a caption, an item of a list and a table count', () => {
    const text = row.replace('`hart 0`', 'hart').replace('@(hex a.b)', 'once');
    for (const other of [`---\ntitle: T\ndescription: ${text}.\n---\n`,
      `${front}@@ drawing switch "${text}."\n`, `${front}1. ${text}\n`, `${front}| ${text} |\n`]) {
      assert.equal(said(`${front}${text}\n`, other).length, 1, other);
    }
  });

  for (const [what, other] of Object.entries({
    'nine words': row.replace('the ', ''),
    'words of two paragraphs': row.replace('at', '\n\nat'),
    'a command': `\`\`\`sh\n${row}\n\`\`\``,
    'what a directive brings': `@@ console run "${row}"`,
    'an address': `[x](${row.replaceAll(' ', '-')})`,
  })) {
    test(`${what} may be on both`, () =>
      assert.deepEqual(said(`${front}${row}\n`, `${front}${other}\n`), []));
  }

  test('a page may repeat itself', () =>
    assert.deepEqual(said(`${front}${row}\n\n${row}\n`, front), []));
});

test('an exception is allowed as long as it is needed', () => {
  const words = 'the guest leaves hart0 at hexa.b and goes on in';
  const allowed = [{ words, reason: 'a test' }];
  assert.deepEqual(said(`${front}${row}\n`, `${front}${row}\n`, allowed), []);
  assert.deepEqual(said(`${front}${row}\n`, front, allowed),
    [`no exception is needed any more for: ${words}`]);
});

test('each exception has a reason', () =>
  assertNone(exceptions.filter(({ reason }) => !reason).map(({ words }) => words)));

test('the book tells nothing twice', () => assertNone(repetitions()));
