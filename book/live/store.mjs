// The files of the site below live/, kept in build/live until they are needed again: gzipped, named
// by what they hold.
import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

export const liveDirectory = fileURLToPath(new URL('../../build/live', import.meta.url));
export const manifestPath = path.join(liveDirectory, 'manifest.json');
const filesDirectory = path.join(liveDirectory, 'files');
const cacheDirectory = path.join(liveDirectory, 'cache');

export const hashOf = (content, length = 12) =>
  createHash('sha256').update(content).digest('hex').slice(0, length);

/** Writes a file as a whole: nobody sees a half of it, also if two builds write the same. */
export function writeWhole(file, content) {
  const part = `${file}.${randomUUID()}`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(part, content);
  fs.renameSync(part, file);
}

/** Where a file of that name is. */
export const storedPath = (name) => path.join(filesDirectory, name);

/** Keeps some content, and gives its name; `words` are what a reader sees of that. */
export function put(words, content) {
  const name = `${words}-${hashOf(content)}.bin`;
  if (!fs.existsSync(storedPath(name))) {
    writeWhole(storedPath(name), gzipSync(content, { level: 9 }));
  }
  return name;
}

/** The content of a file of that name. */
export const get = (name) => gunzipSync(fs.readFileSync(storedPath(name)));

/** How many bytes it has, and how many as it lies there. */
export function sizesOf(name) {
  const content = fs.readFileSync(storedPath(name));
  return { size: content.readUInt32LE(content.length - 4), gzipped: content.length }; // RFC 1952
}

/** What is known of a key's run: what was given to `remember`, if all its files are still there. */
export function recall(key) {
  const file = path.join(cacheDirectory, `${key}.json`);
  const known = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
  return known && filesOfRun(known).every((name) => fs.existsSync(storedPath(name)))
    ? known : undefined;
}

export const remember = (key, known) =>
  writeWhole(path.join(cacheDirectory, `${key}.json`), JSON.stringify(known));

/** The names of the files of a run: nothing of one that there is not. */
export const filesOfRun = ({ hypervisor, symbols, modules = [] }) =>
  [hypervisor, symbols, ...modules.map(({ file }) => file)].filter(Boolean);
