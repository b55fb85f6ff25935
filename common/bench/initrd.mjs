// Writes an initial RAM disk that is not compressed: to inflate it would be measured, too.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const cpio = fileURLToPath(new URL('../test/cpio.mjs', import.meta.url));

/**
 * @param {string} archive
 * @param {Object<string, string>} files all in one directory: names there, and where they are here
 */
export function writeInitrd(archive, files) {
  execFileSync(process.execPath, [cpio, archive, ...Object.entries(files)
    .map((pair) => pair.join('='))]);
  fs.writeFileSync(archive, gunzipSync(fs.readFileSync(archive)));
}
