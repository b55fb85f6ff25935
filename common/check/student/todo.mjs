// What a student has to do in a chapter: TODO.md, made of the chapter's page, of what it changes, and
// of its tests.
import fs from 'node:fs';
import path from 'node:path';

import { number } from '../../stairs/steps.mjs';
import { planOf } from '../plan.mjs';
import { root } from '../submission.mjs';
import { wordsFor } from './markers.mjs';
import { sourcesOf } from './changes.mjs';

/** What the chapter's page says of itself. */
function readPage(step) {
  const text = fs.readFileSync(path.join(root, 'book', `${step}.md`), 'utf8');
  const of = (name) => new RegExp(`^${name}: *(.*)$`, 'm').exec(text)[1];
  return { title: of('title'), goal: of('description') };
}

/** What a Makefile says beside its title and the rules. */
const settings = (lines) => lines.filter((line) => /^\w/.test(line) && !line.startsWith('include '));

/** Only the changes of a Makefile that say something, as it gets no mark. */
function* linesForMakefile({ hunks }) {
  for (const { removed, added } of hunks) {
    yield* settings(removed).map((line) => `- [ ] \`Makefile\`: \`${line}\` goes`);
    yield* settings(added).map((line) => `- [ ] \`Makefile\`: \`${line}\` comes`);
  }
}

const lineCount = (text) => text.split('\n').length - 1;

/** The places of a file, or that it comes or goes. */
function* linesFor({ path: name, isNew, isGone, hunks }, sources, isKept) {
  if (isNew) {
    yield `- [ ] \`${name}\` is new: ${lineCount(sources.get(name))} lines`;
  } else if (isGone) {
    yield `- [ ] \`${name}\` goes`;
  }
  for (const hunk of hunks) {
    yield `- [ ] \`${name}\`${isKept ? '' : `, place ${hunk.number}`}: ${wordsFor(hunk)}`;
  }
}

/**
 * @param {object[]} changes of changesOf, with numbers
 * @param {boolean} isKept whether it is for somebody's own code, which has no marks
 */
export async function todoOf(step, changes, { isKept = false } = {}) {
  const { title, goal } = readPage(step);
  const { tests, lasting } = await planOf(step);
  const sources = sourcesOf(step);
  const places = changes.flatMap((change) => [...change.path === 'Makefile'
    ? linesForMakefile(change) : linesFor(change, sources, isKept)]);
  const here = `make check STEP=${step.slice(0, 2)} DIR=…`;
  const rows = [
    ...tests.filter(({ isOwn }) => isOwn)
      .map(({ name, points, says }) => `| \`${name}\` | ${points} | ${says} |`),
    ...lasting.map(({ step: before, points, names }) =>
      `| chapter ${number(before)} | ${points} | stays true: ${names.join(', ')} |`),
  ];
  return `# Chapter ${number(step)}: ${title}

${goal}

The chapter is \`book/${step}.md\`; \`make book-serve\` shows it, with each change where it belongs.

## What changes

${isKept ? 'These are the changes of the book\'s own code. Marks of an earlier chapter may go.'
    : 'Each place has a mark in the code, a comment of one line.'}

${places.join('\n')}

## What is checked

\`make check\` in this directory, or \`${here}\` at the top of the checkout. \`make hint\` helps with
the first test that fails, \`make compare\` shows where the book's code differs.

| test | points | what it asks, or which tests of an earlier chapter have to pass together |
|---|---|---|
${rows.join('\n')}
`;
}
