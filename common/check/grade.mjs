// Grades a submission: builds it, boots what its tests look at, each boot once, and asks the tests.
import { makeRun } from './boot.mjs';
import { BoxedSubmission } from './box/submission.mjs';
import { Failure, shortened } from './failure.mjs';
import { Limit } from './limit.mjs';
import { planOf } from './plan.mjs';
import { Submission } from './submission.mjs';
import { describeWhere } from './where.mjs';

/** What came of a test: { state, message }, the message as lines. */
function judge(test, run) {
  if (run.fault !== undefined) {
    return { state: 'failed', message: run.fault.split('\n').slice(0, 12) };
  }
  try {
    test.check(run, run.values);
    return { state: 'passed', message: [] };
  } catch (error) {
    if (!(error instanceof Failure)) {
      throw error; // a fault of the check
    }
    return { state: 'failed', message: error.lines };
  }
}

/** How the run came to its end, or where it stood without one. */
const endOf = (run) => (run.end === undefined ? [] : [
  `last line ${shortened(run.lastLine)}`, `end       ${run.ending}`,
  ...(run.end.where ? describeWhere(run.end.where, run) : []),
]);

/**
 * What asks a test, and those that it needs before: each once, and each boot once.
 * @param results by name; each result is added to it
 */
function asker({ tests, boots }, context, results, onResult) {
  const { limit } = context;
  const runs = new Map();
  /** A boot's first name: chapters may share one, whose values are the same for whoever asks. */
  const nameOf = (boot) => [...boots].find(([, each]) => each === boots.get(boot))[0];
  const runOf = async (name) => {
    if (!runs.has(name)) {
      const run = makeRun(name, boots.get(name), context);
      runs.set(name, await limit.before(run) ?? { fault: limit.line });
    }
    return runs.get(name);
  };
  const judgeAfterParents = async (test) => {
    if (limit.isOver) {
      return { state: 'failed', message: [limit.line] };
    }
    for (const parent of test.parents) {
      const { state } = await ask(tests.find(({ name }) => name === parent));
      if (state !== 'passed') {
        return { state: 'not reached', message: [`needs ${parent}`] };
      }
    }
    const boot = nameOf(`${test.step}/${test.boot}`);
    const start = performance.now();
    const run = await runOf(boot);
    const { state, message } = judge(test, run);
    const seconds = Math.round((performance.now() - start) / 100) / 10;
    return { state, message, run, boot, seconds, where: state === 'failed' ? endOf(run) : [] };
  };
  const ask = async (test) => {
    if (!results.has(test.name)) {
      const found = await judgeAfterParents(test);
      const points = found.state === 'passed' ? test.points : 0;
      results.set(test.name, { test, points, ...found });
      onResult(results.get(test.name));
    }
    return results.get(test.name);
  };
  return ask;
}

/** What became of an earlier chapter, as far as it was asked: { step, points, total, asked, failed }. */
function chapterOf({ step, points: total, names }, results) {
  const asked = names.map((name) => results.get(name)).filter(Boolean);
  const failed = asked.filter(({ state }) => state !== 'passed').map(({ test }) => test.name);
  return { step, asked: asked.length, failed, points: failed.length === 0 ? total : 0, total };
}

/**
 * Grades what is in `directory` as `step`.
 * @param {object} options
 * @param {string} options.out where it is built
 * @param {string} options.seed of all values
 * @param {string} options.qemu which one runs it; without it, QEMU of the environment
 * @param {string} options.only the name of a test: it and those that it needs
 * @param {object} options.hidden tests besides, of class/hidden.mjs
 * @param {object} options.box in which it is built and runs: box/box.mjs. Then only the sources of
 *   `directory` are taken, and Makefile and what else belongs to them is the step's own
 * @param {number} options.seconds for all of it; what is not reached by then fails
 * @param {Function} options.onResult called with each result as soon as it is there
 * @param {Function} options.onChapter called with what became of each chapter before, likewise
 * @param {Function} options.isEnough whether no more is wanted after a result
 * @returns {{ results: object[], chapters: object[], points: number, total: number, fault: string }}
 *   chapters: what became of what stays true of those before; fault: what the compiler has said,
 *   where it does not build
 */
export async function grade(directory, step, {
  out, seed, only, qemu, seconds, hidden, box, onResult = () => {}, onChapter = () => {},
  isEnough = () => false,
}) {
  const submission = box ? new BoxedSubmission(directory, step, out, { qemu, box })
    : new Submission(directory, out, qemu);
  const limit = new Limit(seconds);
  const fault = await limit.before(submission.build()) ?? (limit.isOver ? limit.line : undefined);
  const plan = await planOf(step, hidden);
  if (fault !== undefined) {
    return { fault, results: [], chapters: [], points: 0, total: plan.total };
  }
  const results = new Map();
  const ask = asker(plan, { submission, seed, box, limit }, results, onResult);
  let isDone = false;
  const askAll = async (tests) => {
    for (const test of tests.filter(({ name }) => !only || name === only)) {
      isDone ||= isEnough(await ask(test));
    }
  };
  await askAll(plan.tests.filter(({ isOwn }) => isOwn));
  const chapters = [];
  for (const chapter of plan.lasting) {
    await askAll(plan.tests.filter(({ name }) => chapter.names.includes(name)));
    const became = chapterOf(chapter, results);
    if (became.asked > 0) {
      chapters.push(became);
      onChapter(became);
    }
  }
  const sum = (list) => list.reduce((all, points) => all + points, 0);
  return {
    results: [...results.values()], chapters,
    points: sum([...results.values(), ...chapters].map(({ points }) => points)),
    total: sum([...[...results.values()].map(({ test }) => test.points),
      ...chapters.map(({ total }) => total)]),
  };
}
