// The files that a page is made of: an edit of one of them updates the page in `make book-dev`.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn, stepsDirectory } from '../../../common/stairs/steps.mjs';
import { treeOf } from '../blame.mjs';
import { bookDirectory } from '../page.mjs';
import { stepBefore, steps } from '../steps.mjs';
import { subjectOf } from './subject.mjs';
import { readmePath } from './readme.mjs';

const pathsOf = (step) => [...treeOf(step).keys()].map((path) => join(stepsDirectory, step, path));
const ofPage = (name) =>
  filesIn(join(bookDirectory, name)).map((path) => join(bookDirectory, name, path));

/** The sources of a page, besides its own Markdown. */
export function sourcesOf(page) {
  const { kind, step, path } = subjectOf(page);
  if (kind === 'prose') {
    const own = page.replace(/(\/index)?\.md$/, '');
    return [readmePath, ...(existsSync(join(bookDirectory, own)) ? ofPage(own) : [])];
  }
  if (kind === 'file') {
    return steps.filter((each) => each <= step && treeOf(each).has(path))
      .map((each) => join(stepsDirectory, each, path));
  }
  if (kind === 'api' && path !== undefined) {
    return [join(stepsDirectory, step, `${path}.hpp`)];
  }
  const before = stepBefore(step);
  return [readmePath, ...(before ? pathsOf(before) : []), ...pathsOf(step), ...ofPage(step)];
}
