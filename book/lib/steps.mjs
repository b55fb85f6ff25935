// The steps as the book sees them: their names, and the files of each.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesIn, listSteps, number, stepsDirectory } from '../../common/stairs/steps.mjs';

/** The steps' names, from the first on. */
export const steps = listSteps(stepsDirectory);

/** The step with that number, as in "07"; undefined if there is none. */
export const stepOf = (digits) => steps.find((step) => number(step) === Number(digits));

/** The step before `step`; undefined for the first. */
export const stepBefore = (step) => steps[steps.indexOf(step) - 1];

/**
 * The files of a step: from path to text.
 * @param step its name; undefined stands for what is there before the first: nothing
 */
export function filesOf(step, directory = stepsDirectory) {
  const paths = step === undefined ? [] : filesIn(join(directory, step));
  return new Map(paths.map((path) => [path, readFileSync(join(directory, step, path), 'utf8')]));
}

/** The lines of a text, without their ends; none of a file that is not there. */
export const linesOf = (text) => (text ?? '').split('\n').slice(0, -1);
