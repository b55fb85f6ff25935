// A record as text, for people.
import { linesOf } from './record.mjs';

const limit = 40; // lines of a test's report
const marks = { passed: 'ok  ', failed: 'FAIL', 'not reached': '-   ' };
const indent = ' '.repeat(8);

const headOf = (state, points, total, text) =>
  `  ${marks[state]}  ${String(points).padStart(2)}/${String(total).padEnd(2)}  ${text}`;

/** What became of what stays true of an earlier chapter, in a line. */
export const textOfChapter = ({ chapter, asked, failed, points, max }) =>
  headOf(failed.length === 0 ? 'passed' : 'failed', points, max,
    `chapter ${chapter} stays true: ${asked - failed.length} of ${asked} tests`);

/**
 * What became of a test. One of an earlier chapter has no points alone.
 * @param {object} test of a record
 * @param {object} more
 * @param {string} more.log where the log of its run is, if it is somewhere
 * @param {string[]} more.told what its console has shown, if that is wanted
 */
export function textOfTest(test, { log, told = [] } = {}) {
  const text = `${test.name}: ${test.says}`;
  const head = test.own ? headOf(test.state, test.points, test.max, text)
    : `  ${marks[test.state]}         ${text}`;
  const lines = linesOf(test);
  const all = [...lines, ...test.state === 'failed' && log ? [`log       ${log}`] : []];
  const kept = all.length > limit - 1 ? [...all.slice(0, limit - 5), '…', ...all.slice(-3)] : all;
  return [head, ...[...kept, ...told.map((line) => `| ${line}`)].map((line) => indent + line)]
    .join('\n');
}

/** What the compiler has said, where it does not build. */
export const textOfFault = (fault) => ['it does not build:', ...fault].join('\n');

/** A test of an earlier chapter has no line if it has passed: the chapter gets one. */
const hasLine = ({ own, state }) => own || state !== 'passed';

function* partsOf({ tests, chapters, state, fault, reason, box }) {
  if (box === 'none') {
    yield 'graded without a box (UNSAFE=1)';
  }
  if (state === 'refused') {
    yield `refused: ${reason}`;
  } else if (state === 'grader failed') {
    yield `the grader failed, so this is no mark: ${reason}`;
  } else if (state === 'does not build') {
    yield textOfFault(fault);
  }
  yield* tests.filter(({ own }) => own).map((test) => textOfTest(test));
  for (const chapter of chapters) {
    yield* tests.filter((test) => !test.own && test.chapter === chapter.chapter && hasLine(test))
      .map((test) => textOfTest(test));
    yield textOfChapter(chapter);
  }
}

/** The whole record. */
export const textOf = (record) => `${[
  `checkpoint ${record.step}${record.name === '' ? '' : ` of ${record.name}`}`,
  ...partsOf(record),
  `${record.points ?? 'no'} of ${record.total} points, seed ${record.seed}`,
].join('\n')}\n`;
