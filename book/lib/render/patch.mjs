// Patches: those that belong to a chapter, as small changes, and those of whole steps, as files. The
// page of a chapter shows its faults; its solutions have a page of their own, where the patch of a
// request is as well.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FILE_HEADERS_ONLY, applyPatch, createTwoFilesPatch, parsePatch } from 'diff';
import { number, refuse } from '../../../common/stairs/steps.mjs';
import { chapterOf, treeOf } from '../blame.mjs';
import { compareTexts } from '../difference.mjs';
import { bookDirectory, slugOf } from '../page.mjs';
import { fileHtml } from './change.mjs';
import { titleOf } from './chapter.mjs';
import { liveHtml } from './console.mjs';
import { escape, headingHtml, shellHtml } from './html.mjs';
import { chapterHref, solutionHref } from './site.mjs';
import { changeOf } from './whole.mjs';

/**
 * Files that change, as a patch. It has no line `diff --git`, since `git apply` would then ignore
 * the directory of a repository that it is called in.
 */
export const patchText = (files) => files.map(({ path, before, after }) => {
  const nameOf = (side, text) => (text === undefined ? '/dev/null' : `${side}/${path}`);
  return createTwoFilesPatch(nameOf('a', before), nameOf('b', after), before ?? '', after ?? '',
    undefined, undefined, { headerOptions: FILE_HEADERS_ONLY });
}).join('');

/** The patch of a whole step. */
export const patchOf = (step) => patchText(changeOf(step));

/** The patch of a run, as it is applied to the state that runs: { name, files }. */
function readPatch(step, name, runs) {
  const { patch, state } = runs[name] ?? refuse(`there is no run ${name} in book/${step}/runs.mjs`);
  if (patch === undefined) {
    refuse(`the run ${name} in book/${step}/runs.mjs has no patch`);
  }
  const tree = state === undefined ? treeOf(step)
    : chapterOf(step).states.find(({ section }) => section === state)?.files
      ?? refuse(`the page has no section "${state}" with a change`);
  const files = parsePatch(readFileSync(join(bookDirectory, step, patch), 'utf8')).map((part) => {
    const path = part.newFileName.replace(/^b\//, '');
    const before = tree.get(path);
    const after = applyPatch(before ?? '', part);
    return after === false ? refuse(`book/${step}/${patch} does not fit ${path}`)
      : { path, before, after, rows: compareTexts(before, after) };
  });
  return { patch, state, files };
}

/** A patch of a chapter: what it changes, and how to try it. */
function changeHtml(step, name, runs) {
  const { patch, state, files } = readPatch(step, name, runs);
  const which = state === undefined ? '' : ` (made for the state after “${escape(state)}”)`;
  const html = files.map((file) => fileHtml(file, step, true));
  return `<div class="box wide" id="${name}" v-pre>${html.join('')}</div>`
    + `<p class="try">To try it${which}:</p>`
    + shellHtml(`git apply --directory=steps/mine book/${step}/${patch}`);
}

/** A fault, shown openly. */
export const failureHtml = (step, name, runs) =>
  changeHtml(step, name, runs) + liveHtml(step, name);

/** The link to a solution. */
export function solutionHtml(step, name, runs) {
  readPatch(step, name, runs);
  return `<p><a href="${solutionHref(step, name)}">A solution</a></p>`;
}

/** The page of a chapter's solutions, each under the title of its exercise. */
export function solutionsHtml(step, runs) {
  const { directives } = chapterOf(step).page;
  const of = (wanted) => directives.filter(({ kind }) => kind === wanted);
  return headingHtml(1, 'solutions', `Solutions of chapter ${number(step)}`)
    + `<p>Of the exercises of <a href="${chapterHref(step)}">${escape(titleOf(step))}</a>. Each is `
    + 'one of many: what an exercise asks for decides.</p>'
    + of('solution').map(({ rest, section }) =>
      headingHtml(2, slugOf(section.title), section.title) + changeHtml(step, rest, runs)).join('')
    + of('request').map(({ rest }) =>
      headingHtml(2, 'a-request-step-by-step', 'Not of an exercise: a request, step by step')
        + changeHtml(step, rest, runs)).join('');
}
