// What a console has shown, as the book keeps it.

import os from 'node:os';
import path from 'node:path';

import { bookDirectory } from '../lib/page.mjs';

const root = path.dirname(bookDirectory);

const escape = (text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/** What make says of each file that it makes. */
const isCompiled = (line) => /^ {2}(c\+\+|as|link|dtc|guest) +\S+$/.test(line);
const isEntered = (line) => /^make(\[\d+\])?: (Entering|Leaving) directory /.test(line);

/**
 * What a reader sees who has the step's directory, on any machine: no path of this one, no lines of
 * make about what it makes, unless it fails.
 * @param output all that the console has shown
 * @param place where it was built and run; see place.mjs
 */
export function clean(output, place, { failed = false } = {}) {
  const temporary = new RegExp(`${escape(os.tmpdir())}/[\\w./-]+`, 'g');
  const lines = output
    .replaceAll('\r', '')
    .replaceAll(place.out, place.shownOut)
    .replaceAll(place.directory, place.shown)
    .replace(/\S*\/share\/qemu\//g, '/usr/share/qemu/')
    .replaceAll(`${root}/`, '')
    .replace(temporary, '/tmp/…')
    .split('\n')
    .filter((line) => !isEntered(line) && (failed || !isCompiled(line)));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The lines of a recorded text, from the first on. */
export const linesOf = (text) => text.replace(/\n$/, '').split('\n');

/** Which lines are the firmware's, [first, last], counted from 1; undefined if it did not run. */
export function firmwareOf(text) {
  const lines = linesOf(text);
  const first = lines.findIndex((line) => /^OpenSBI v/.test(line));
  const last = lines.findIndex((line) => /^Boot HART MEDELEG /.test(line));
  const hasBlank = lines[first - 1] === ''; // with which it begins
  return first < 0 || last < first ? undefined : [hasBlank ? first : first + 1, last + 1];
}

/** The lines that are not the firmware's. */
export function withoutFirmware(text) {
  const [first, last] = firmwareOf(text) ?? [Infinity, 0];
  return linesOf(text).filter((_, index) => index + 1 < first || index + 1 > last);
}

/** The firmware's version, where it has run. */
export const opensbiOf = (text) => /^OpenSBI v([\d.]+)/m.exec(text)?.[1];

/** Whether a Linux has run. */
export const hasLinux = (text) => /^\[ *\d+\.\d+\] /m.test(text);
