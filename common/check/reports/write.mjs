// Writes reports of a record into files. Each comes whole or not at all.
import fs from 'node:fs';
import path from 'node:path';

import { refuse } from '../../stairs/steps.mjs';
import { classroom50Of, requireRunner } from './classroom50.mjs';
import { gradescopeOf } from './gradescope.mjs';
import { junitOf } from './junit.mjs';

const json = (value) => `${JSON.stringify(value, undefined, 2)}\n`;

/** What each format makes of a record, and of what its student may see of it. */
const formats = {
  json,
  junit: (record, seen) => junitOf(seen),
  gradescope: (record, seen) => json(gradescopeOf(record, seen)),
  classroom50: (record, seen) => json(classroom50Of(seen)),
};

/** Options of a command: a file for each format. */
export const reportOptions = Object.fromEntries(Object.keys(formats)
  .map((name) => [name, { type: 'string' }]));

/** Refuses reports that cannot be written, before something is graded. */
export function requirePlaces(files) {
  for (const name of Object.keys(formats).filter((each) => files[each] !== undefined)) {
    const directory = path.dirname(path.resolve(files[name]));
    if (files[name] === '' || !fs.existsSync(directory)) {
      refuse(`--${name} ${files[name]}: there is no directory ${directory}`);
    }
  }
  if (files.classroom50 !== undefined) {
    requireRunner();
  }
}

/**
 * @param {object} record
 * @param {object} seen what its student may see of it: seenOf
 * @param {object} files by format, of those that are wanted
 */
export function writeReports(record, seen, files) {
  for (const [name, make] of Object.entries(formats)) {
    if (files[name] !== undefined) {
      const file = path.resolve(files[name]);
      fs.writeFileSync(`${file}.new`, make(record, seen));
      fs.renameSync(`${file}.new`, file);
    }
  }
}
