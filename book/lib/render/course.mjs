// All chapters at once, as somebody needs them who teaches: what each checkpoint asks, and which
// exercises there are, with a mark where the book has a solution.
import { chapterOf } from '../blame.mjs';
import { steps } from '../steps.mjs';
import { titleOf } from './chapter.mjs';
import { testsOf } from './checkpoint.mjs';
import { escape, withCode } from './html.mjs';
import { chapterHref, solutionHref } from './site.mjs';

/** The chapters as a list, each with a list of its own. */
const listHtml = (itemsOf) => `<ol class="chapters">${steps.map((step) =>
  `<li><a href="${chapterHref(step)}">${escape(titleOf(step))}</a>`
    + `<ul>${itemsOf(step).map((item) => `<li>${item}</li>`).join('')}</ul></li>`).join('')}</ol>`;

/** What the checkpoint of each chapter asks, with the points for it. */
export const checkpointsHtml = () => listHtml((step) => testsOf(step)
  .filter(({ isOwn }) => isOwn).map(({ says, points }) => `${withCode(says)} (${points})`));

/** A chapter's exercises in order: { title, slug, solution }, the last its name if there is one. */
export function exercisesOf(step) {
  const { sections = [], directives = [] } = chapterOf(step).page ?? {};
  const solutions = directives.filter(({ kind }) => kind === 'solution');
  return sections.filter(({ parent }) => parent?.title === 'Exercises').map(({ title, slug }) => ({
    title, slug, solution: solutions.find(({ section }) => section?.slug === slug)?.rest,
  }));
}

/** The exercises of each chapter, and where the solutions are. */
export const exercisesHtml = () => listHtml((step) => exercisesOf(step)
  .map(({ title, slug, solution }) => {
    const text = withCode(title.replace(/^\d+\. /, ''));
    const link = `<a href="${chapterHref(step, slug)}">${text}</a>`;
    return solution === undefined ? link
      : `${link}, with a <a href="${solutionHref(step, solution)}">solution</a>`;
  }));
