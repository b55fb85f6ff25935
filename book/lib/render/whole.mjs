// The whole change of a step: each file that changes in a box of its own, without prose.
import { number } from '../../../common/stairs/steps.mjs';
import { chapterOf, treeOf } from '../blame.mjs';
import { compareTexts } from '../difference.mjs';
import { remember } from '../remember.mjs';
import { stepBefore } from '../steps.mjs';
import { fileHtml } from './change.mjs';
import { count, headingHtml } from './html.mjs';
import { chapterHref, fileId, patchHref } from './site.mjs';

/** Each file that changes in a step: { path, before, after, rows }, as in a box. */
export const changeOf = remember((step) => {
  const before = stepBefore(step);
  const trees = [before ? treeOf(before) : new Map(), treeOf(step)];
  const paths = [...new Set(trees.flatMap((tree) => [...tree.keys()]))].sort();
  return paths.map((path) => [path, ...trees.map((tree) => tree.get(path))])
    .filter(([, old, now]) => old !== now)
    .map(([path, old, now]) => ({ path, before: old, after: now, rows: compareTexts(old, now) }));
});

/** How large a change is, in words. */
export function sizeOf(step) {
  const { files, added, removed } = chapterOf(step).change;
  const lines = `${count(added, 'line')} added, ${count(removed, 'line')} removed`;
  return `${count(files, 'file')}, ${lines}`;
}

/** The boxes. Their addresses are the files' names. */
export const changeHtml = (step) => changeOf(step).map((file) =>
  `<div class="box wide" id="${fileId(file.path)}" v-pre>${fileHtml(file, step)}</div>`).join('\n');

/** The page of a whole change. */
export function wholeHtml(step) {
  const before = stepBefore(step);
  const place = before ? `a directory that holds <code v-pre>steps/${before}</code>`
    : 'an empty directory';
  return headingHtml(1, 'whole', `The whole change of chapter ${number(step)}`)
    + `<p>${sizeOf(step)}. <a href="${patchHref(step)}" download>${step}.patch</a> is the same for `
    + `<code v-pre>git apply</code>, in ${place}. <a href="${chapterHref(step)}">The chapter</a> `
    + `tells why.</p>${changeHtml(step)}`;
}
