// Files that come whole or not at all, whenever a process is killed.
import fs from 'node:fs';
import path from 'node:path';

const unfinished = '.new';

/** Writes a file anew, for its owner alone. */
export function writeWhole(file, text) {
  const other = path.join(path.dirname(file), unfinished);
  const handle = fs.openSync(other, 'w', 0o600);
  fs.writeFileSync(handle, text);
  fs.fsyncSync(handle);
  fs.closeSync(handle);
  fs.renameSync(other, file);
}

/** Removes what a killed process has begun to write. */
export const removeUnfinished = (directory) =>
  fs.rmSync(path.join(directory, unfinished), { force: true });

/** What a file has, undefined if there is none. */
export const readJson = (file) =>
  (fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined);
