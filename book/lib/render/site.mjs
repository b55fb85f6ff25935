// What stands where on the site, and what git knows of its sources.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { versionsOf } from '../blame.mjs';
import { readParameters } from '../parameters.mjs';

export const { base, siteUrl, repoUrl, hasEditions } = readParameters();

/** The address of a page of the site, as it stands in HTML: from `07-hypercall/`. */
export const hrefOf = (page) => base + page;

const at = (page, id) => hrefOf(id === undefined ? page : `${page}#${id}`);

export const chapterHref = (step, id) => at(`${step}/`, id);
export const wholeHref = (step, id) => at(`${step}/whole/`, id);
export const solutionHref = (step, name) => at(`${step}/solutions/`, name);
export const listHref = (step) => hrefOf(`files/${step}/`);
export const referenceHref = (step) => hrefOf(`api/${step}/`);

/** The patch of a step, among the built files, and its address. */
export const patchFile = (step) => `${step}/whole/${step}.patch`;
export const patchHref = (step) => hrefOf(patchFile(step));

/** The step whose page has a file as it is in `step`. */
export const versionAt = (step, path) => versionsOf(path).findLast((version) => version <= step);

/**
 * A file's name in addresses: guest/tree.cpp is guest-tree.cpp. VitePress makes one name of the
 * whole address of a page, with _ for each slash, and there is a guest_tree.cpp as well.
 */
export const fileSlug = (path) => path.replaceAll('/', '-');

/** The page of a file as it is in `step`, at a line if one is given. */
export const fileHref = (step, path, line) =>
  at(`files/${versionAt(step, path)}/${fileSlug(path)}/`, line && `L${line}`);

/** The id of a file on a page with a whole change. */
export const fileId = (path) => path.replace(/[^\w.]+/g, '-');

/** What is shown: { version, commit, date }; of git's each is `unknown` where it does not know. */
export function revision() {
  const ask = (...args) => {
    try {
      const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
      return execFileSync('git', args, options).trim() || 'unknown';
    } catch {
      return 'unknown';
    }
  };
  return {
    version: JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url))).version,
    commit: ask('rev-parse', '--short=10', 'HEAD'),
    date: ask('log', '-1', '--format=%cs'),
  };
}
