// A chapter as a series of states: its page's directives each take some of the lines that change
// between two steps. The state after a directive has what it and those before it have taken. This
// is the one place where it is decided who shows what; the site, the recordings and the tests ask
// here.
import { relative } from 'node:path';
import { stepsDirectory } from '../../common/stairs/steps.mjs';
import { compareTexts, numberLines, runsOf } from './difference.mjs';
import { nameOf, parseFiles } from './directives.mjs';
import { bookDirectory, readPage } from './page.mjs';
import { filesOf, stepBefore } from './steps.mjs';
import { symbolsOf } from './symbols.mjs';

const isBlank = ({ text }) => text.trim() === '';
const isFrame = ({ name }) => name === 'frame';

/** Namespaces are no symbols in this sense: they stand around nearly everything. */
const isInSymbol = ({ symbols }) => symbols.some(({ kind }) => kind !== 'namespace');

/** How much a claim takes, at most, from a text to a whole file: the least has the line. */
const widths = { text: 0, frame: 1e6, file: 1e7 };

/** The symbols of a step's file around a line, the smallest first. */
const around = (symbols, line) => symbols
  .filter(({ from, to }) => from <= line && line <= to)
  .sort((a, b) => (a.to - a.from) - (b.to - b.from));

const matches = (symbol, name) => symbol.name === name || symbol.name.endsWith(`::${name}`);

/** A file that changes: its lines, each with what is around it. */
function readFile(path, before, after, symbols) {
  const lines = compareTexts(before, after).map((line) => ({
    ...line,
    symbols: line.kind === 'added' ? around(symbols.after.get(path) ?? [], line.new)
      : around(symbols.before.get(path) ?? [], line.old),
  }));
  const all = [...(symbols.before.get(path) ?? []), ...(symbols.after.get(path) ?? [])];
  return { path, before, after, lines, symbols: all };
}

/** The lines that a directive's selection of a file asks for, and how wide the request is. */
function claim(file, selection) {
  const { name, from, to } = selection;
  const changed = file.lines.filter(({ kind }) => kind !== 'same');
  if (from !== undefined) {
    return { lines: linesBetween(file, from, to), widthOf: () => widths.text };
  }
  if (isFrame(selection)) {
    const lines = changed.filter((line) => !isBlank(line) && !isInSymbol(line));
    return { lines, widthOf: () => widths.frame };
  }
  if (!file.symbols.some((symbol) => matches(symbol, name))) {
    throw new Error(`${file.path} has no symbol ${name}`);
  }
  const symbolOf = (line) => line.symbols.find((symbol) => matches(symbol, name));
  const lines = changed.filter((line) => symbolOf(line) !== undefined);
  if (lines.length === 0) {
    throw new Error(`${name} in ${file.path} does not change`);
  }
  return { lines, widthOf: (line) => 1 + symbolOf(line).to - symbolOf(line).from };
}

/** The changed lines from the only one with the text `from` to the next one with the text `to`. */
function linesBetween({ path, lines }, from, to) {
  const withText = (text) => lines.flatMap(({ kind, text: line }, index) =>
    (kind !== 'same' && line.includes(text) ? [index] : []));
  const indexOf = (text) => {
    const found = withText(text);
    if (found.length !== 1) {
      const who = found.length === 0 ? 'no changed line has' : `${found.length} changed lines have`;
      throw new Error(`${path}: ${who} the text "${text}"`);
    }
    return found[0];
  };
  const first = indexOf(from);
  const last = withText(to).find((index) => index >= first);
  if (last === undefined && withText(to).length === 0) {
    throw new Error(`${path}: no changed line has the text "${to}"`);
  }
  if (last === undefined) {
    throw new Error(`${path}: "${from}" comes after "${to}"`);
  }
  const [start, end] = from === to
    ? runsOf(lines).find(([begin, behind]) => begin <= first && first < behind)
    : [first, last + 1];
  return lines.slice(start, end).filter(({ kind }) => kind !== 'same');
}

/**
 * Gives each changed line of a file its directive: `line.claim` becomes the directive's number.
 * @param requests [{ number, selections }], in the order of the page
 * @param report is told what is wrong: (number of a directive, message)
 */
function distribute(file, requests, report) {
  const claims = requests.flatMap(({ number, selections }) => selections.flatMap((selection) => {
    try {
      return [{ number, ...claim(file, selection), selection }];
    } catch (error) {
      report(number, error.message);
      return [];
    }
  }));
  for (const line of file.lines.filter(({ kind }) => kind !== 'same')) {
    const wanted = claims.filter(({ lines }) => lines.includes(line))
      .map(({ number, widthOf, selection }) => ({ number, width: widthOf(line), selection }))
      .sort((a, b) => a.width - b.width);
    const [first, second] = wanted;
    line.claim = first?.number;
    if (second?.width === first?.width && second?.number !== first?.number) {
      report(second.number, `${whereOf(file, line)} is shown twice: by ${nameOf(first.selection)} `
        + `and ${nameOf(second.selection)}`);
    }
  }
  settleTheRest(file, requests);
}

/** The lines that nobody has named go with others, or with a directive for the whole file. */
function settleTheRest(file, requests) {
  const isOpen = ({ kind, claim: number }) => kind !== 'same' && number === undefined;
  for (const [from, to] of runsOf(file.lines)) {
    const run = file.lines.slice(from, to);
    const removed = run.filter(({ kind }) => kind === 'removed');
    const added = run.filter(({ kind }) => kind === 'added');
    // What is replaced goes with its replacement.
    const partner = (line, own, others) =>
      others[Math.min(own.indexOf(line), others.length - 1)]?.claim;
    removed.filter(isOpen).forEach((line) => { line.claim = partner(line, removed, added); });
    added.filter(isOpen).forEach((line) => { line.claim = partner(line, added, removed); });
    // A blank line goes with the next line, or with the last where the run ends with a blank one.
    for (const side of [removed, added]) {
      side.filter((line) => isOpen(line) && isBlank(line)).forEach((line) => {
        const at = side.indexOf(line);
        const next = side.slice(at).find((each) => !isBlank(each));
        const last = side.slice(0, at).findLast((each) => !isBlank(each));
        line.claim = (isBlank(side.at(-1)) ? last ?? next : next ?? last)?.claim;
      });
    }
  }
  const whole = requests.find(({ selections }) => selections.length === 0)?.number;
  const frame = requests.find(({ selections }) => selections.some(isFrame))?.number
    ?? requests[0]?.number;
  for (const line of file.lines.filter(isOpen)) {
    line.claim = whole ?? (isInSymbol(line) ? undefined : frame);
  }
}

const whereOf = ({ path }, { kind, old, new: number }) => `${path}:${number ?? old} (${kind})`;

/** A file as it is when the directives up to `number` have taken their lines. */
function textAfter({ before, after, lines }, number) {
  const isThere = ({ kind, claim: own = Infinity }) =>
    kind === 'same' || (kind === 'added' ? own <= number : own > number);
  const left = lines.filter(isThere);
  const exists = left.length > 0 || [before, after].every((text) => text !== undefined);
  return exists ? left.map(({ text }) => `${text}\n`).join('') : undefined;
}

/** What a directive shows of a file: the state after it, with what it has removed in between. */
function rowsOf(file, number) {
  const kindOf = ({ kind, claim: own }) => {
    if (own === number || kind === 'same') {
      return kind;
    }
    return (kind === 'added') === (own < number) ? 'same' : undefined;
  };
  return numberLines(file.lines.map((line) => ({ kind: kindOf(line), text: line.text }))
    .filter(({ kind }) => kind !== undefined));
}

/**
 * Reads a chapter.
 * @param step its name, which is also that of the page
 * @returns
 *   `page`: what readPage gives; undefined if the chapter is not written, then there is no more
 *     than `change`;
 *   `errors`: what is wrong with the page, each { file, line, message };
 *   `boxes`: what each directive shows, { id, directive, reason, files: [{ path, before, after,
 *     rows }] }, with the texts before and after it (undefined: no such file) and the whole file as
 *     rows, { kind, text, old, new } as compareTexts gives them; `reason` only if it is elided;
 *   `states`: after each section of "Build it" that has boxes, { section, line, files }, where
 *     files goes from path to text;
 *   `owners`: for each path that changes, the box of each added line: from line to id;
 *   `change`: { files, added, removed }.
 */
export function readChapter(step, {
  book = bookDirectory, steps = stepsDirectory, before = stepBefore(step),
} = {}) {
  const trees = { before: filesOf(before, steps), after: filesOf(step, steps) };
  const symbols = { before: symbolsOf(before, steps), after: symbolsOf(step, steps) };
  const paths = [...new Set([...trees.before.keys(), ...trees.after.keys()])].sort();
  const changed = new Map(paths
    .filter((path) => trees.before.get(path) !== trees.after.get(path))
    .map((path) => [
      path, readFile(path, trees.before.get(path), trees.after.get(path), symbols),
    ]));
  const page = readPage(step, book);
  const all = [...changed.values()].flatMap(({ lines }) => lines);
  const count = (kind) => all.filter((line) => line.kind === kind).length;
  const change = { files: changed.size, added: count('added'), removed: count('removed') };
  if (page === undefined) {
    return { step, before, page, change, errors: [], boxes: [], states: [], owners: new Map() };
  }

  const file = relative(process.cwd(), page.path);
  const errors = [];
  const report = (line, message) => errors.push({ file, line, message });
  const directives = page.directives.filter(({ kind }) => ['diff', 'elided'].includes(kind))
    .map((directive, number) => readDirective(directive, number, paths, changed, report));

  for (const each of changed.values()) {
    const requests = directives.flatMap(({ number, files }) =>
      files.filter(({ path }) => path === each.path)
        .map(({ selections }) => ({ number, selections })));
    distribute(each, requests, (number, message) => report(directives[number].line, message));
    const lost = each.lines.find(({ kind, claim: own }) => kind !== 'same' && own === undefined);
    if (lost) {
      report(directives.at(-1)?.line ?? 1,
        `${whereOf(each, lost)} is shown by no directive: ${lost.text.trim()}`);
    }
  }

  const boxes = directives.map((directive) => toBox(directive, changed, report));
  const stateAfter = (number) => new Map(paths.flatMap((path) => {
    const text = changed.has(path) ? textAfter(changed.get(path), number) : trees.after.get(path);
    return text === undefined ? [] : [[path, text]];
  }));
  const sections = new Map(directives.map(({ section, number }) => [section, number]));
  const states = [...sections].map(([section, number]) => ({
    section: section.title, line: section.line, files: stateAfter(number),
  }));
  const owners = new Map([...changed].map(([path, { lines }]) => [path,
    new Map(lines.filter(({ kind }) => kind === 'added')
      .map(({ new: line, claim: number }) => [line, boxes[number]?.id]))]));
  return { step, before, page, change, errors, boxes, states, owners };
}

/** A directive with its files; those that cannot be shown are reported and left out. */
function readDirective(directive, number, paths, changed, report) {
  const { kind, rest, line, section } = directive;
  const [list, reason] = kind === 'elided' ? rest.split(/ +-- +/) : [rest];
  const files = parseFiles(list);
  if (section?.level !== 3 || section.parent?.title !== 'Build it') {
    report(line, `@@ ${kind} stands in no section of "Build it"`);
  }
  if (kind === 'elided' && !reason) {
    report(line, '@@ elided gives no reason: @@ elided FILE -- reason');
  }
  if (files === undefined) {
    report(line, `@@ ${kind} ${rest}: a list of files is needed, as README.md says`);
  }
  const isShown = ({ path }) => {
    if (!paths.includes(path)) {
      report(line, `there is no file ${path}, neither in this step nor in the one before`);
    } else if (!changed.has(path)) {
      report(line, `${path} does not change in this step`);
    }
    return changed.has(path);
  };
  return { kind, line, section, number, reason, list, files: (files ?? []).filter(isShown) };
}

/** What a directive shows; it is reported if that is nothing. */
function toBox({ kind, line, section, number, reason, list, files }, changed, report) {
  const paths = new Set(files.map(({ path }) => path)); // one may stand there twice
  const shown = [...paths].map((path) => {
    const file = changed.get(path);
    return {
      path,
      before: textAfter(file, number - 1),
      after: textAfter(file, number),
      rows: rowsOf(file, number),
    };
  });
  const isNothing = ({ rows }) => rows.every((row) => row.kind === 'same');
  for (const { path } of shown.filter(isNothing)) {
    report(line, `nothing of ${path} is left for this directive`);
  }
  const id = list.trim().replace(/[^\w.]+/g, '-').replace(/^-|-$/g, '');
  return { id, kind, line, section, reason, files: shown };
}
