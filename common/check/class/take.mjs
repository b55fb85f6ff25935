// What is taken of one submission: a bundle of `make submit`, an archive that somebody has made, a
// directory or a clone. Nothing of it is executed, and what git keeps in a clone is not looked at.
import fs from 'node:fs';
import path from 'node:path';

import { refuse } from '../../stairs/steps.mjs';
import { entriesOf, isSource, take } from '../student/taken.mjs';
import { readArchive } from './untar.mjs';

const limit = 2 ** 26; // bytes of an archive
const place = 'the submission';

/** Where sources may lie: at the top, or all of them in one directory there. */
function placeOfSources(directories) {
  const having = (list) => [...list].filter(([, entries]) =>
    entries.some(({ name }) => isSource(name))).map(([name]) => name);
  const found = having(directories);
  if (found.includes('') || found.length === 0) {
    return '';
  }
  return found.length === 1 ? found[0]
    : refuse(`sources lie in several directories, ${found.slice(0, 3).join(', ')}: hand in one`);
}

/** The files of an archive by directory: the top is ''. What macOS packs besides is none. */
function directoriesIn(files) {
  const directories = new Map();
  for (const { path: whole, content } of files) {
    const { dir, base } = path.posix.parse(whole);
    if (!/^__MACOSX(\/|$)/.test(dir)) {
      const entries = directories.get(dir) ?? [];
      entries.push({ name: base, isFile: true, size: content.length, read: () => content });
      directories.set(dir, entries);
    }
  }
  return new Map([...directories].filter(([name]) => !name.includes('/')));
}

/** The same for a directory: itself, and what lies in it. */
function directoriesBelow(directory) {
  const inside = fs.readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^(\.|__MACOSX$|guest$|build$)/.test(entry.name)
      && fs.existsSync(path.join(directory, entry.name))); // not so, if its name is no UTF-8
  return new Map(['', ...inside.map(({ name }) => name).sort()]
    .map((name) => [name, entriesOf(path.join(directory, name))]));
}

/** Two files of one name: who unpacks such an archive sees the second. */
function refuseTwice(entries) {
  const names = entries.map(({ name }) => name);
  const twice = names.find((name, at) => isSource(name) && names.indexOf(name) !== at);
  return twice === undefined ? entries : refuse(`${twice}: it is in the archive twice`);
}

/**
 * The sources of a submission; refuses what is not taken.
 * @param {string} file a directory, or an archive
 * @returns {Map<string, Buffer>} by name
 */
export function takeFrom(file) {
  const about = fs.lstatSync(file);
  if (about.isDirectory()) {
    const directories = directoriesBelow(file);
    return take(directories.get(placeOfSources(directories)), place);
  }
  if (!about.isFile()) {
    refuse('it is neither a plain file nor a directory');
  }
  if (!/\.(tar|tar\.gz|tgz)$/i.test(file)) {
    refuse('it is no .tar, .tar.gz or .tgz, and no directory');
  }
  if (about.size > limit) {
    refuse(`an archive of ${about.size} bytes; at most ${limit} are read`);
  }
  const directories = directoriesIn(readArchive(fs.readFileSync(file)));
  return take(refuseTwice(directories.get(placeOfSources(directories)) ?? []), place);
}
