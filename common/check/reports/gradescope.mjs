// The record as Gradescope's results.json. There is no score at the top: it would take the place of
// the sum. Hidden tests are there, to be seen when the marks are published.
import { itemsOf } from './record.mjs';

/** How the points were found, for a line above the tests. */
const sourceOf = ({ seed, box, versions }) => `seed ${seed}, QEMU ${versions.qemu}, clang ${
  versions.compiler}, checks ${versions.checks}${box === 'none' ? ', without a box' : ''}`;

const testOf = ({ name, says, points, max, passed, lines, hidden }) => ({
  name: `${name}: ${says}`, name_format: 'text', score: points, max_score: max,
  status: passed ? 'passed' : 'failed', output: lines.join('\n'), output_format: 'text',
  visibility: hidden ? 'after_published' : 'visible',
});

/**
 * @param {object} record
 * @param {object} seen what its student may see of it: all there is of one that was not graded
 * @returns {object} what results.json has
 */
export const gradescopeOf = (record, seen = record) => ({
  output: sourceOf(seen),
  output_format: 'text',
  tests: itemsOf(record.state === 'graded' ? record : seen).map(testOf),
});
