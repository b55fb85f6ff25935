// Which step brought each line of a file, and which box of its chapter shows it.
import { compareTexts } from './difference.mjs';
import { readChapter } from './states.mjs';
import { filesOf, linesOf, stepBefore, steps } from './steps.mjs';

const chapters = new Map();
const known = new Map();

const chapterOf = (step) => {
  chapters.set(step, chapters.get(step) ?? readChapter(step));
  return chapters.get(step);
};

/**
 * For each line of a file, { step, box }: the step that brought it, and the id of the box in that
 * step's chapter; the box is undefined where the chapter is not written.
 */
export function blame(step, path) {
  const key = `${step}/${path}`;
  if (!known.has(key)) {
    known.set(key, trace(step, path));
  }
  return known.get(key);
}

function trace(step, path) {
  const before = stepBefore(step);
  const [old, text] = [before && filesOf(before).get(path), filesOf(step).get(path)];
  if (old === text) {
    return text === undefined ? [] : blame(before, path);
  }
  const earlier = old === undefined ? [] : blame(before, path);
  const owners = chapterOf(step).owners.get(path);
  return compareTexts(old, text).filter(({ kind }) => kind !== 'removed')
    .map(({ kind, old: line, new: number }) => (kind === 'same' ? earlier[line - 1]
      : { step, box: owners?.get(number) }));
}

/** The steps in which a file changes, from its first on. */
export const versionsOf = (path) => steps.filter((step) => {
  const text = filesOf(step).get(path);
  return text !== undefined && text !== filesOf(stepBefore(step)).get(path);
});
