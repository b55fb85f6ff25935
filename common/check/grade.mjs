// Grades a submission: builds it, boots what its tests look at, each boot once, and asks the tests.
import { makeRun } from './boot.mjs';
import { Failure, shortened } from './failure.mjs';
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
  ...(run.end.where ? describeWhere(run.end.where, run.elf) : []),
]);

/** Grades in the order in which tests stand, but parents first. */
async function judgeAll(tests, boots, context, { onResult, isEnough }) {
  const runs = new Map();
  const results = new Map();
  const of = async (test) => {
    if (results.has(test.name)) {
      return results.get(test.name);
    }
    for (const parent of test.parents) {
      const { state } = await of(tests.find(({ name }) => name === parent));
      if (state !== 'passed') {
        const result = { test, state: 'not reached', points: 0, message: [`needs ${parent}`] };
        results.set(test.name, result);
        onResult(result);
        return result;
      }
    }
    const key = `${test.step}/${test.boot}`;
    const boot = boots.get(key); // chapters may share one
    if (!runs.has(boot)) {
      runs.set(boot, await makeRun(key, boot, context));
    }
    const run = runs.get(boot);
    const { state, message } = judge(test, run);
    const result = {
      test, state, message, run, boot: key,
      points: state === 'passed' ? test.points : 0,
      where: state === 'failed' ? endOf(run) : [],
    };
    results.set(test.name, result);
    onResult(result);
    return result;
  };
  for (const test of tests.filter(({ isWanted }) => isWanted)) {
    if (isEnough(await of(test))) {
      break;
    }
  }
  return [...results.values()];
}

/**
 * Grades what is in `directory` as `step`.
 * @param {object} options
 * @param {string} options.out where it is built
 * @param {string} options.seed of all values
 * @param {string} options.qemu which one runs it; without it, QEMU of the environment
 * @param {string} options.only the name of a test: it and those that it needs
 * @param {Function} options.onResult called with each result as soon as it is there
 * @param {Function} options.isEnough whether no more is wanted after a result
 * @returns {{ results: object[], points: number, total: number, fault: string }} fault: what the
 *   compiler has said, where it does not build
 */
export async function grade(directory, step, {
  out, seed, only, qemu, onResult = () => {}, isEnough = () => false,
}) {
  const { tests, boots } = await planOf(step);
  const wanted = tests.map((test) => ({ ...test, isWanted: !only || test.name === only }));
  const submission = new Submission(directory, out, qemu);
  const fault = await submission.build();
  const results = fault === undefined
    ? await judgeAll(wanted, boots, { submission, seed }, { onResult, isEnough }) : [];
  const sum = (list) => list.reduce((all, { points }) => all + points, 0);
  return {
    fault, results, points: sum(results),
    total: fault === undefined && only ? sum(results.map(({ test }) => test)) : 100,
  };
}
