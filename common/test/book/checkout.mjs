// A checkout with one step and a book of its own, to see what is said of a page, or of a source.
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { root } from './pages.mjs';

/** Of the book, what is no page and belongs to none. */
const tools = readdirSync(join(root, 'book'))
  .filter((name) => !/^\d\d-|\.md$|^(\[chapter\]|api|files)$/.test(name))
  .map((name) => `book/${name}`);
/** Of what no chapter teaches, the scripts: a page may load one. */
const scripts = ['', 'machine/'].flatMap((folder) => readdirSync(join(root, 'common', folder))
  .filter((name) => name.endsWith('.mjs')).map((name) => `common/${folder}${name}`));
const copied = ['common/check', 'common/install', 'common/stairs', 'steps/01-boot', 'README.md',
  'package.json', ...scripts, ...tools];

/** What begins each page. */
export const front = '---\ntitle: T\ndescription: D\n---\n\n';

/** A first page. */
export const index = `${front}# T\n`;

/**
 * Makes such a checkout.
 * @param place where there is nothing yet
 * @param files from a path to its text
 * @param more paths that are copied as well
 */
export function makeCheckout(place, files, more = []) {
  for (const path of [...copied, ...more]) {
    cpSync(join(root, path), join(place, path), { recursive: true, preserveTimestamps: true });
  }
  symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
  for (const [path, text] of Object.entries({ 'book/index.md': index, ...files })) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  }
  return place;
}

/** A directory for PATH: all commands of this system but those whose name a pattern matches. */
export function commandsWithout(pattern, place) {
  mkdirSync(place);
  const commands = new Map(['/sbin', '/usr/sbin', '/bin', '/usr/bin'].flatMap((directory) =>
    readdirSync(directory).map((name) => [name, join(directory, name)])));
  for (const [name, file] of commands) {
    if (!pattern.test(name)) {
      symlinkSync(file, join(place, name));
    }
  }
  return place;
}
