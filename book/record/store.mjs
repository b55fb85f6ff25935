// What is recorded of a chapter, as files: book/NN-name/recorded/.

import fs from 'node:fs';
import path from 'node:path';

import { filesIn } from '../../common/stairs/steps.mjs';
import { bookDirectory } from '../lib/page.mjs';
import { compare, kindOf } from './compare.mjs';

const directoryOf = (step, book) => path.join(book, step, 'recorded');

/**
 * Reads what is recorded of a chapter.
 * @returns undefined if nothing is; else recorded.json, and with each of its runs, and their
 *   `second`, the `text` of its file
 */
export function readRecorded(step, book = bookDirectory) {
  const directory = directoryOf(step, book);
  const file = path.join(directory, 'recorded.json');
  if (!fs.existsSync(file)) {
    return undefined;
  }
  const recorded = JSON.parse(fs.readFileSync(file, 'utf8'));
  for (const run of Object.values(recorded.runs)) {
    for (const result of [run, run.second].filter(Boolean)) {
      const place = path.join(directory, result.file);
      result.text = fs.existsSync(place) ? fs.readFileSync(place, 'utf8') : '';
    }
  }
  return recorded;
}

/** Files in recorded/ that no run has. */
export function strayFiles(step, recorded, book = bookDirectory) {
  const results = Object.values(recorded.runs).flatMap((run) => [run, run.second].filter(Boolean));
  const known = ['recorded.json', ...results.map(({ file }) => file)];
  return filesIn(directoryOf(step, book)).filter((file) => !known.includes(file));
}

/** What keeps a result of a run from being recorded, in one line; undefined if nothing does. */
export function faultOf({ run, linux }, { error, text }) {
  const isEmpty = !error && run.log && text.trim() === '';
  return linux && isEmpty ? 'of this Linux, no line of the log matches `lines`' : error;
}

/** A result as recorded.json has it; with its text, which has a file of its own. */
function toEntry({ status, text, counts, loop, linux }, file) {
  return { file, status, loop, counts, linux, text };
}

/** What is to be stored of a run: { entry, isTrue }. Texts that are still true stay as they are. */
function entryOf(name, { run, commands, results: [first, second] }, before) {
  const kind = kindOf(run);
  const end = ['console', 'log', 'command'].includes(kind) ? 'txt' : `${kind}.json`;
  const entry = { commands, patch: run.patch, ...toEntry(first, `${name}.${end}`) };
  if (second && compare(first, second, { kind })) {
    entry.second = toEntry(second, `${name}.second.${end}`);
  }
  const isTrue = before && before.commands?.join() === commands.join()
    && before.patch === run.patch
    && Boolean(before.second) === Boolean(entry.second)
    && !compare(before, first, { kind })
    && (!entry.second || !compare(before.second, second, { kind }));
  if (isTrue) {
    entry.text = before.text;
    if (entry.second) {
      entry.second.text = before.second.text;
    }
  }
  return { entry, isTrue };
}

function write(file, text) {
  if (!fs.existsSync(file) || fs.readFileSync(file, 'utf8') !== text) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(`${file}.part`, text);
    fs.renameSync(`${file}.part`, file);
  }
}

/**
 * Stores a chapter that recordChapter gives. What failed stays as it was.
 * @returns the names of the runs that are new or others than before
 */
export function store(chapter, book = bookDirectory) {
  const { step } = chapter;
  const before = readRecorded(step, book);
  const { versions } = chapter;
  const isSame = JSON.stringify(before?.versions) === JSON.stringify(versions);
  const runs = {};
  const changed = [];
  for (const [name, recorded] of Object.entries(chapter.runs)) {
    const old = before?.runs[name];
    const failed = recorded.results.some((result) => faultOf(recorded, result));
    const { entry, isTrue } = failed ? { entry: old, isTrue: true }
      : entryOf(name, recorded, isSame ? old : undefined);
    if (entry) {
      runs[name] = entry;
    }
    if (!isTrue) {
      changed.push(name);
    }
  }
  const numbers = Object.fromEntries(Object.entries(chapter.numbers)
    .map(([name, { value, error }]) => [name, error ? before?.numbers[name] : value]));
  const areStatesKnown = !chapter.error && chapter.states.every(({ error }) => !error);
  const states = areStatesKnown ? chapter.states : before?.states ?? [];

  const directory = directoryOf(step, book);
  const toStore = structuredClone({ versions, states, numbers, runs });
  for (const run of Object.values(toStore.runs)) {
    for (const result of [run, run.second].filter(Boolean)) {
      write(path.join(directory, result.file), result.text);
      delete result.text;
    }
  }
  write(path.join(directory, 'recorded.json'), `${JSON.stringify(toStore, null, 2)}\n`);
  for (const file of strayFiles(step, toStore, book)) {
    fs.rmSync(path.join(directory, file));
  }
  return changed;
}
