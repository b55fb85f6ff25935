// The record of a grading: all that is reported of it, as data. Every report is made of it alone.
// schemas/record.schema.json says what it has.
import { refuse, number } from '../../stairs/steps.mjs';
import { plain, plainLines } from './plain.mjs';

/** The version of the format: another one where a reader of the old would go wrong. */
export const version = 1;

const limit = 35; // lines of a test's message

const sum = (list, what) => list.reduce((all, each) => all + each[what], 0);

/** Why a test has no points: lines. */
const reasonOf = ({ state, message, where = [] }) => (state === 'not reached'
  ? [`${message[0]}, which has not passed`] : [...message, ...where]);

/** What the record has of a test's result. */
export function testOf(result) {
  const { test, state, points, seconds = 0 } = result;
  return {
    name: test.name, says: test.says, chapter: number(test.step), section: test.section,
    own: test.isOwn, hidden: Boolean(test.isHidden), points, max: test.points, state,
    message: state === 'passed' ? [] : plainLines(reasonOf(result).join('\n'), limit),
    hint: state === 'failed' ? test.hints[0] ?? '' : '', seconds,
  };
}

/** What it has of an earlier chapter. */
export const chapterOf = ({ step, points, total, asked, failed }) =>
  ({ chapter: number(step), points, max: total, asked, failed });

/**
 * The record of a grading.
 * @param {object} result of grade(); nothing where it has not come to that
 * @param {object} about
 * @param {string} about.step as 09-linux
 * @param {string} about.name whose it is
 * @param {string} about.seed
 * @param {string} about.box its kind: root, user or none
 * @param {object} about.versions { qemu, compiler, checks }: versionsOf
 * @param {string} about.state of one that was not graded: refused, grader failed
 * @param {string} about.reason why, in a line
 */
export function recordOf(result, { step, name, seed, box = 'none', versions, state, reason = '' }) {
  const { fault, results = [], chapters = [], points = 0, total = 100 } = result ?? {};
  const became = state ?? (fault === undefined ? 'graded' : 'does not build');
  return {
    version, step, name: plain(name), state: became, reason: plain(reason),
    seed: plain(seed),
    points: became === 'grader failed' ? null : points, total, box, versions,
    tests: results.map(testOf), chapters: chapters.map(chapterOf),
    fault: fault === undefined ? [] : plainLines(fault, 30),
  };
}

/** All that is told of a test that has not passed. */
export const linesOf = ({ message, hint, chapter, section }) => [...message,
  ...hint === '' ? [] : [`hint      ${hint}`],
  ...hint === '' || section === '' ? [] : [`section   chapter ${chapter}, “${section}”`]];

/** What stays true of an earlier chapter, as one item. */
function itemOfChapter({ chapter, points, max, asked, failed }, tests) {
  const broken = tests.filter((test) => !test.own && failed.includes(test.name));
  return {
    name: `chapter-${chapter}`, chapter, points, max, hidden: false,
    passed: failed.length === 0,
    says: `chapter ${chapter} stays true: ${asked - failed.length} of ${asked} tests`,
    lines: broken.flatMap((test) => [`${test.name}: ${test.says}`, ...linesOf(test)]),
    seconds: sum(tests.filter((test) => !test.own && test.chapter === chapter), 'seconds'),
  };
}

/**
 * What has points, in one list: the step's own tests, and each earlier chapter. What was not graded
 * has one item that has failed, so that nobody takes an empty list for a success.
 * @returns {{ name, says, chapter, points, max, hidden, passed, lines, seconds }[]}
 */
export function itemsOf(record) {
  const { step, state, tests, chapters, total, fault, reason } = record;
  if (state === 'grader failed') {
    refuse(`the grader failed, so there is no mark: ${reason}`);
  }
  if (state !== 'graded') {
    return [{
      name: state === 'refused' ? 'taken' : 'builds', chapter: number(step), points: 0, max: total,
      says: state === 'refused' ? 'what was handed in is taken' : 'the hypervisor builds',
      hidden: false, passed: false, lines: state === 'refused' ? [reason] : fault, seconds: 0,
    }];
  }
  return [
    ...tests.filter(({ own }) => own).map((test) => ({
      name: test.name, says: test.says, chapter: test.chapter, points: test.points, max: test.max,
      hidden: test.hidden, passed: test.state === 'passed', lines: linesOf(test),
      seconds: test.seconds,
    })),
    ...chapters.map((chapter) => itemOfChapter(chapter, tests)),
  ];
}
