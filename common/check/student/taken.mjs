// What is taken of a submission, and what is refused: sources with plain names, few and small.
// Makefile, rules, guests and images are the grader's own.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { refuse } from '../../stairs/steps.mjs';

const limits = { files: 100, bytes: 2 ** 20 };
const isPlain = (name) => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(name);

/** Whether a name is a source's. What macOS adds, `._main.cpp`, is none. */
export const isSource = (name) => /\.(cpp|hpp|S|ld|dts)$/.test(name) && !name.startsWith('._');

/** What nobody wonders about when it stays behind. */
const silent = ['Makefile', 'TODO.md', '.start.json', 'guest', 'compile_commands.json'];

/** By what a file is known again. */
export const hashOf = (content) => createHash('sha256').update(content).digest('hex');

/**
 * The sources among what a submission has.
 * @param {object[]} entries { name, isFile, size, read() }
 * @param {string} place how the whole is called where it is refused
 * @returns {Map<string, Buffer>}
 */
export function take(entries, place) {
  const sources = entries.filter(({ name }) => isSource(name))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  if (sources.length === 0) {
    refuse(`${place}: there is no source in it`);
  }
  if (sources.length > limits.files) {
    refuse(`${place}: ${sources.length} sources; at most ${limits.files} are taken`);
  }
  for (const { name, isFile } of sources) {
    if (!isFile) {
      refuse(`${JSON.stringify(name)}: it is no plain file`);
    }
    if (!isPlain(name)) {
      refuse(`${JSON.stringify(name)}: a name has letters, digits, _ . and - only`);
    }
  }
  const lower = sources.map(({ name }) => name.toLowerCase());
  const twice = sources.find((_, at) => lower.indexOf(lower[at]) !== at);
  if (twice) {
    refuse(`${twice.name}: another file has this name but for capital letters`);
  }
  const size = sources.reduce((sum, each) => sum + each.size, 0);
  if (size > limits.bytes) {
    refuse(`${place}: sources of ${size} bytes; at most ${limits.bytes} in all are taken`);
  }
  return new Map(sources.map(({ name, read }) => [name, Buffer.from(read())])); // not its archive
}

/** What lies in a directory, as `take` wants it. */
export const entriesOf = (directory) => fs.readdirSync(directory, { withFileTypes: true })
  .map((entry) => {
    const file = path.join(directory, entry.name);
    const isFile = entry.isFile();
    return {
      name: entry.name, isFile, read: () => fs.readFileSync(file),
      get size() { return fs.lstatSync(file).size; }, // of a source: others may have any name
    };
  });

/**
 * The files of a directory that are graded.
 * @returns {{ files: Map<string, Buffer>, left: string[] }} left: the names of what stays behind
 */
export function collect(directory) {
  const entries = entriesOf(directory);
  const names = entries.map(({ name }) => name).sort();
  return {
    files: take(entries, directory),
    left: names.filter((name) => !isSource(name) && !silent.includes(name)
      && !/\.\d{4}-\d\d-\d\d(\.\d+)?$/.test(name)),
  };
}
