// Grades a class: every submission in a directory, into one table, one file, and a report for each
// student. results.mjs says where it lies.
//
//   node grade.mjs SUBMISSIONS STEP [--jobs N] [--roster FILE] [--checks DIRECTORY] [--only NAME]
//      [--out DIRECTORY] [--unsafe]
//
// SEED= chooses the values for the whole class; without it they are those of the run before, or
// new. A run goes on where another has stopped, and grades anew what has changed. The status is 0
// when each submission was graded, does not build or was refused, 1 when the grader failed with
// one, and 2 when nothing could be graded.
import fs from 'node:fs';
import path from 'node:path';

import { refuse, Refusal } from '../../stairs/steps.mjs';
import { Box } from '../box/box.mjs';
import { planOf } from '../plan.mjs';
import { plain } from '../reports/plain.mjs';
import { recordOf } from '../reports/record.mjs';
import { seenOf } from '../reports/seen.mjs';
import { versionsOf } from '../reports/versions.mjs';
import { atSignals, runCommand } from '../student/command.mjs';
import { anySeed } from '../values.mjs';
import { compareAll } from './copies.mjs';
import { readHidden } from './hidden.mjs';
import { checksHash, keyOf } from './key.mjs';
import { endAll, forEach, forTests, inProcess, removeScratch, scratchPlace } from './pool.mjs';
import { Results } from './results.mjs';
import { options, settingsOf } from './settings.mjs';
import { listSubmissions } from './submissions.mjs';
import { takeFrom } from './take.mjs';

/** What is taken of a submission: { files }, { refusal }, or { failure } of the grader. */
function tryToTake({ file }) {
  try {
    return { files: takeFrom(file) };
  } catch (error) {
    return error instanceof Refusal ? { refusal: error.message } : { failure: error.message };
  }
}

/** The book's own step has to build here, or nobody's would. */
async function prepare(step, scratch) {
  const { fault, failure } = await inProcess(scratch, (place) =>
    ({ step, out: path.join(place, 'build') }));
  if ((fault ?? failure) !== undefined) {
    refuse(`the book's own ${step} does not build here, so nothing is graded: ${
      (fault ?? failure).split('\n')[0]}`);
  }
}

/** Puts what was taken into a directory of its own. */
function writeSources(files, directory) {
  fs.mkdirSync(directory);
  files.forEach((content, name) =>
    fs.writeFileSync(path.join(directory, name), content, { flag: 'wx' }));
}

/** Grades one, or says why not: its record. */
async function recordFor({ name, taken }, { settings, about, plan, scratch }) {
  const { step, checks } = settings;
  const own = { ...about, step, name };
  const without = (state, reason) => recordOf({ total: plan.total }, { ...own, state, reason });
  if (taken.refusal !== undefined) {
    return without('refused', taken.refusal);
  }
  if (taken.failure !== undefined) {
    return without('grader failed', taken.failure);
  }
  const { record, failure } = await inProcess(scratch, (place) => {
    const directory = path.join(place, 'submission');
    writeSources(taken.files, directory);
    const out = path.join(place, 'build');
    return { directory, out, step, checks, about: own, seconds: forTests };
  }).catch((error) => ({ failure: error.message }));
  return record ?? without('grader failed', failure);
}

/** What is to be graded: what is new, what has changed, what has failed, and what is named. */
function waiting(submissions, results, { only }) {
  if (only !== undefined) {
    const named = submissions.filter(({ name, file }) =>
      [name, path.basename(file)].includes(only));
    return named.length > 0 ? named
      : refuse(`ONLY=${only}: there is no such submission: say a name of the table`);
  }
  return submissions.filter(({ name, key }) => {
    const known = results.recall(name);
    return known?.key !== key || known.record.state === 'grader failed';
  });
}

const markOf = ({ state, points, total, reason }) => (state === 'graded'
  ? `${points} of ${total} points` : [state, plain(reason)].filter(Boolean).join(': '));

/** Grades those that wait, and says so of each. */
async function gradeAll(list, results, context) {
  const open = { plan: await planOf(context.settings.step), versions: versionsOf() };
  let count = 0;
  await forEach(list, context.settings.jobs, async (submission) => {
    const { name, file, key } = submission;
    const record = await recordFor(submission, context);
    results.store({ name, key, file: path.basename(file), record }, seenOf(record, open));
    console.log(`  ${String(count += 1).padStart(3)} of ${list.length}  ${plain(name)}: ${
      markOf(record)}`);
  });
}

/** How many are in each state. */
function counted(records) {
  const states = ['graded', 'does not build', 'refused', 'grader failed'];
  return states.map((state) => `${records.filter((record) => record.state === state).length} ${
    state}`).join(', ');
}

/** What the roster, the submissions and the results do not have in common. */
function tellDifferences({ missing, strangers, submissions }, results) {
  const tell = (names, words) => names.length > 0
    && console.log(`grade: ${words}: ${names.map(plain).join(', ')}`);
  const there = new Set(submissions.map(({ name }) => name));
  tell(missing, 'in the roster, and nothing handed in');
  tell(strangers, 'not in the roster, so called by the file');
  tell(results.names().filter((name) => !there.has(name)),
    'graded before, and no longer there, so the result stays');
}

const boxWords = { root: 'in boxes', user: 'in boxes', none: 'without a box' };

/** Grades the class: whether the grader failed with nobody. */
async function gradeClass({ list, hidden, box, ...settings }, results, scratch) {
  const { step, checks } = settings;
  const seed = results.seedFor(step,
    { wanted: process.env.SEED, any: anySeed, isForAll: settings.only === undefined });
  const versions = versionsOf({ checks, step });
  const about = { seed, box: box.kind, versions };
  const plan = await planOf(step, hidden);
  const context = {
    ...versions, seed, step, box: about.box, rules: checksHash(step, checks),
    scale: process.env.TIMEOUT_SCALE || '1',
  };
  const submissions = list.submissions.map((submission) => {
    const taken = tryToTake(submission);
    return { ...submission, taken, key: keyOf(taken, context) };
  });
  const todo = waiting(submissions, results, settings);
  console.log(`grade: ${submissions.length} submissions as ${step}, seed ${seed}, ${
    boxWords[about.box]}: ${todo.length} to grade; results in ${settings.out}`);
  tellDifferences(list, results);
  if (todo.length > 0) {
    await prepare(step, scratch);
    await gradeAll(todo, results, { settings, about, plan, scratch });
  }
  results.summarize({ step, ...about }, compareAll(submissions.filter(({ taken }) => taken.files)
    .map(({ name, taken }) => ({ name, files: taken.files })), step));
  const records = results.names().map((name) => results.recall(name).record);
  console.log(`grade: ${counted(records)}; ${path.join(settings.out, 'results.csv')}`);
  return records.every(({ state }) => state !== 'grader failed');
}

await runCommand(options, async (values, words) => {
  const settings = settingsOf(values, words);
  const list = listSubmissions(settings.submissions, settings);
  const hidden = await readHidden(settings.checks, settings.step);
  const { submissions, out, checks } = settings;
  const box = await Box.open({ unsafe: settings.isUnsafe, hides: [submissions, out, checks] });
  const results = new Results(settings.out);
  const scratch = scratchPlace();
  results.take(scratch); // who is killed from here on leaves a note of it
  fs.mkdirSync(scratch, { mode: 0o700 });
  atSignals(() => {
    endAll();
    removeScratch(scratch);
    results.release();
    console.error('grade: interrupted: the same command goes on');
  });
  try {
    return await gradeClass({ ...settings, list, hidden, box }, results, scratch) ? 0 : 1;
  } finally {
    removeScratch(scratch);
    results.release();
  }
});
