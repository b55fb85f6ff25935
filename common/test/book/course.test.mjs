// The teachers' page: what it lists of all chapters is what they have, and what it tells to type is
// there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { planOf } from '../../check/plan.mjs';
import { readPage } from '../../../book/lib/page.mjs';
import { complaintsBeside } from '../../../book/lib/prose.mjs';
import { checkpointsHtml, exercisesHtml, exercisesOf } from '../../../book/lib/render/course.mjs';
import { unescape } from '../../../book/lib/render/html.mjs';
import { steps } from '../../../book/lib/steps.mjs';
import { root } from './pages.mjs';

/** The items of each chapter in a list of all: [[text, …], …]. */
const listsIn = (html) => [...html.matchAll(/<ul>(.*?)<\/ul>/g)].map(([, list]) =>
  [...list.matchAll(/<li>(.*?)<\/li>/g)].map(([, item]) => item.replace(/<[^>]+>/g, '')));

test('the checkpoints of all chapters ask what their tests ask, for their points', async () => {
  const texts = await Promise.all(steps.map(async (step) => (await planOf(step)).tests
    .filter(({ isOwn }) => isOwn)
    .map(({ says, points }) => `${says.replaceAll('`', '')} (${points})`)));
  assert.deepEqual(listsIn(checkpointsHtml()).map((list) => list.map(unescape)), texts);
});

test('each exercise of each chapter is listed, with a mark where there is a solution', () => {
  const lists = listsIn(exercisesHtml());
  assert.equal(lists.length, steps.length);
  for (const [index, step] of steps.entries()) {
    const [, exercises] = readPage(step).text.split(/^## Exercises$/m);
    const written = exercises.split(/^## /m)[0].split(/^### \d+\. /m).slice(1);
    assert.deepEqual(lists[index], written.map((text) => {
      const title = text.split('\n')[0].replaceAll('`', '');
      return /^@@ solution /m.test(text) ? `${title}, with a solution` : title;
    }), step);
  }
});

test('the first two exercises have a solution', () => {
  for (const step of steps) {
    assert.ok(exercisesOf(step).slice(0, 2).every(({ solution }) => solution), step);
  }
});

test('each command on the page is there', () => {
  const targets = (file) => [...readFileSync(join(root, file), 'utf8')
    .matchAll(/^([a-z][a-z-]*)(?: [a-z -]+)?:(?!=)/gm)].map(([, name]) => name);
  const known = { '': targets('Makefile'), '-C': targets('common/step.mk') };
  const commands = [...readPage('teachers').text
    .matchAll(/(?<=`|^)make\s+(?:(-C)\s+\S+\s+)?([a-z][a-z-]*)/gm)]
    .map(([, where = '', name]) => ({ where, name }));
  assert.ok(commands.length > 3, 'no command is found');
  assert.deepEqual(commands.filter(({ where, name }) => !known[where].includes(name)), []);
});

test('the prose of teachers', () => {
  assert.deepEqual(complaintsBeside('teachers').map(({ line, message }) =>
    `book/teachers.md:${line}: ${message}`), []);
});
