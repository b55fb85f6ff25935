// What is taken of a submission, and what is refused: sources with plain names, few and small.
// Makefile, rules, guests and images are the grader's own.
import fs from 'node:fs';
import path from 'node:path';

import { refuse } from '../../steps.mjs';

const limits = { files: 100, bytes: 2 ** 20 };
const isSource = (name) => /\.(cpp|hpp|S|ld|dts)$/.test(name);
const isPlain = (name) => /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(name);

/** What nobody wonders about when it stays behind. */
const silent = ['Makefile', 'TODO.md', '.start.json', 'guest'];

/**
 * The files of a directory that are graded.
 * @returns {{ files: Map<string, Buffer>, left: string[] }} left: the names of what stays behind
 */
export function collect(directory) {
  const entries = fs.readdirSync(directory, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const sources = entries.filter(({ name }) => isSource(name));
  for (const entry of sources) {
    if (!entry.isFile()) {
      refuse(`${entry.name}: it is no plain file`);
    }
    if (!isPlain(entry.name)) {
      refuse(`${JSON.stringify(entry.name)}: a name has letters, digits, _ . and - only`);
    }
  }
  const lower = sources.map(({ name }) => name.toLowerCase());
  const twice = sources.find((_, at) => lower.indexOf(lower[at]) !== at);
  if (twice) {
    refuse(`${twice.name}: another file has this name but for capital letters`);
  }
  if (sources.length === 0) {
    refuse(`${directory}: there is no source in it`);
  }
  const files = new Map(sources.map(({ name }) => [name, fs.readFileSync(path.join(directory, name))]));
  const size = [...files.values()].reduce((sum, { length }) => sum + length, 0);
  if (files.size > limits.files || size > limits.bytes) {
    refuse(`${directory}: ${files.size} files of ${size} bytes; at most ${limits.files} of `
      + `${limits.bytes} in all are taken`);
  }
  return {
    files,
    left: entries.map(({ name }) => name).filter((name) => !isSource(name) && !silent.includes(name)
      && !/\.\d{4}-\d\d-\d\d(\.\d+)?$/.test(name)),
  };
}
