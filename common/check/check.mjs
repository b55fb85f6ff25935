// Grades the hypervisor in a directory by what can be seen from outside when it runs:
//
//   node check.mjs DIRECTORY STEP [--only TEST] [--verbose] [--limit SECONDS]
//      [--json FILE] [--junit FILE] [--gradescope FILE] [--classroom50 FILE]
//
// STEP is 09 or 09-linux. SEED= chooses the values of a run; without it they are new each time. What
// the code looks like, and what it prints beyond what is asked for, does not matter. The last line
// is `NN of 100 points, seed S`, or `check: ` and what could not be done. The status is 0 for full
// marks, 1 for less, and 2 if there is no mark.
import path from 'node:path';

import { grade } from './grade.mjs';
import { placeOf, shown } from './place.mjs';
import { planOf } from './plan.mjs';
import { consoleOf, logOf, writeLogs } from './reports/logs.mjs';
import { chapterOf, recordOf, testOf } from './reports/record.mjs';
import { textOfChapter, textOfFault, textOfTest } from './reports/text.mjs';
import { versionsOf } from './reports/versions.mjs';
import { reportOptions, requirePlaces, writeReports } from './reports/write.mjs';
import { refuse } from '../stairs/steps.mjs';
import { readLimit, runCommand, stepOf, workOf } from './student/command.mjs';
import { anySeed } from './values.mjs';

const options = {
  only: { type: 'string' }, verbose: { type: 'boolean' }, limit: { type: 'string' },
  ...reportOptions,
};

/** What is to be graded, and how; refuses what makes no sense. */
async function readArguments(values, [named, wanted]) {
  const directory = workOf(named);
  const step = stepOf(wanted, directory);
  const { tests } = await planOf(step);
  const { only, limit } = values;
  if (only !== undefined && !tests.some(({ name }) => name === only)) {
    refuse(`ONLY=${only}: ${step} has no such test: ${tests.map(({ name }) => name).join(' ')}`);
  }
  requirePlaces(values);
  return { directory, step, only, seconds: readLimit(limit) };
}

/** What is said of a result as soon as it is there. */
function tell(result, { verbose, logs }) {
  const test = testOf(result);
  if (test.own || test.state !== 'passed' || verbose) {
    const told = verbose && test.state !== 'not reached' ? consoleOf(result) : [];
    console.log(textOfTest(test, { log: shown(logOf(result, logs)), told }));
  }
}

await runCommand(options, async (values, words) => {
  const { directory, step, only, seconds } = await readArguments(values, words);
  const seed = process.env.SEED || anySeed();
  const place = placeOf(directory);
  const logs = path.join(place, 'logs');
  console.log(`checkpoint ${step} of ${shown(directory)}`);
  const result = await grade(directory, step, {
    out: path.join(place, 'build'), seed, only, seconds,
    onResult: (each) => tell(each, { verbose: values.verbose, logs }),
    onChapter: (chapter) => console.log(textOfChapter(chapterOf(chapter))),
  });
  const record = recordOf(result, {
    step, name: path.basename(directory), seed, versions: versionsOf(),
  });
  if (record.state === 'does not build') {
    console.log(textOfFault(record.fault));
  }
  writeLogs(result.results, logs);
  writeReports(record, record, values);
  console.log(`${record.points} of ${record.total} points, seed ${record.seed}`);
  return record.points === record.total ? 0 : 1;
});
