// Writes reports of a record into files. Each comes whole or not at all.
import fs from 'node:fs';
import path from 'node:path';

import { refuse } from '../../stairs/steps.mjs';
import { classroom50Of, requireRunner } from './classroom50.mjs';
import { gradescopeOf } from './gradescope.mjs';
import { junitOf } from './junit.mjs';

/** As a file of JSON. */
export const json = (value) => `${JSON.stringify(value, undefined, 2)}\n`;

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

/** Refuses a report that cannot be written. */
function requirePlace(name, file) {
  try {
    fs.closeSync(fs.openSync(`${file}.new`, 'w'));
    fs.rmSync(`${file}.new`);
  } catch (error) {
    refuse(`${file}: the ${name} report cannot be written there: ${error.code}`);
  }
  if (fs.existsSync(file) && !fs.statSync(file).isFile()) {
    refuse(`${file}: the ${name} report cannot be written there: it is no file`);
  }
}

/** Refuses reports that cannot be written, before something is graded. */
export function requirePlaces(files) {
  Object.keys(formats).filter((name) => files[name] !== undefined)
    .forEach((name) => requirePlace(name, path.resolve(files[name])));
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
