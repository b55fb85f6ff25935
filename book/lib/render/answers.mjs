// The failures of all chapters by what one sees, and the lines with which a chapter stops on its way:
// for somebody who has such a line before them. The causes are in book/answers.mjs, the lines on the
// chapters' pages.
import { number, refuse } from '../../../common/stairs/steps.mjs';
import { groups } from '../../answers.mjs';
import { chapterOf } from '../blame.mjs';
import { plainOf } from '../console-html.mjs';
import { slugOf } from '../page.mjs';
import { steps } from '../steps.mjs';
import { linesOfConsole, shownLines } from './console.mjs';
import { escape, headingHtml, withCode } from './html.mjs';
import { runOf } from './recorded.mjs';
import { chapterHref } from './site.mjs';

const directivesOf = (step, wanted) =>
  (chapterOf(step).page?.directives ?? []).filter(({ kind }) => kind === wanted);

/** Takes the rest of an @@ console apart: [name of the run, excerpt]. */
const runAndExcerpt = (rest) => /^(\S+) *(.*)$/.exec(rest).slice(1);

/** A failure, by chapter and run: { step, directive, seen }, seen as @@ console has it. */
function findFailure(name, seen) {
  const [step, run] = name.split('/');
  const directive = directivesOf(step, 'failure').find(({ rest }) => rest === run)
    ?? refuse(`there is no @@ failure ${run} in book/${step}.md`);
  const [first] = directivesOf(step, 'console').map(({ rest }) => rest)
    .filter((rest) => runAndExcerpt(rest)[0] === run);
  return {
    step, directive,
    seen: seen ?? first ?? refuse(`book/${step}.md shows no run ${run}: book/answers.mjs has to `
      + 'say what is seen'),
  };
}

function answerHtml(name, answer) {
  const { step, directive: { section }, seen } = findFailure(name, answer.seen);
  return headingHtml(3, slugOf(name), section.title.replaceAll('`', ''))
    + `<div class="console wide" v-pre>${linesOfConsole(step, ...runAndExcerpt(seen))}</div>`
    + `<p>${withCode(answer.cause)} <a href="${chapterHref(step, section.slug)}">How it is found: `
    + `chapter ${number(step)}</a>.</p>`;
}

const stops = /VM stopped: |panic: |Oops|undefined symbol|\(scause 0x/;

/** The lines with which states of a chapter stop, of each console the first: { step, section, line }. */
const stopsOf = (step) => directivesOf(step, 'console')
  .filter(({ section }) => section?.parent?.title === 'Build it')
  .map(({ rest, section }) => ({ run: runAndExcerpt(rest), section }))
  .filter(({ run: [name] }) => !name.includes('/') && runOf(step, name).patch === undefined)
  .map(({ run, section }) => ({
    step, section, line: shownLines(step, ...run).map(plainOf).find((line) => stops.test(line)),
  }))
  .filter(({ line }) => line !== undefined);

/** Those lines, with where their chapter answers them. */
function onTheWayHtml() {
  const items = steps.flatMap(stopsOf).map(({ step, section: { slug, title }, line }) =>
    `<li><code v-pre>${escape(line)}</code><br><a href="${chapterHref(step, slug)}">Chapter `
    + `${number(step)}, ${withCode(title)}</a></li>`);
  const title = 'On the way';
  return headingHtml(2, slugOf(title), title)
    + '<p>With these lines a program stops that is not complete yet. The text after the line says '
    + 'what is missing.</p>'
    + `<ul class="stops">${items.join('')}</ul>`;
}

/** All of them. */
export const answersHtml = () => groups.map(({ title, answers }) =>
  headingHtml(2, slugOf(title), title)
    + Object.entries(answers).map((each) => answerHtml(...each)).join('')).join('')
  + onTheWayHtml();
