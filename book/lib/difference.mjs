// The difference between two versions of a file, as one list of lines. Whatever is shown of a
// change, in whatever order, is taken from this list.
import { diffArrays } from 'diff';
import { linesOf } from './steps.mjs';

const isBlank = (text) => text.trim() === '';

/**
 * The same change can often be told in several ways: an added function may end with its own brace,
 * or with that of the function before it. This moves a run of lines, all added or all removed, to
 * where it begins far out, behind a blank line, and with no closing brace.
 * @param from, to the run: from the one, to before the other
 */
function settle(lines, from, to) {
  const { kind } = lines[from];
  const isSame = (one, other) => lines[one]?.text === lines[other]?.text;
  let up = 0;
  while (lines[from - up - 1]?.kind === 'same' && isSame(from - up - 1, to - up - 1)) {
    ++up;
  }
  let down = 0;
  while (lines[to + down]?.kind === 'same' && isSame(from + down, to + down)) {
    ++down;
  }
  const cost = (at) => {
    const { text } = lines[at];
    if (isBlank(text)) {
      return 1;
    }
    const isBehindBlank = at === 0 || isBlank(lines[at - 1].text);
    return 2 * /^\s*/.exec(text)[0].length + (isBehindBlank ? 0 : 1)
      + (/^\s*[}\])]/.test(text) ? 10 : 0);
  };
  let best = from;
  for (let at = from - up; at <= from + down; ++at) {
    best = cost(at) < cost(best) ? at : best;
  }
  for (let at = from - up; at < to + down; ++at) {
    lines[at].kind = at >= best && at < best + to - from ? kind : 'same';
  }
}

/** The runs of changed lines: [from, to), as indices. */
export function runsOf(lines) {
  const runs = [];
  lines.forEach(({ kind }, at) => {
    if (kind === 'same') {
      return;
    }
    if (runs.at(-1)?.[1] !== at) {
      runs.push([at, at]);
    }
    runs.at(-1)[1] = at + 1;
  });
  return runs;
}

/**
 * The lines of both versions, in an order that keeps that of each: { kind, text, old, new }, where
 * `kind` is `same`, `removed` or `added`, and the numbers, from 1, say where the line is before and
 * after. Of what is replaced, the removed lines come first.
 * @param before, after the texts; undefined for a file that is not there
 */
export function compareTexts(before, after) {
  const lines = diffArrays(linesOf(before), linesOf(after)).flatMap(({ added, removed, value }) =>
    value.map((text) => ({ kind: added ? 'added' : removed ? 'removed' : 'same', text })));
  for (const [from, to] of runsOf(lines)) {
    if (lines.slice(from, to).every(({ kind }) => kind === lines[from].kind)) {
      settle(lines, from, to);
    }
  }
  return numberLines(lines);
}

/** Gives each line of a list its numbers before and after; undefined where it is not there. */
export function numberLines(lines) {
  const count = { old: 0, new: 0 };
  return lines.map((line) => ({
    ...line,
    old: line.kind === 'added' ? undefined : ++count.old,
    new: line.kind === 'removed' ? undefined : ++count.new,
  }));
}
