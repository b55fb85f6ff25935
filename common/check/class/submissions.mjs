// Which submissions there are, and whose. A name is the roster's, or the file's own; nothing that
// is inside says whose it is.
import fs from 'node:fs';
import path from 'node:path';

import { refuse } from '../../stairs/steps.mjs';
import { plain } from '../reports/plain.mjs';
import { readCsv } from './csv.mjs';

const longest = 200; // bytes of a name, which becomes that of a file

/** What a file is called without its endings: `one-09-linux.2.tar` is of `one`. */
export const stemOf = (file, step) => path.basename(file).replace(/\.(tar|tar\.gz|tgz)$/i, '')
  .replace(new RegExp(`-${step}(\\.\\d+)?$`), '');

/**
 * A list of the class: a table with the columns `file` and `name`.
 * @returns {Map<string, string>} from what a file is called to a name
 */
export function readRoster(file, step) {
  if (!fs.existsSync(file)) {
    refuse(`ROSTER=${file}: there is no such file`);
  }
  const rows = readCsv(fs.readFileSync(file, 'utf8'));
  if (rows.length === 0 || !('file' in rows[0] && 'name' in rows[0])) {
    refuse(`ROSTER=${file}: its first line has to name the columns file and name`);
  }
  const roster = new Map();
  for (const { file: named, name } of rows) {
    const stem = stemOf(named, step);
    if (stem === '' || name === '' || roster.has(stem)) {
      refuse(`ROSTER=${file}: ${JSON.stringify(named)} has no name, or is there twice`);
    }
    roster.set(stem, name);
  }
  return roster;
}

/** A name as that of a file. */
export const fileNameOf = (name) => name.replace(/[/\0]/g, '_').replace(/^\./, '_');

/** What a file is called, in a line: students choose names. */
const fileOf = (file) => plain(path.basename(file));

function refuseTwice(submissions) {
  const known = new Map();
  for (const { name, file } of submissions) {
    const key = fileNameOf(name).toLowerCase();
    if (known.has(key)) {
      refuse(`${known.get(key)} and ${fileOf(file)} are both of ${plain(name)}: move one away`);
    }
    known.set(key, fileOf(file));
  }
}

/**
 * The submissions in a directory: each file and each directory is one.
 * @param {string} directory
 * @param {object} options
 * @param {string} options.step `one-STEP.tar` is of `one`
 * @param {Map<string, string>} options.roster
 * @param {string[]} options.besides what lies there and is none
 * @returns {{ submissions: { name, file }[], missing: string[], strangers: string[] }} missing:
 *   names of the roster without a submission; strangers: names that the roster does not have
 */
export function listSubmissions(directory, { step, roster, besides }) {
  if (!fs.existsSync(directory) || !fs.statSync(directory).isDirectory()) {
    refuse(`SUBMISSIONS=${directory}: name a directory with bundles, directories or clones`);
  }
  const files = fs.readdirSync(directory).sort()
    .filter((name) => !name.startsWith('.') && name !== '__MACOSX')
    .map((name) => path.join(directory, name)).filter((file) => !besides.includes(file));
  const submissions = files.map((file) => {
    const stem = stemOf(file, step);
    return { file, name: roster?.get(stem) ?? stem, isKnown: roster?.has(stem) ?? true };
  });
  if (submissions.length === 0) {
    refuse(`SUBMISSIONS=${directory}: there is nothing in it`);
  }
  const lost = files.find((file) => !fs.existsSync(file));
  if (lost) {
    refuse(`${fileOf(lost)}: its name is not UTF-8, or it is a link to `
      + 'nothing: rename or remove it');
  }
  const nameless = submissions.find(({ name }) => name === '');
  if (nameless) {
    refuse(`${fileOf(nameless.file)}: nothing but an ending, so it is nobody's: rename it`);
  }
  const long = submissions.find(({ name }) => Buffer.byteLength(name) > longest);
  if (long) {
    refuse(`${fileOf(long.file)}: a name of more than ${longest} bytes: rename it`);
  }
  refuseTwice(submissions);
  const names = new Set(submissions.map(({ name }) => name));
  return {
    submissions,
    missing: [...roster?.values() ?? []].filter((name) => !names.has(name)),
    strangers: submissions.filter(({ isKnown }) => !isKnown).map(({ name }) => name),
  };
}
