// What each directive shows. README.md says how they are written; those that are not in there stand
// on the pages that are made by the site.
import { refuse } from '../../../common/stairs/steps.mjs';
import { chapterOf } from '../blame.mjs';
import { readPage } from '../page.mjs';
import { licencesHtml } from '../../live/licences-html.mjs';
import { answersHtml } from './answers.mjs';
import { boxHtml } from './change.mjs';
import { beginHtml, chaptersHtml, endHtml, headHtml } from './chapter.mjs';
import { checkoutHtml } from './checkout.mjs';
import { checkpointHtml } from './checkpoint.mjs';
import { consoleHtml } from './console.mjs';
import { checkpointsHtml, exercisesHtml } from './course.mjs';
import { drawingHtml } from './drawing.mjs';
import { editionsHtml } from './editions.mjs';
import { exitsHtml } from './exits.mjs';
import { filePageHtml, listPageHtml } from './file.mjs';
import { glossaryHtml } from './glossary.mjs';
import { mapHtml } from './map.mjs';
import { failureHtml, solutionHtml, solutionsHtml } from './patch.mjs';
import { quotationsHtml, quoteHtml } from './quote.mjs';
import { headerPageHtml, referencePageHtml } from './reference.mjs';
import { requestHtml } from './request.mjs';
import { traceHtml } from './trace.mjs';
import { variablesHtml } from './variables.mjs';
import { walksHtml } from './walk.mjs';
import { wholeHtml } from './whole.mjs';

/** A run is named `run` in its own chapter, and `15-virtio-blk/run` elsewhere. */
function readRun(rest, subject) {
  const [, place = subject.step, name, excerpt] = /^(?:(\d\d-[\w-]+)\/)?([\w-]+)(?: +(.*))?$/
    .exec(rest) ?? refuse(`${rest}: it has to begin with the name of a run`);
  return [place ?? refuse(`${rest}: outside of a chapter a run is named STEP/NAME`), name, excerpt];
}

/** A box of the chapter that the page is; elsewhere `07-hypercall exit.cpp` names one of a chapter. */
function ofChange({ step }, rest, line) {
  if (step !== undefined) {
    // What is wrong with it readChapter has said.
    const box = chapterOf(step).boxes.find((each) => each.line === line);
    return box ? boxHtml(box, step) : '';
  }
  const [, place, files] = /^(\d\d-[\w-]+) +(.+)$/.exec(rest)
    ?? refuse(`@@ diff ${rest}: outside of a chapter it has to begin with the name of one`);
  const { line: there } = readPage(place)?.directives
    .find((each) => each.kind === 'diff' && each.rest === files)
    ?? refuse(`there is no @@ diff ${files} in book/${place}.md`);
  return boxHtml(chapterOf(place).boxes.find((each) => each.line === there), place);
}

/** A console. A chapter that recalls the run of another one has no button for it. */
function ofConsole(subject, rest) {
  const [step, name, excerpt] = readRun(rest, subject);
  return consoleHtml(step, name, excerpt, { isLive: [undefined, step].includes(subject.step) });
}

const shows = {
  diff: ofChange,
  elided: ofChange,
  console: ofConsole,
  trace: (subject, rest) => traceHtml(...readRun(rest, subject)),
  exits: (subject, rest) => exitsHtml(...readRun(rest, subject)),
  request: (subject, rest) => requestHtml(...readRun(rest, subject)),
  walk: (subject, rest) => walksHtml(...readRun(rest, subject)),
  failure: ({ step, runs }, rest) => failureHtml(step, rest, runs),
  solution: ({ step, runs }, rest) => solutionHtml(step, rest, runs),
  checkpoint: ({ step }) => checkpointHtml(step),
  drawing: ({ step }, rest) => drawingHtml(step, rest),
  quote: (subject, rest) => quoteHtml(rest),
  quotations: () => quotationsHtml(),
  licences: () => licencesHtml(),
  head: ({ step }) => headHtml(step),
  begin: ({ step }) => beginHtml(step),
  end: ({ step }) => endHtml(step),
  solutions: ({ step, runs }) => solutionsHtml(step, runs),
  whole: ({ step }) => wholeHtml(step),
  file: ({ step, path }) => filePageHtml(step, path),
  files: ({ step }) => listPageHtml(step),
  reference: ({ step }) => referencePageHtml(step),
  header: ({ step, path }) => headerPageHtml(step, path),
  map: () => mapHtml(),
  chapters: () => chaptersHtml(),
  editions: () => editionsHtml(),
  answers: () => answersHtml(),
  glossary: () => glossaryHtml(),
  checkpoints: () => checkpointsHtml(),
  exercises: () => exercisesHtml(),
  checkout: () => checkoutHtml(),
  variables: () => variablesHtml(),
};

/** What may stand outside of a chapter. */
const anywhere = ['diff', 'console', 'trace', 'drawing', 'quote', 'quotations', 'licences', 'map',
  'chapters', 'editions', 'answers', 'glossary', 'checkpoints', 'exercises', 'checkout',
  'variables'];

/** Not searched: code, which is found in the files, and what is no text. Nor is what is folded. */
const notSearched = ['diff', 'elided', 'failure', 'solution', 'solutions', 'trace', 'walk',
  'request', 'head', 'begin', 'end'];

/**
 * The HTML of a directive. It throws a refusal if there is nothing to show.
 * @param isSearch whether it is made for the index of the search
 */
export function directiveHtml({ kind, rest, line }, subject, isSearch) {
  if (!Object.hasOwn(shows, kind)) {
    refuse(`there is no directive @@ ${kind}`);
  }
  if (subject.step === undefined && !anywhere.includes(kind)) {
    refuse(`@@ ${kind} stands in no chapter`);
  }
  if (isSearch && notSearched.includes(kind)) {
    return '';
  }
  const html = shows[kind](subject, rest, line);
  return isSearch ? html.replace(/<details class="fold">[^]*?<\/details>/g, '') : html;
}
