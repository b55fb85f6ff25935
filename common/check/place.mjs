// Where what is made of a directory on the way lies: a place of its own for each, below build/check.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { refuse } from '../stairs/steps.mjs';
import { root } from './submission.mjs';

/**
 * Makes a directory, and those above it, where there is none. (mkdirSync's `recursive` comes to no
 * end where the system lets nobody make one, as below /proc.)
 */
export function makeDirectory(directory, mode = 0o777) {
  if (fs.existsSync(directory)) {
    return;
  }
  makeDirectory(path.dirname(directory), mode);
  try {
    fs.mkdirSync(directory, { mode });
  } catch (error) {
    if (error.code !== 'EEXIST') {
      refuse(`${directory}: no directory can be made there: ${error.code}`);
    }
  }
}

/** The place of a directory. */
export function placeOf(directory) {
  const whole = path.resolve(directory);
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return path.join(root, 'build', 'check', `${path.basename(whole)}-${hash}`);
}

/** What is remembered of a directory, by name: undefined if nothing is. */
export function recall(directory, name) {
  const file = path.join(placeOf(directory), `${name}.json`);
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return undefined; // nothing yet, or cut off while it was written
  }
}

/** Remembers something of a directory. */
export function remember(directory, name, value) {
  fs.mkdirSync(placeOf(directory), { recursive: true });
  fs.writeFileSync(path.join(placeOf(directory), `${name}.json`), JSON.stringify(value));
}

/** A path as the user would type it. */
export function shown(file) {
  const near = path.relative(process.cwd(), file);
  return near.startsWith('..') ? path.resolve(file) : near;
}
