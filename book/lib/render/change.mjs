// A change as a box: whole files, in which what stays is folded away, and what goes and what comes
// stand one above the other. Of a file that a patch changes, what stays is left out. Colours are never alone: signs, numbers and the hidden words `removed`
// and `added` say the same.
//
// Nobody may copy what is not in the file: signs and numbers come from the style sheet, and what is
// removed, and all that is no code, has the class that the theme's button leaves out.
import { diffWordsWithSpace } from 'diff';
import { treeOf } from '../blame.mjs';
import { lineHtml, linesHtml } from './code.mjs';
import { tokensOf } from './highlight.mjs';
import { count, escape, withCode } from './html.mjs';
import { linksOf } from './links.mjs';
import { fileHref } from './site.mjs';

const context = 3; // lines that stay visible around what changes
const least = 4; // fewer lines are not worth a fold

/** Parts of a list in which `keyOf` gives the same for each: [key, items]. */
function groupRuns(items, keyOf) {
  const groups = [];
  for (const item of items) {
    const key = keyOf(item);
    if (groups.at(-1)?.[0] !== key) {
      groups.push([key, []]);
    }
    groups.at(-1)[1].push(item);
  }
  return groups;
}

/** The rows, in parts that are shown or folded: { isFolded, rows }. */
function foldRows(rows) {
  const isNear = rows.map(() => false);
  rows.forEach(({ kind }, index) => {
    if (kind !== 'same') {
      isNear.fill(true, Math.max(0, index - context), index + context + 1);
    }
  });
  const numbered = rows.map((row, index) => ({ ...row, isNear: isNear[index] }));
  return groupRuns(numbered, (row) => row.isNear).map(([isShown, part]) => ({
    isFolded: !isShown && part.length >= least, rows: part,
  }));
}

const isWord = (text) => /\w/.test(text);

/** Where the lines of one side have words that the other has not: for each line, [from, to)s. */
function marksOf(parts, isOwn) {
  const lines = [{ marks: [], kept: 0, length: 0 }];
  for (const { value, added, removed } of parts.filter(isOwn)) {
    value.split('\n').forEach((text, index) => {
      if (index > 0) {
        lines.push({ marks: [], kept: 0, length: 0 });
      }
      const line = lines.at(-1);
      const [from, to] = [line.length, line.length + text.length];
      line.length = to;
      if (!added && !removed) {
        line.kept += isWord(text) ? text.trim().length : 0;
      } else if (text.trim() !== '') {
        line.marks.push([from + text.search(/\S/), to - /\s*$/.exec(text)[0].length]);
      }
    });
  }
  // Where little of a line is left, the line is another one, and not one with other words.
  return lines.map(({ marks, kept, length }) => (2.5 * kept >= length ? marks : []));
}

/** Gives the rows of what is replaced their `marks`: the words that differ. */
function markWords(rows) {
  const marks = new Map();
  groupRuns(rows, ({ kind }) => kind !== 'same').filter(([isChange]) => isChange)
    .forEach(([, run]) => {
      const removed = run.filter(({ kind }) => kind === 'removed');
      const added = run.filter(({ kind }) => kind === 'added');
      if (removed.length === 0 || added.length === 0) {
        return;
      }
      const textOf = (side) => side.map(({ text }) => text).join('\n');
      const parts = diffWordsWithSpace(textOf(removed), textOf(added));
      marksOf(parts, (part) => !part.added).forEach((own, at) => marks.set(removed[at], own));
      marksOf(parts, (part) => !part.removed).forEach((own, at) => marks.set(added[at], own));
    });
  return rows.map((row) => ({ ...row, marks: marks.get(row) ?? [] }));
}

/** What a screen reader says before a run of lines. */
const spoken = (word) => `<b class="spoken vp-copy-ignore">${word}: </b>`;

const wrap = {
  same: (html) => html,
  removed: (html) => `<del class="vp-copy-ignore">${spoken('removed')}${html}</del>`,
  added: (html) => `<ins>${spoken('added')}${html}</ins>`,
};

/** Rows as a block; the style sheet counts on from the numbers of the first. */
function rowsHtml(rows) {
  const firstOf = (side) => (rows.find((row) => row[side])?.[side] ?? 1) - 1;
  const lines = groupRuns(rows, ({ kind }) => kind)
    .map(([kind, run]) => wrap[kind](linesHtml(run.map(({ html }) => html)))).join('');
  return `<pre style="counter-reset:old ${firstOf('old')} new ${firstOf('new')}">${lines}</pre>`;
}

/** What stays is folded, and without colours: whole files stand in each box of a page. */
const fold = (rows) => '<details class="fold"><summary class="vp-copy-ignore">'
  + `${count(rows.length, 'unchanged line')}</summary>${
    rowsHtml(rows.map((row) => ({ ...row, html: escape(row.text) })))}</details>`;

/** What stays of a file that a patch changes: the reader has the file. */
const leftOut = (rows) =>
  `<p class="unchanged vp-copy-ignore">${count(rows.length, 'unchanged line')}</p>`;

/** The tokens of each row, from the whole text of its side: so the colours are right. */
function withTokens(path, before, after, rows) {
  const [old, now] = [before, after].map((text) => tokensOf(path, text ?? ''));
  return rows.map((row) => ({
    ...row, tokens: row.kind === 'removed' ? old[row.old - 1] : now[row.new - 1],
  }));
}

/**
 * A file with its change.
 * @param file { path, before, after, rows } as readChapter gives it
 * @param step whose files the names and the file itself link to
 * @param isPatch whether what stays is left out
 */
export function fileHtml({ path, before, after, rows }, step, isPatch = false) {
  const isNew = before === undefined;
  const isGone = after === undefined;
  const shown = rows.map((row) => (isNew ? { ...row, kind: 'same' } : row));
  const linkOf = linksOf(step, path);
  const lines = markWords(withTokens(path, before, after, shown)).map((row, index) => ({
    ...row,
    html: lineHtml(row.tokens, {
      marks: row.marks, linkOf: rows[index].kind === 'added' ? linkOf : undefined,
    }),
  }));
  const parts = isNew ? [{ isFolded: false, rows: lines }] : foldRows(lines);
  const hide = isPatch ? leftOut : fold;
  const code = parts.map((part) => (part.isFolded ? hide : rowsHtml)(part.rows)).join('');
  const state = isNew ? 'new file' : isGone ? 'the file goes' : '';
  const hasRemoved = !isNew && !isGone && rows.some(({ kind }) => kind === 'removed');
  return `<div class="file language-code${isNew ? ' new' : ''}"><div class="bar">`
    + tabHtml(path, step)
    + (state ? `<span class="state">${state}</span>` : '')
    + (hasRemoved ? '<label class="result"><input type="checkbox">result</label>' : '')
    + '</div>'
    + (isGone || (isPatch && !isNew) ? '' : copyButton)
    + `<div class="code" tabindex="0"><div class="lines">${code}</div></div></div>`;
}

/** The theme's button copies the second element behind it. */
export const copyButton = '<button title="Copy the whole file" data-copied="Copied" class="copy">'
  + '</button><span class="lang"></span>';

/** The name of a file, which leads to its page if the step has it. */
const tabHtml = (path, step) => (treeOf(step).has(path)
  ? `<a class="tab" href="${fileHref(step, path)}">${escape(path)}</a>`
  : `<span class="tab">${escape(path)}</span>`);

/** The box of an `@@ diff` or `@@ elided`, as readChapter gives it. */
export function boxHtml({ id, reason, files }, step) {
  const html = `<div class="box wide" id="${id}" v-pre>`
    + `${files.map((file) => fileHtml(file, step)).join('')}</div>`;
  if (reason === undefined) {
    return html;
  }
  const paths = files.map(({ path }) => `<code v-pre>${escape(path)}</code>`).join(', ');
  return '<details class="elided"><summary><b class="program">code</b>'
    + `${paths}: ${withCode(reason)}</summary>${html}</details>`;
}
