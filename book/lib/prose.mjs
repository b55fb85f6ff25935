// What can be checked of a chapter's prose: its parts, the length of its sentences, words that say
// nothing, names that are not there, and files that no page names.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { bookDirectory, numberPattern, readPage } from './page.mjs';
import { filesOf, stepBefore } from './steps.mjs';

const parts = ['Goal', 'Background', 'Build it', 'Run it', 'When it goes wrong', 'Checkpoint',
  'Real world', 'Exercises'];

/** What the last chapter may end with. */
const end = 'What stands now';

const limits = {
  words: [800, 2400], beside: [900, 1500], sentence: 40, median: 15, paragraph: 80, diffs: 2,
  teachers: [900, 2000], // where a whole course is looked up
};

/** What says nothing, or speaks of the page instead of the machine. */
const empty = [
  /\b(simply|just|easy|easily|obviously|of course|powerful|robust|magic|note that)\b/i,
  /\b(leverag\w+|dive)\b/i,
  /\b(code|listing|diff|drawing|figure) (above|below)\b/i, /\blines? \d/i, /!(?=\s|$)/,
  /\p{Extended_Pictographic}/u,
];

const wordsOf = (text) => text.match(/[\p{L}\p{N}][\p{L}\p{N}’'./_-]*/gu) ?? [];

/** The text of a paragraph with every name, number and link as one word. */
const plain = (text) => text
  .replace(new RegExp(`\`[^\`]+\`|${numberPattern.source}`, 'g'), 'name')
  .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
  .replace(/<[^>]+>|[*_]/g, '');

const sentencesOf = (text) => text.split(/(?<=[.?:][)”"]?)\s+(?=[\p{Lu}\p{N}“"(]|name\b)/u);

/** A page in blocks, parted by blank lines: { kind, text, line }. Code is none. */
export function blocksOf(text) {
  const blocks = [];
  let isCode = false;
  let isOpen = false;
  const [front = ''] = /^---\n[^]*?\n---\n/.exec(text) ?? [];
  text.replace(front, (all) => all.replace(/[^\n]/g, '')).split('\n').forEach((line, index) => {
    isCode = /^(```|~~~)/.test(line) ? !isCode : isCode;
    if (isCode || /^(```|~~~|:::|#|@@|<)/.test(line) || line.trim() === '') {
      isOpen = false;
      return;
    }
    const [, quote, item] = /^(> ?)?( *(?:[-*]|\d+\.) +)?/.exec(line);
    if (!isOpen || item) {
      const kind = quote ? 'quote' : /^\|/.test(line) ? 'table' : item ? 'item' : 'paragraph';
      blocks.push({ kind, text: '', line: index + 1 });
      isOpen = true;
    }
    blocks.at(-1).text += `${line.replace(/^> ?/, '').replace(/^ *(?:[-*]|\d+\.) +/, '').trim()} `;
  });
  return blocks;
}

const count = (number, what) => `${number} ${what}${number === 1 ? '' : 's'}`;

/** Sentences that are too long, and words that say nothing. */
function* complaintsOfStyle(blocks, [least, most] = limits.words) {
  const lengths = [];
  for (const { kind, text, line } of blocks.filter((block) => block.kind !== 'table')) {
    const { length } = wordsOf(plain(text));
    if (kind === 'quote') {
      yield { line, message: 'a quotation that is not in quotations.mjs' };
      continue;
    }
    if (kind === 'paragraph' && length > limits.paragraph) {
      yield { line, message: `a paragraph of ${count(length, 'word')}` };
    }
    for (const sentence of sentencesOf(plain(text))) {
      lengths.push(wordsOf(sentence).length);
      if (lengths.at(-1) > limits.sentence) {
        const words = count(lengths.at(-1), 'word');
        yield { line, message: `a sentence of ${words}: ${sentence.trim()}` };
      }
    }
    for (const [word] of empty.map((each) => each.exec(plain(text))).filter(Boolean)) {
      yield { line, message: `"${word}"` };
    }
  }
  const words = blocks.reduce((sum, { text }) => sum + wordsOf(plain(text)).length, 0);
  if (words < least || words > most) {
    yield { line: 1, message: `${count(words, 'word')}, not ${least} to ${most}` };
  }
  const median = lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)];
  if (median > limits.median) {
    yield { line: 1, message: `half of the sentences have ${median} words or more` };
  }
}

/** Whether a chapter begins where the one before has ended: it shows something of that one's run. */
const beginsAtTheEndOf = (before, { directives }) => directives.some(({ kind, rest, section }) =>
  kind === 'console' && rest.split(' ')[0] === `${before}/run`
    && parts.slice(0, 2).includes((section?.parent ?? section)?.title));

/** Parts that are missing or in another order, and what each must have. */
function* complaintsOfParts(page, before) {
  const { sections, directives, text } = page;
  const titles = sections.filter(({ level }) => level === 2).map(({ title }) => title);
  if (![parts, [...parts, end]].some((each) => titles.join() === each.join())) {
    yield { line: 1, message: `its parts are ${titles.join(', ')}; not ${parts.join(', ')}` };
  }
  const inPart = (title) => (each) => (each.section?.parent ?? each.section)?.title === title;
  const hints = text.match(/(?<=^:::+ details Hint )[123]/gm)?.join('') ?? '';
  if (!/^(123){3,}$/.test(hints)) {
    yield { line: 1, message: 'three exercises or more are needed, each with hints 1, 2 and 3' };
  }
  const failures = directives.filter(({ kind }) => kind === 'failure').filter(inPart(parts[4]));
  for (const [part, kind, least, found] of [
    [parts[4], 'failure', 2, failures],
    [parts[5], 'checkpoint', 1, directives.filter((each) => each.kind === 'checkpoint')],
    [parts[7], 'solution', 2, directives.filter((each) => each.kind === 'solution')],
    [parts[2], 'begin', before ? 1 : 0, directives.filter((each) => each.kind === 'begin')],
    [parts[0], 'console', 1, directives.filter(({ kind: own }) => own === 'console')
      .filter(inPart(parts[0]))],
  ]) {
    if (found.length < least) {
      yield { line: 1, message: `"${part}" needs ${least} @@ ${kind}, and has ${found.length}` };
    }
  }
  if (before && !beginsAtTheEndOf(before, page)) {
    yield { line: 1, message: `nothing of ${before}/run is shown before "${parts[2]}"` };
  }
  const row = new RegExp(`(?:^@@ (?:diff|elided) .*\\n\\s*){${limits.diffs + 1},}`, 'm').exec(text);
  if (row) {
    const line = text.slice(0, row.index).split('\n').length;
    yield { line, message: `more than ${limits.diffs} changes follow each other without a word` };
  }
}

/** Names in backticks that are in no file, recording or patch of the chapter, and in no list. */
function* complaintsOfNames(step, { text }, book) {
  const textsIn = (directory, pattern) => (existsSync(directory)
    ? readdirSync(directory).filter((name) => pattern.test(name))
      .map((name) => readFileSync(join(directory, name), 'utf8')) : []);
  const sources = [
    ...filesOf(step).values(), ...(stepBefore(step) ? filesOf(stepBefore(step)).values() : []),
    ...textsIn(join(book, step), /\.patch$/), ...textsIn(join(book, step, 'recorded'), /./),
  ].join('\n');
  const known = new Set(readFileSync(join(book, 'words.txt'), 'utf8').split(/\s+/));
  const isThere = (word) => known.has(word) || existsSync(join(book, '..', word))
    || filesOf(step).has(word) || /^(0x[\da-f_']+|-?[\d.,]+)$/i.test(word)
    || new RegExp(`(?<!\\w)${word.replace(/[^\w]/g, '\\$&')}(?!\\w)`).test(sources);
  for (const [index, line] of text.split('\n').entries()) {
    for (const [, , code] of line.matchAll(/(`+)([^`]+?)\1(?!`)/g)) {
      const missing = code.split(/\s+/).map((word) => word.replace(/^[(]+|[),;:]+$/g, ''))
        .filter((word) => word && !isThere(word));
      if (missing.length > 0 && !isThere(code)) {
        yield {
          line: index + 1,
          message: `\`${code}\`: ${missing.join(' ')} is in neither step, in no recording, and `
            + 'not in words.txt',
        };
      }
    }
  }
}

/** Patches, drawings and runs of the chapter that no page shows. */
function* complaintsOfFiles(step, { directives }, book) {
  const textOf = (...names) => (existsSync(join(book, ...names))
    ? readFileSync(join(book, ...names), 'utf8') : '');
  const shown = (...kinds) => directives.filter(({ kind }) => kinds.includes(kind))
    .map(({ rest }) => rest.split(' ')[0]);
  const files = existsSync(join(book, step)) ? readdirSync(join(book, step)) : [];
  for (const [ending, names] of [
    ['.patch', shown('failure', 'solution', 'request')], ['.svg', shown('drawing')],
  ]) {
    for (const file of files.filter((name) => name.endsWith(ending))) {
      if (!names.includes(file.slice(0, -ending.length))) {
        yield { line: 1, message: `book/${step}/${file} is not on the page` };
      }
    }
  }
  const pages = readdirSync(book).filter((name) => name.endsWith('.md')).map((name) => textOf(name));
  const numbers = textOf(step, 'runs.mjs'); // a run may be there for its numbers
  const recorded = JSON.parse(textOf(step, 'recorded', 'recorded.json') || '{ "runs": {} }');
  for (const name of Object.keys(recorded.runs).filter((each) => each !== 'run')) {
    const isElsewhere = pages.some((text) => text.includes(`${step}/${name}`));
    const mentions = numbers.match(new RegExp(`(?<![\\w-])${name}(?![\\w-])`, 'g')) ?? [];
    const isShown = directives.some(({ rest }) => rest.split(' ')[0] === name);
    if (!isShown && !isElsewhere && mentions.length < 2) {
      yield { line: 1, message: `the run ${name} is on no page` };
    }
  }
}

/** All that is wrong with the prose of a chapter: [{ file, line, message }]. */
export function complaintsOf(step, book = bookDirectory) {
  const page = readPage(step, book);
  const file = relative(process.cwd(), page.path);
  const blocks = blocksOf(page.text);
  return [...complaintsOfStyle(blocks), ...complaintsOfParts(page, stepBefore(step)),
    ...complaintsOfNames(step, page, book), ...complaintsOfFiles(step, page, book)]
    .map((each) => ({ file, ...each }));
}

/** The same of a page beside the chapters; of its names, if it speaks of the code of `step`. */
export function complaintsBeside(name, step, book = bookDirectory) {
  const page = readPage(name, book);
  const file = relative(process.cwd(), page.path);
  return [...complaintsOfStyle(blocksOf(page.text), limits[name] ?? limits.beside),
    ...(step ? complaintsOfNames(step, page, book) : [])].map((each) => ({ file, ...each }));
}
