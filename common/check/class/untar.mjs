// Reads archives that others have made, in memory: ustar as POSIX has it (pax, "ustar Interchange
// Format"), long names of GNU and of pax, gzip around it. Nothing is unpacked into the file system.
// What could leave the place where it is unpacked is refused, whoever would unpack it.
import { gunzipSync } from 'node:zlib';

import { refuse } from '../../stairs/steps.mjs';

const block = 512;
const limit = 2 ** 26; // bytes, unpacked
const most = 20_000; // files, and what else has a header
const longest = 4096; // letters of a path

const damaged = (what) => refuse(`the archive is damaged: ${what}`);

/** The text of a field, up to its first zero. */
function textIn(buffer, at, length) {
  const field = buffer.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? field.length : end);
}

/** A number in octal digits. */
function numberIn(header, at, length, what) {
  const digits = textIn(header, at, length).trim();
  return /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : damaged(`no ${what} in a header`);
}

/** The sum over a header is made with blanks in the sum's own place. */
function checkSum(header) {
  const own = header.subarray(148, 156).reduce((sum, byte) => sum + byte, 0);
  const sum = header.reduce((all, byte) => all + byte, 0) - own + 8 * 0x20;
  return sum === numberIn(header, 148, 8, 'sum') || damaged('the sum of a header is another');
}

function nameIn(header) {
  const prefix = textIn(header, 257, 5) === 'ustar' ? textIn(header, 345, 155) : '';
  return [prefix, textIn(header, 0, 100)].filter(Boolean).join('/');
}

/** The records of a pax header, `length key=value`: those that change the name of what follows. */
function paxPath(content) {
  let path;
  for (let at = 0; at < content.length;) {
    const [, digits] = /^(\d+) /.exec(content.toString('latin1', at, at + 12)) ?? [];
    const length = Number(digits) || damaged('a pax header');
    const [, value] = /^\d+ path=(.*)\n$/s.exec(content.toString('utf8', at, at + length)) ?? [];
    path = value ?? path;
    at += length;
  }
  return path;
}

/** All headers with what belongs to them: { type, name, content }. */
function* membersOf(archive) {
  let count = 0;
  for (let at = 0; at + block <= archive.length;) {
    const header = archive.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) {
      return;
    }
    count += 1;
    if (count > most) {
      refuse(`more than ${most} files are in it`);
    }
    checkSum(header);
    const size = numberIn(header, 124, 12, 'size');
    const content = archive.subarray(at + block, at + block + size);
    if (content.length < size) {
      damaged('it ends within a file');
    }
    const type = String.fromCharCode(header[156] || 0x30);
    yield { type, name: nameIn(header), content };
    at += block + Math.ceil(size / block) * block;
  }
}

/** A path within the archive, without `./`. */
function pathOf(name) {
  if (name.length > longest) {
    refuse(`a path of more than ${longest} letters is in it`);
  }
  const parts = name.split('/');
  if (name.startsWith('/') || parts.includes('..')) {
    refuse(`${JSON.stringify(name)}: a path that leads out of the archive`);
  }
  return parts.filter((part) => part !== '' && part !== '.').join('/');
}

function unzipped(archive) {
  if (archive[0] !== 0x1f || archive[1] !== 0x8b) {
    return archive;
  }
  try {
    return gunzipSync(archive, { maxOutputLength: limit });
  } catch (error) {
    return error.code === 'ERR_BUFFER_TOO_LARGE' ? refuse(`more than ${limit} bytes are in it`)
      : damaged('gzip cannot read it');
  }
}

/**
 * The plain files of an archive.
 * @param {Buffer} packed
 * @returns {{ path: string, content: Buffer }[]}
 */
export function readArchive(packed) {
  const archive = unzipped(packed);
  if (archive.length < block) {
    damaged('it is too short');
  }
  const files = [];
  let longName; // of what follows
  for (const { type, name: short, content } of membersOf(archive)) {
    const name = longName ?? short;
    longName = undefined;
    if (type === 'L') {
      longName = textIn(content, 0, content.length);
    } else if (type === 'x') {
      longName = paxPath(content);
    } else if (type === '0' || type === '7') {
      files.push({ path: pathOf(name), content });
    } else if (type === '5') {
      pathOf(name);
    } else if (type !== 'g') {
      refuse(`${JSON.stringify(name)}: it is no plain file`);
    }
  }
  return files;
}
