// Writes an initial RAM disk for Linux: a cpio archive in the "newc" format (the kernel's
// Documentation/driver-api/early-userspace/buffer-format.rst), compressed with gzip.
//   node cpio.mjs FILE NAME=FILE…    each NAME is an executable in the archive

import fs from 'node:fs';
import { gzipSync } from 'node:zlib';

const executable = 0o100755;

/** One entry: 13 numbers of 8 hexadecimal digits, the name, the content; each padded to 4 bytes. */
function entry(name, mode, content, inode) {
  const numbers = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  const header = `070701${numbers.map((n) => n.toString(16).padStart(8, '0')).join('')}${name}\0`;
  const pad = (length) => Buffer.alloc(-length & 3);
  return Buffer.concat([Buffer.from(header), pad(header.length), content, pad(content.length)]);
}

const [output, ...files] = process.argv.slice(2);
const entries = files.map((file, index) => {
  const [name, source] = file.split('=');
  return entry(name, executable, fs.readFileSync(source), index + 1);
});
const end = entry('TRAILER!!!', 0, Buffer.alloc(0), 0);
fs.writeFileSync(output, gzipSync(Buffer.concat([...entries, end])));
