// The pages of the files: each version of each file, and beside each run of lines the step that
// brought it; for each step the list of its files.
import { number } from '../../../common/stairs/steps.mjs';
import { blame, chapterOf, treeOf, versionsOf } from '../blame.mjs';
import { linesOf, steps } from '../steps.mjs';
import { copyButton } from './change.mjs';
import { titleOf } from './chapter.mjs';
import { lineHtml, linesHtml } from './code.mjs';
import { tokensOf } from './highlight.mjs';
import { count, escape, headingHtml } from './html.mjs';
import { linksOf } from './links.mjs';
import { chapterHref, fileHref, fileId, listHref, versionAt, wholeHref } from './site.mjs';

const short = (step) => step.slice(0, 2);

/** The place that shows where a line comes from: the box of the chapter, or the whole change. */
const originHref = ({ step, box }, path) =>
  (box ? chapterHref(step, box) : wholeHref(step, fileId(path)));

/** The lines of a file in runs that came with one box: { origin, from, to }, from included. */
function runsOf(origins) {
  const runs = [];
  origins.forEach((origin, index) => {
    const { origin: last } = runs.at(-1) ?? {};
    if (last?.step !== origin.step || last.box !== origin.box) {
      runs.push({ origin, from: index });
    }
    runs.at(-1).to = index + 1;
  });
  return runs;
}

/** The links to the versions of a file; the one of `step` is where the reader is. */
function versionsHtml(step, path) {
  const items = versionsOf(path).map((version) => `<li><a href="${fileHref(version, path)}"`
    + `${version === step ? ' aria-current="page"' : ''}>${short(version)}</a></li>`);
  return `<ul class="versions"><li>As of chapter</li>${items.join('')}</ul>`;
}

/** The page of a file. */
export function filePageHtml(step, path) {
  const text = treeOf(step).get(path);
  const linkOf = linksOf(step, path);
  const lines = tokensOf(path, text).map((tokens) => lineHtml(tokens, { linkOf }));
  const runs = runsOf(blame(step, path)).map(({ origin, from, to }) => {
    const code = linesHtml(lines.slice(from, to), (index) => ` id="L${from + index + 1}"`);
    return `<div class="run"><a class="origin vp-copy-ignore" href="${originHref(origin, path)}" `
      + `title="Chapter ${number(origin.step)}: ${escape(titleOf(origin.step))}">`
      + `${short(origin.step)}</a><pre style="counter-reset:new ${from}">${code}</pre></div>`;
  });
  const gone = steps.find((each) => each > step && !treeOf(each).has(path));
  return headingHtml(1, fileId(path), path) + versionsHtml(step, path)
    + `<div class="file language-code listing wide" v-pre><div class="bar"><span class="tab">${
      escape(path)}</span><span class="state">${count(linesOf(text).length, 'line')}</span></div>`
    + `${copyButton}<div class="code" tabindex="0"><div class="lines">${runs.join('')}`
    + '</div></div></div>'
    + `<p>The number beside a line is the chapter that brought it. ${
      gone ? `Chapter ${number(gone)} does without this file.` : ''} `
    + `<a href="${listHref(step)}">All files of this chapter</a></p>`;
}

/** The page with the files of a step. */
export function listPageHtml(step) {
  const rows = [...treeOf(step)].map(([path, text]) => {
    const since = versionAt(step, path);
    return `<tr><td><a href="${fileHref(step, path)}"><code v-pre>${escape(path)}</code></a></td>`
      + `<td>${linesOf(text).length}</td><td>${since === step ? 'changed here'
        : `as of chapter ${number(since)}`}</td></tr>`;
  });
  const others = steps.map((each) => `<li><a href="${listHref(each)}"${
    each === step ? ' aria-current="page"' : ''}>${short(each)}</a></li>`);
  return headingHtml(1, 'files', `The files of chapter ${number(step)}`)
    + `<ul class="versions"><li>As of chapter</li>${others.join('')}</ul>`
    + `<p>${count(treeOf(step).size, 'file')}, ${chapterOf(step).change.files} of them changed by `
    + `<a href="${chapterHref(step)}">chapter ${number(step)}</a>.</p>`
    + '<table tabindex="0"><thead><tr><th>File</th><th>Lines</th><th>Version</th></tr></thead>'
    + `<tbody>${rows.join('')}</tbody></table>`;
}
