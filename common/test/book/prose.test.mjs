// The prose of the chapters: what book/lib/prose.mjs can check of it, and that it does.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { readPage } from '../../../book/lib/page.mjs';
import { complaintsBeside, complaintsOf } from '../../../book/lib/prose.mjs';
import { steps } from '../../../book/lib/steps.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'prose-'));
after(() => rmSync(scratch, { recursive: true }));
writeFileSync(join(scratch, 'words.txt'), 'mret\n');

const sentence = 'The guest leaves the hart to the hypervisor here.';
const filler = Array.from({ length: 25 }, () => `${`${sentence} `.repeat(5).trim()}\n`).join('\n');
const exercise = '::: details Hint 1\nLook.\n:::\n::: details Hint 2\nDo.\n:::\n'
  + '::: details Hint 3\nWrite.\n:::\n';

/** A chapter with nothing wrong, in its parts. */
const good = {
  Goal: '@@ console run\n',
  Background: `@@ console 06-guest-page-table/run "environment call"\n\n${filler}`,
  'Build it': '@@ begin\n\n### One\n',
  'Run it': `\`mret\` and \`exit_guest\` stand here. ${sentence}\n`,
  'When it goes wrong': '@@ failure one\n\nWhy.\n\n@@ failure two\n',
  Checkpoint: '@@ checkpoint\n',
  'Real world': `@@ quote trap-entry\n\n${sentence}\n`,
  Exercises: `${exercise}@@ solution one\n\n${exercise}@@ solution two\n\n${exercise}`,
};

/** What is said of that chapter with some parts changed. */
function complaints(parts) {
  const text = Object.entries({ ...good, ...parts })
    .map(([title, body]) => `## ${title}\n\n${body}`).join('\n');
  writeFileSync(join(scratch, '07-hypercall.md'), `---\ntitle: x\n---\n${text}`);
  return complaintsOf('07-hypercall', scratch).map(({ message }) => message);
}

describe('of a chapter', () => {
  test('that is well written nothing is said', () => assert.deepEqual(complaints({}), []));
  test('that ends with what stands now nothing is said', () =>
    assert.deepEqual(complaints({ 'What stands now': `${sentence}\n` }), []));

  const cases = {
    'a sentence of more than 40 words': [{ 'Run it': `${'word '.repeat(41)}end.\n` },
      /^a sentence of 42 words/],
    'a paragraph of more than 80 words': [{ 'Run it': `${`${sentence} `.repeat(10)}\n` },
      /^a paragraph of 90 words$/],
    'a quotation that is typed': [{ 'Real world': '> A trap is taken.\n' },
      /^a quotation that is not in quotations\.mjs$/],
    'long sentences throughout': [{ Background: filler.replaceAll('here. The', 'and the') },
      /^half of the sentences have \d+ words or more$/],
    'too few words': [{ Background: `${sentence}\n` }, /words, not 800 to 2400$/],
    'too many words': [{ Background: filler.repeat(3) }, /words, not 800 to 2400$/],
    'a word that says nothing': [{ 'Run it': 'We simply return.\n' }, /^"simply"$/],
    'an exclamation mark': [{ 'Run it': 'It runs!\n' }, /^"!"$/],
    'a place on the page': [{ 'Run it': 'See the code above.\n' }, /^"code above"$/],
    'a name that is nowhere': [{ 'Run it': 'Call `exit_host` here.\n' },
      /^`exit_host`: exit_host is in/],
    'an exercise without its hints': [{ Exercises: exercise.repeat(2) },
      /^three exercises or more/],
    'failures that are missing': [{ 'When it goes wrong': 'Nothing.\n' },
      /^"When it goes wrong" needs 2 @@ failure/],
    'a chapter that does not begin where the one before has ended': [{ Background: filler },
      /^nothing of 06-guest-page-table\/run is shown before "Build it"$/],
    'a chapter that does not say where to begin': [{ 'Build it': '### One\n' },
      /^"Build it" needs 1 @@ begin, and has 0$/],
    'a row of changes without a word': [
      { 'Build it': '@@ begin\n### One\n@@ diff a\n\n@@ diff b\n\n@@ diff c\n' },
      /^more than 2 changes follow/],
    'parts in another order': [{ Goal: '@@ console run\n\n## Checkpoint\n' },
      /^its parts are Goal, Ch/],
    'what stands now before the end': [{ 'Real world': `${sentence}\n\n## What stands now\n` },
      /^its parts are .*, What stands now, Exercises;/],
  };
  for (const [what, [parts, pattern]] of Object.entries(cases)) {
    test(`${what} is found`, () => {
      const found = complaints(parts);
      assert.ok(found.some((message) => pattern.test(message)), found.join('\n') || 'nothing is');
    });
  }
});

test('what no page shows is found', () => {
  const directory = join(scratch, '07-hypercall');
  mkdirSync(join(directory, 'recorded'), { recursive: true });
  for (const [name, text] of Object.entries({
    'one.patch': '', 'lost.patch': '', 'lost.svg': '',
    'runs.mjs': 'const runs = { one: {}, two: {}, lost: {}, counted: {} }; counted',
    'recorded/recorded.json': '{ "runs": { "one": {}, "two": {}, "lost": {}, "counted": {} } }',
  })) {
    writeFileSync(join(directory, name), text);
  }
  assert.deepEqual(complaints({}), [
    'book/07-hypercall/lost.patch is not on the page',
    'book/07-hypercall/lost.svg is not on the page',
    'the run lost is on no page',
  ]);
  rmSync(directory, { recursive: true });
});

for (const step of steps.filter((name) => readPage(name) !== undefined)) {
  test(`the prose of ${step}`, () => {
    assert.deepEqual(complaintsOf(step).map(({ file, line, message }) =>
      `${file}:${line}: ${message}`), []);
  });
}

test('of a page beside the chapters names are looked for in the code that it speaks of', () => {
  writeFileSync(join(scratch, 'beside.md'), `${filler}\n${filler}`.replace('here', '`exit_host`'));
  assert.deepEqual(complaintsBeside('beside', '15-virtio-blk', scratch).map(({ message }) =>
    message.split(' is in ')[0]), ['2250 words, not 900 to 1500', '`exit_host`: exit_host']);
});

for (const [name, step] of [['outlook', steps.at(-1)]]) {
  test(`the prose of ${name}`, () => {
    assert.deepEqual(complaintsBeside(name, step).map(({ file, line, message }) =>
      `${file}:${line}: ${message}`), []);
  });
}
