// The list of what the book quotes.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readPage } from '../../../book/lib/page.mjs';
import { steps } from '../../../book/lib/steps.mjs';
import { documents, quotations } from '../../../book/quotations.mjs';
import { assertNone } from './html.mjs';

const most = 50; // words
const all = Object.entries(quotations);
const pages = steps.map((step) => readPage(step)).filter(Boolean);

test('each quotation is of a document in the list, with a section', () => {
  assertNone(all.filter(([, { document, section }]) => !Object.hasOwn(documents, document)
    || !section).map(([name]) => name));
});

test('each document has a name and a licence', () => assertNone(Object.entries(documents)
  .filter(([, { name, licence }]) => !name || !licence).map(([key]) => key)));

test(`none has more than ${most} words`, () => {
  const words = (text) => text.split(/\s+/).filter((word) => /\w/.test(word)).length;
  assertNone(all.filter(([, { text }]) => words(text) > most).map(([name]) => name));
});

test('none is there twice', () => {
  const texts = all.map(([, { text }]) => text);
  assertNone(texts.filter((text, index) => texts.indexOf(text) !== index));
});

test('each is on a page', () => {
  const used = pages.flatMap(({ directives }) => directives)
    .filter(({ kind }) => kind === 'quote').map(({ rest }) => rest);
  assert.ok(used.length > 0);
  assertNone(all.map(([name]) => name).filter((name) => !used.includes(name)));
});
