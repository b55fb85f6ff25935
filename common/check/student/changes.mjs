// What a chapter changes: the difference between two steps, as git finds it.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn, git, listSteps, stepsDirectory } from '../../stairs/steps.mjs';

export const steps = listSteps(stepsDirectory);

/** The step before, undefined for the first. */
export const stepBefore = (step) => steps[steps.indexOf(step) - 1];

const textOf = (step, path) => readFileSync(join(stepsDirectory, step, path), 'utf8');

/** The files of a step, without their Makefile: path → text. */
export const sourcesOf = (step) => new Map((step ? filesIn(join(stepsDirectory, step)) : [])
  .filter((path) => path !== 'Makefile').map((path) => [path, textOf(step, path)]));

/** The difference of two directories or files, with so many lines around each change. */
export const differenceOf = (one, other, around = 3, ...more) => git('.', ['diff', '--no-index',
  '--no-color', '--no-ext-diff', '--no-renames', `-U${around}`, ...more, one, other],
{ accepted: [0, 1] });

/** Takes a difference without lines around apart: [{ start, removed, added, inside }]. */
const readHunks = (text) => text.split(/^(?=@@ )/m).slice(1).map((hunk) => {
  const [head, ...lines] = hunk.split('\n');
  const [, start, count = '1', inside] = /^@@ -(\d+)(?:,(\d+))? \+\S+ @@ ?(.*)$/.exec(head);
  const of = (sign) => lines.filter((line) => line[0] === sign).map((line) => line.slice(1));
  // Without a line of the old file, `start` is the line after which something comes.
  return { start: Number(start) + (count === '0' ? 1 : 0), removed: of('-'), added: of('+'), inside };
});

/**
 * What `step` changes of the step before it.
 * @returns [{ path, isNew, isGone, hunks }]; a hunk is { start, removed, added, inside }: the line of
 *   the old file before which it stands, the lines, and in what function it is, as git sees it
 */
export function changesOf(step) {
  const before = stepBefore(step);
  const directories = [before, step].map((each) => (each ? join(stepsDirectory, each) : undefined));
  const [old, now] = directories.map((directory) => (directory ? filesIn(directory) : []));
  return [...new Set([...old, ...now])].sort().map((path) => {
    const isNew = !old.includes(path);
    const isGone = !now.includes(path);
    const hunks = isNew || isGone ? []
      : readHunks(differenceOf(...directories.map((directory) => join(directory, path)), 0));
    return { path, isNew, isGone, hunks };
  }).filter(({ isNew, isGone, hunks }) => isNew || isGone || hunks.length > 0);
}

/** The changes of a file of `step` that have `text` in them, with the lines around, to be read. */
export function changeWith(step, path, text) {
  const [old, now] = [stepBefore(step) ?? '', step].map((each) => join(stepsDirectory, each, path));
  const isNew = stepBefore(step) === undefined || !existsSync(old);
  return differenceOf(isNew ? '/dev/null' : old, now, 3, '--function-context')
    .split(/^(?=@@ )/m).slice(1)
    .filter((hunk) => text === undefined || hunk.includes(text))
    .map((hunk) => hunk.replace(/^@@.*\n/, '').trimEnd());
}
