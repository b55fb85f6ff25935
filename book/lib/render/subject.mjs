// What a page is about, told by its address.
import { treeOf } from '../blame.mjs';
import { fileSlug } from './site.mjs';

/**
 * Takes the path of a page below book/ apart, as it stands there or as it is built.
 * @returns { kind, step, path }, undefined where there is none; kind is
 *   `chapter`, `whole`, its whole change, or `solutions` of its exercises, of a step;
 *   `list` of a step's files, or `file` of the step and path;
 *   `api`, the reference of a step: its list, or with a path the header of that name;
 *   `prose` for all else
 */
export function subjectOf(page = '') {
  const [, place, step, rest] = /^(?:(files|api)\/)?(\d\d-[^/]+)(?:\/(.+))?$/
    .exec(page.replace(/(\/index)?\.md$/, '')) ?? [];
  if (step === undefined) {
    return { kind: 'prose', step, path: rest };
  }
  if (place === 'api') {
    return { kind: 'api', step, path: rest };
  }
  if (place === 'files') {
    const path = rest && [...treeOf(step).keys()].find((each) => fileSlug(each) === rest);
    return { kind: path ? 'file' : 'list', step, path };
  }
  return { kind: rest ?? 'chapter', step, path: undefined };
}
