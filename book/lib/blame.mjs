// Which step brought each line of a file, and which box of its chapter shows it.
import { compareTexts } from './difference.mjs';
import { remember } from './remember.mjs';
import { readChapter } from './states.mjs';
import { filesOf, stepBefore, steps } from './steps.mjs';

/** The files of a step, and its chapter, as filesOf and readChapter give them. */
export const treeOf = remember((step) => filesOf(step));
export const chapterOf = remember((step) => readChapter(step));

/**
 * For each line of a file, { step, box }: the step that brought it, and the id of the box in that
 * step's chapter; the box is undefined where the chapter is not written.
 */
export const blame = remember((step, path) => {
  const before = stepBefore(step);
  const [old, text] = [before && treeOf(before).get(path), treeOf(step).get(path)];
  if (old === text) {
    return text === undefined ? [] : blame(before, path);
  }
  const earlier = old === undefined ? [] : blame(before, path);
  const owners = chapterOf(step).owners.get(path);
  return compareTexts(old, text).filter(({ kind }) => kind !== 'removed')
    .map(({ kind, old: line, new: number }) => (kind === 'same' ? earlier[line - 1]
      : { step, box: owners?.get(number) }));
});

/** The steps in which a file changes, from its first on. */
export const versionsOf = remember((path) => steps.filter((step) => {
  const before = stepBefore(step);
  const text = treeOf(step).get(path);
  return text !== undefined && text !== (before && treeOf(before).get(path));
}));
