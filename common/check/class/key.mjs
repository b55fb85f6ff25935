// What a result depends on, as one hash each: a result is made anew when its hash is another.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { filesIn, refuse } from '../../stairs/steps.mjs';
import { common, privateFiles, ruleFiles } from '../rules.mjs';
import { root } from '../submission.mjs';

/** A hash over names and contents; a zero byte stands in no name. */
function hashOf(parts) {
  const hash = createHash('sha256');
  for (const [name, content] of parts) {
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex').slice(0, 16);
}

const read = (directory, names) =>
  names.map((name) => [name, fs.readFileSync(path.join(directory, name))]);

/** What builds and runs a submission beside its own sources, but for the tools. */
export function* rulesOf(step) {
  const book = path.join(root, 'steps', step);
  yield* read(common, ruleFiles());
  yield* read(book, ['Makefile']);
  yield* read(path.join(book, 'guest'), filesIn(path.join(book, 'guest')));
  for (const name of ['Image', 'rootfs.squashfs']) {
    const file = path.join(root, 'build', 'guest', name);
    yield [name, fs.existsSync(file) ? fs.readFileSync(file) : ''];
  }
}

/** The checks, private ones among them, and all that they need of the checkout. */
export const checksHash = (step, hidden) => hashOf([...rulesOf(step),
  ...hidden === undefined ? [] : read(hidden, privateFiles(hidden, step))]);

/**
 * What one result depends on.
 * @param {object} taken { files } or { refusal }
 * @param {object} context what is the same for the whole class: strings
 */
export const keyOf = ({ files = [], refusal = '' }, context) => hashOf([...files,
  ['refusal', refusal], ...Object.entries(context)]);

/** Refuses a private directory that is none. */
export function checksDirectory(named) {
  const directory = path.resolve(named);
  return fs.existsSync(path.join(directory, 'chapters')) ? directory
    : refuse(`CHECKS=${named}: name a directory with chapters/NN-name.mjs in it`);
}
