// The directory that is graded: the sources that were handed in, and all else as the teacher has it.
// A Makefile, rules or guests of the submission's own are not in it.
import fs from 'node:fs';
import path from 'node:path';

import { root } from '../submission.mjs';

/** @param {Map<string, Buffer>} files by names that `take` has let through */
export function assemble(files, step, directory) {
  const book = path.join(root, 'steps', step);
  fs.mkdirSync(directory, { recursive: true });
  files.forEach((content, name) =>
    fs.writeFileSync(path.join(directory, name), content, { flag: 'wx' }));
  const makefile = fs.readFileSync(path.join(book, 'Makefile'), 'utf8')
    .replace(/^include .*\/common\/step\.mk$/m, `include ${root}/common/step.mk`);
  fs.writeFileSync(path.join(directory, 'Makefile'), makefile);
  if (fs.existsSync(path.join(book, 'guest'))) {
    fs.cpSync(path.join(book, 'guest'), path.join(directory, 'guest'), { recursive: true });
  }
}
