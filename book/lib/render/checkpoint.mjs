// What `make check` asks of a step: its tests, with their points.
import { number } from '../../../common/stairs/steps.mjs';
import { planOf } from '../../../common/check/plan.mjs';
import { slugOf } from '../page.mjs';
import { steps } from '../steps.mjs';
import { shellHtml, withCode } from './html.mjs';
import { chapterHref } from './site.mjs';

const plans = new Map(await Promise.all(steps.map(async (step) => [step, await planOf(step)])));

/** The tests of a step, its own first: { name, says, points, section, step, isOwn }. */
export const testsOf = (step) => plans.get(step).tests;

const rowHtml = ({ name, says, points, section }) => `<tr><td><code v-pre>${name}</code></td>`
  + `<td>${points}</td><td><a href="#${slugOf(section)}">${withCode(says)}</a></td></tr>`;

/** What is graded again of earlier chapters, in a sentence. */
function againHtml(step) {
  const { lasting } = plans.get(step);
  const points = lasting.reduce((sum, chapter) => sum + chapter.points, 0);
  const chapters = lasting.map((chapter) =>
    `<a href="${chapterHref(chapter.step)}#checkpoint">${number(chapter.step)}</a>`);
  return chapters.length === 0 ? ''
    : `<p>The other ${points} points are for what stays true of chapter${
      chapters.length === 1 ? '' : 's'} ${chapters.join(', ')}.</p>`;
}

/** The tests of a step, as a table. */
export function checkpointHtml(step) {
  const rows = testsOf(step).filter(({ isOwn }) => isOwn).map(rowHtml);
  return `${shellHtml(`make check STEP=${step.slice(0, 2)} DIR=steps/mine`)}<table><thead><tr>`
    + '<th>test</th><th>points</th><th>what it asks</th></tr></thead>'
    + `<tbody>${rows.join('')}</tbody></table>${againHtml(step)}`;
}
