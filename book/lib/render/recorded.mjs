// What `make recordings` has stored for a chapter in book/NN-name/recorded/, and the other numbers
// that a page may name.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countStep } from '../../../common/stairs/lines.mjs';
import { refuse, stepsDirectory } from '../../../common/stairs/steps.mjs';
import { chapterOf } from '../blame.mjs';
import { constantText } from '../constants.mjs';
import { bookDirectory } from '../page.mjs';
import { remember } from '../remember.mjs';

const placeOf = (step, file) => join(bookDirectory, step, 'recorded', file);
const hint = (step) => `make recordings STEP=${step.slice(0, 2)} records what there is`;

/** recorded.json of a chapter; without one there is nothing in it. */
export const recordedOf = remember((step) => {
  const place = placeOf(step, 'recorded.json');
  const recorded = existsSync(place) ? JSON.parse(readFileSync(place, 'utf8')) : {};
  return { versions: {}, states: [], numbers: {}, runs: {}, ...recorded };
});

/** The text of a run, or of its `second`. */
export function textOf(step, { file }) {
  const place = placeOf(step, file);
  return existsSync(place) ? readFileSync(place, 'utf8')
    : refuse(`there is no book/${step}/recorded/${file}: ${hint(step)}`);
}

/** A run, as recorded.json has it. */
export const runOf = (step, name) => recordedOf(step).runs[name]
  ?? refuse(`there is no run ${name} of ${step}: ${hint(step)}`);

/** What came of the state after a section. */
export const resultOf = (step, section) =>
  recordedOf(step).states.find((state) => state.section === section)?.result
  ?? refuse(`nothing is recorded of the state after "${section}": ${hint(step)}`);

/** The lines of the whole hypervisor as it is in a step, without blank ones and comments. */
export const linesSoFar = remember((step) => countStep(join(stepsDirectory, step))
  .reduce((sum, { lines }) => sum + lines, 0));

/** A number by its name, or by its format and expression, as a reader writes it. */
export function numberOf(step, name) {
  const { files, added, removed } = chapterOf(step).change;
  const { versions, numbers } = recordedOf(step);
  const constant = constantText(step, name, numbers);
  if (constant !== undefined) {
    return constant;
  }
  const known = {
    'change.files': files, 'change.added': added, 'change.removed': removed,
    lines: linesSoFar(step), ...versions, ...numbers,
  };
  return Object.hasOwn(known, name) ? known[name].toLocaleString('en')
    : refuse(`there is no number ${name}: ${hint(step)}`);
}

/**
 * A number as a page or its drawing names it.
 * @param own the chapter that the page is, if it is one; `15-virtio-blk/lines` is a number of any
 */
export function numberNamed(own, text) {
  const [, step = own, name] = /^(?:(\d\d-[a-z][\w-]*)\/)?(.+)$/.exec(text);
  return step ? numberOf(step, name)
    : refuse(`@(${text}): outside of a chapter it has to begin with the name of one`);
}
