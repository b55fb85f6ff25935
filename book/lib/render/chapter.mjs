// What the site puts around a chapter's text: its title, the size of its change, its states, and at
// the end where to go on. And what stands there while the text is not written.
import { number } from '../../../common/steps.mjs';
import { chapterOf, treeOf } from '../blame.mjs';
import { compareTexts } from '../difference.mjs';
import { readPage, slugOf } from '../page.mjs';
import { remember } from '../remember.mjs';
import { stepBefore, steps } from '../steps.mjs';
import { fileHtml } from './change.mjs';
import { consoleHtml } from './console.mjs';
import { count, escape, headingHtml, withCode } from './html.mjs';
import { lineOf } from './readme.mjs';
import { linesSoFar, recordedOf, resultOf } from './recorded.mjs';
import { chapterHref, fileId, hrefOf, listHref, patchFile, referenceHref, wholeHref } from './site.mjs';

const acronyms = { sbi: 'SBI', mmio: 'MMIO', blk: 'block' };

/** The title of a chapter: that of its page, else one made of the step's name. */
export const titleOf = remember((step) => {
  const [, title] = /^---\n(?:.*\n)*?title: *(.+)\n/.exec(readPage(step)?.text ?? '') ?? [];
  const words = step.slice(3).split('-').map((word) => acronyms[word] ?? word).join(' ');
  return title?.replace(/^(['"])(.*)\1$/, '$2') ?? words[0].toUpperCase() + words.slice(1);
});

/** The whole change of a step: each file that changes, as in a box. */
export const changeOf = remember((step) => {
  const trees = [stepBefore(step), step].map((each) => (each ? treeOf(each) : new Map()));
  const paths = [...new Set(trees.flatMap((tree) => [...tree.keys()]))].sort();
  return paths.map((path) => [path, ...trees.map((tree) => tree.get(path))])
    .filter(([, before, after]) => before !== after)
    .map(([path, before, after]) => ({ path, before, after, rows: compareTexts(before, after) }));
});

/** The size of a change, as a sentence without its end. */
export function sizeOf(step) {
  const { files, added, removed } = chapterOf(step).change;
  return `${count(files, 'file')}, ${count(added, 'line')} added, ${count(removed, 'line')} removed`;
}

/** What came of a state, as a word beside its name. */
export const resultHtml = (result) =>
  `<span class="outcome ignore-header ${slugOf(result)}">${escape(result)}</span>`;

/** What stands above the text of a chapter. */
export function headHtml(step) {
  const { added, removed, files } = chapterOf(step).change;
  const title = titleOf(step);
  const { states } = chapterOf(step);
  const items = states.map(({ section }) =>
    `<li><a href="#${slugOf(section)}">${withCode(section)}</a> ${resultHtml(resultOf(step, section))}</li>`);
  return `<p class="number">Chapter ${number(step)} <code v-pre>${step}</code></p>`
    + headingHtml(1, slugOf(title), title)
    + `<ul class="facts"><li><a href="${wholeHref(step)}">${count(files, 'file')}</a></li>`
    + `<li><b class="plus">+${added}</b> <b class="minus">−${removed}</b> lines</li>`
    + `<li>${count(linesSoFar(step), 'line')} so far</li></ul>`
    + (items.length > 0 ? `<ol class="states">${items.join('')}</ol>` : '');
}

/** What stands below the text of a chapter. */
export const endHtml = (step) => '<ul class="onward">'
  + `<li><a href="${wholeHref(step)}">The whole change</a> of this chapter on one page, ${patchLink(step)}</li>`
  + `<li><a href="${listHref(step)}">Every file</a> as it is now</li>`
  + `<li><a href="${referenceHref(step)}">The reference</a> of its types and functions</li></ul>`;

const patchLink = (step) =>
  `<a href="${hrefOf(patchFile(step))}" download>as a patch</a>`;

/** A file of a whole change, with an address of its own. */
const addressed = (file, step) =>
  `<div class="box wide" id="${fileId(file.path)}" v-pre>${fileHtml(file, step)}</div>`;

/** Every file that changes in a step, one below the other. */
export const changeHtml = (step) => changeOf(step).map((file) => addressed(file, step)).join('\n');

/** The page of a whole change. */
export function wholeHtml(step) {
  const before = stepBefore(step);
  const where = before ? `a directory that holds <code v-pre>steps/${before}</code>` : 'an empty directory';
  return headingHtml(1, 'whole', `The whole change of chapter ${number(step)}`)
    + `<p>${sizeOf(step)}. <a href="${hrefOf(patchFile(step))}" download>${step}.patch</a> is the `
    + `same for <code v-pre>git apply</code>, in ${where}. <a href="${chapterHref(step)}">The chapter</a> tells why.</p>`
    + changeHtml(step);
}

/** All chapters, each with what it adds. */
export const chaptersHtml = () => `<ol class="chapters">${steps.map((step) =>
  `<li><a href="${chapterHref(step)}">${escape(titleOf(step))}</a>: ${withCode(lineOf(step).adds)}</li>`)
  .join('')}</ol>`;

/** The text of a chapter that is not written. */
export function unwrittenHtml(step) {
  const { adds, ends } = lineOf(step);
  return '<p class="unwritten">This chapter is not written yet. Its code is finished, and all of it '
    + 'is here.</p>'
    + `<p>It adds: ${withCode(adds)}. Its run ends with ${withCode(ends.replace(/^the same/, 'the same as before'))}.</p>`
    + (recordedOf(step).runs.run ? headingHtml(2, 'run-it', 'Run it') + consoleHtml(step, 'run') : '')
    + headingHtml(2, 'the-change', 'The change') + changeHtml(step);
}
