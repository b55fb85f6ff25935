// What the site puts around a chapter's text: its title, the size of its change, its states, and at
// the end where to go on.
import { number, refuse } from '../../../common/stairs/steps.mjs';
import { chapterOf } from '../blame.mjs';
import { readPage, slugOf } from '../page.mjs';
import { remember } from '../remember.mjs';
import { stepBefore, steps } from '../steps.mjs';
import { count, escape, headingHtml, shellHtml, withCode } from './html.mjs';
import { lineOf } from './readme.mjs';
import { linesSoFar, recordedOf, resultOf } from './recorded.mjs';
import { chapterHref, listHref, patchHref, referenceHref, wholeHref } from './site.mjs';

/** The title of a chapter: that of its page. */
export const titleOf = remember((step) => {
  const [, title] = /^---\n(?:.*\n)*?title: *(.+)\n/.exec(readPage(step)?.text ?? '') ?? [];
  return title?.replace(/^(['"])(.*)\1$/, '$2') ?? step;
});

/** What came of a state, as a word beside its name. */
export const resultHtml = (result) =>
  `<span class="outcome ignore-header ${slugOf(result)}">${escape(result)}</span>`;

/** The states of a chapter, as links to their sections. */
function statesHtml(step) {
  const items = chapterOf(step).states.map(({ section }) => `<li><a href="#${slugOf(section)}">`
    + `${withCode(section)}</a> ${resultHtml(resultOf(step, section))}</li>`);
  return items.length > 0 ? `<ol class="states">${items.join('')}</ol>` : '';
}

/** With what a chapter's runs were recorded: with Linux, too, where one has run. */
function versionsHtml(step) {
  const { versions: { qemu, linux }, runs } = recordedOf(step);
  const hasLinux = Object.values(runs).some((run) => run.linux);
  const names = [qemu && `QEMU ${qemu}`, hasLinux && `Linux ${linux}`].filter(Boolean);
  return names.length > 0 ? `<li>run with ${escape(names.join(' and '))}</li>` : '';
}

/** What stands above the text of a chapter. */
export function headHtml(step) {
  const { files, added, removed } = chapterOf(step).change;
  return `<p class="number">Chapter ${number(step)} <code v-pre>${step}</code></p>`
    + headingHtml(1, slugOf(titleOf(step)), titleOf(step))
    + `<ul class="facts"><li><a href="${wholeHref(step)}">${count(files, 'file')}</a></li>`
    + `<li><b class="plus">+${added}</b> <b class="minus">−${removed}</b> lines</li>`
    + `<li>${count(linesSoFar(step), 'line')} of code so far</li>${versionsHtml(step)}</ul>`
    + statesHtml(step);
}

/** How to have what the chapter before has left. */
export function beginHtml(step) {
  const before = stepBefore(step) ?? refuse('@@ begin: there is no chapter before');
  return '<p>Go on in <code>steps/mine</code>. All commands are typed at the top of the checkout. If '
    + 'you start here, this makes the directory:</p>'
    + shellHtml(`[ -e steps/mine ] || cp -r steps/${before} steps/mine`);
}

/** What stands below the text of a chapter. */
export const endHtml = (step) => '<ul class="onward">'
  + `<li><a href="${wholeHref(step)}">The whole change</a> of this chapter on one page, and `
  + `<a href="${patchHref(step)}" download>as a patch</a></li>`
  + `<li><a href="${listHref(step)}">Every file</a> as it is now</li>`
  + `<li><a href="${referenceHref(step)}">The reference</a> of its types and functions</li></ul>`;

/** All chapters, each with what it adds. */
export function chaptersHtml() {
  const items = steps.map((step) => `<li><a href="${chapterHref(step)}">${escape(titleOf(step))}`
    + `</a>: ${withCode(lineOf(step).adds)}</li>`);
  return `<ol class="chapters">${items.join('')}</ol>`;
}
