// What a box shows, all of it read-only: the tools, the rules by which a step is built, and what
// the guests are made of. All else of this machine is not in it.
import fs from 'node:fs';
import path from 'node:path';

import { filesIn, refuse } from '../../stairs/steps.mjs';
import { root } from '../submission.mjs';

/** Where a system keeps its programs. BOX_TOOLS= names more such directories. */
const tools = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc/alternatives',
  '/etc/ld.so.cache', ...(process.env.BOX_TOOLS ?? '').split(':').filter(Boolean)];

/** What step.mk needs of common/. */
const rules = ['step.mk', 'tools.mk', 'names.mk', 'started.sh', 'install', 'headers.hpp',
  'include', 'string.c', 'chacha20.c'].map((name) => path.join(root, 'common', name));

/** The kernel, the disk and libfdt. */
const guestFiles = path.join(root, 'build', 'guest');

const existing = (files) => files.filter((file) => fs.existsSync(file));

/** A path without links, as far as it is there. */
const real = (file) => (fs.existsSync(file) ? fs.realpathSync(file)
  : path.join(real(path.dirname(file)), path.basename(file)));

/** A place below a directory that is shown as a whole would be seen with all that is in it. */
export function requireOutside(file) {
  const around = existing(tools).find((directory) =>
    `${real(file)}/`.startsWith(`${real(directory)}/`));
  if (around !== undefined) {
    refuse(`${file}: a box shows all of ${around}: this has to lie in another place`);
  }
}

/** @returns {string[]} what is to be built with */
export function shownTools() {
  requireOutside(root);
  return existing(tools);
}

/** None before `make guest`, which the first steps do not need. */
export const shownGuests = () => existing([guestFiles]);

export const shownRules = () => existing([...rules, guestFiles]);

/** The rules, and each file of the guests. */
export const shownFiles = () => [...shownRules(), ...filesIn(guestFiles)
  .map((name) => path.join(guestFiles, name))];

/** @param {(string|string[])[]} shows a file or directory alone is seen under its own name */
export const asPairs = (shows) => shows.flatMap((each) =>
  (typeof each === 'string' ? [each, each] : each));

/** What a command finds in its environment: nothing of who has started the grader. */
export const environmentIn = (scratch) => Object.entries({
  PATH: ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin',
    ...(process.env.BOX_TOOLS ?? '').split(':').filter(Boolean)
      .flatMap((directory) => [directory, `${directory}/bin`])].join(':'),
  HOME: scratch, TMPDIR: scratch, LC_ALL: 'C',
  ...process.env.LLVM_SUFFIX === undefined ? {}
    : { WORKBOOK_LLVM_SUFFIX: process.env.LLVM_SUFFIX },
}).map(([name, value]) => `${name}=${value}`);
