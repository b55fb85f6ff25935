// What `make check` asks of a step: the names of its checks. They are read and not imported, since
// the checks need QEMU, and the site does not.
import { readFileSync } from 'node:fs';
import { refuse } from '../../../common/steps.mjs';
import { remember } from '../remember.mjs';
import { shellHtml, withCode } from './html.mjs';

/** The names of a step's checks. */
export const checksOf = remember((step) => {
  const file = new URL(`../../../common/check/chapters/${step}.mjs`, import.meta.url);
  const [, checks = ''] = readFileSync(file, 'utf8').split('export const checks = {');
  const names = [...checks.matchAll(/^ {2}'((?:[^'\\]|\\.)+)':/gm)].map(([, name]) => name);
  return names.length > 0 ? names.map((name) => name.replace(/\\(.)/g, '$1'))
    : refuse(`common/check/chapters/${step}.mjs has no checks`);
});

/** The checks of a step, as a list. */
export function checkpointHtml(step) {
  const items = checksOf(step).map((name) => `<li>${withCode(name)}</li>`);
  return `${shellHtml(`make -C steps/mine check CHAPTER=${step.slice(0, 2)}`)}<p>It asks:</p>`
    + `<ul>${items.join('')}</ul>`;
}
