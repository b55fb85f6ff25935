// The record as Classroom 50's result.json, which is published in the student's repository. Whose
// it is, its runner says in the environment.
import { refuse } from '../../stairs/steps.mjs';
import { itemsOf } from './record.mjs';

/** Its fields, and the variables that have them. */
const fields = {
  classroom: 'CLASSROOM', assignment: 'ASSIGNMENT', assignment_type: 'ASSIGNMENT_TYPE',
  owner: 'OWNER', submission: 'SUBMISSION_TAG', commit: 'COMMIT_URL', release: 'RELEASE_URL',
  review: 'REVIEW_URL',
};

/** Refuses to go on without them. */
export function requireRunner(environment = process.env) {
  const missing = Object.values(fields).filter((name) => !environment[name]);
  if (missing.length > 0) {
    refuse(`${missing.join(', ')}: Classroom 50's runner sets these variables, and here they are `
      + 'not set');
  }
}

/** @param {object} seen what a student may see of a record: seenOf */
export function classroom50Of(seen, environment = process.env) {
  requireRunner(environment);
  const items = itemsOf(seen);
  return {
    schema: 'classroom50/result/v1',
    ...Object.fromEntries(Object.entries(fields)
      .map(([field, name]) => [field, environment[name]])),
    datetime: new Date().toISOString().replace(/\.\d+/, ''), // the runner puts the commit's here
    score: seen.points, 'max-score': seen.total,
    tests: items.map(({ name, says, points, max, passed, lines }) => ({
      'test-name': `${name}: ${says}`, passed, score: points, 'max-score': max,
      output: lines.join('\n'),
    })),
  };
}
