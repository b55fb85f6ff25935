// Grades the hypervisor in a directory by what can be seen from outside when it runs:
//
//   node check.mjs DIRECTORY STEP [--only TEST] [--verbose]
//
// STEP is 09 or 09-linux. SEED= chooses the values of a run; without it they are new each time. What
// the code looks like, and what it prints beyond what is asked for, does not matter. The last line
// is `NN of 100 points, seed S`, or `check: ` and what could not be done. The status is 0 for full
// marks, 1 for less, and 2 if there is no mark.
import path from 'node:path';

import { grade } from './grade.mjs';
import { placeOf, shown } from './place.mjs';
import { planOf } from './plan.mjs';
import { chapterReportOf, reportOf, writeLogs } from './report.mjs';
import { refuse } from '../steps.mjs';
import { runCommand, stepOf, workOf } from './student/command.mjs';
import { anySeed } from './values.mjs';

const options = { only: { type: 'string' }, verbose: { type: 'boolean' } };
await runCommand(options, async ({ only, verbose }, [named, wanted]) => {
  const directory = workOf(named);
  const step = stepOf(wanted, directory);
  const { tests } = await planOf(step);
  if (only !== undefined && !tests.some(({ name }) => name === only)) {
    refuse(`ONLY=${only}: ${step} has no such test: ${tests.map(({ name }) => name).join(' ')}`);
  }
  const seed = process.env.SEED || anySeed();
  const place = placeOf(directory);
  const logOf = ({ boot = '' }) => path.join(place, 'logs', `${boot.replace('/', '-')}.txt`);
  console.log(`checkpoint ${step} of ${shown(directory)}`);
  const { fault, results, points, total } = await grade(directory, step, {
    out: path.join(place, 'build'), seed, only,
    onResult: (result) => {
      if (result.test.isOwn || result.state !== 'passed' || verbose) {
        console.log(reportOf(result, { verbose, log: logOf(result) }));
      }
    },
    onChapter: (chapter) => console.log(chapterReportOf(chapter)),
  });
  if (fault !== undefined) {
    console.log(`it does not build:\n${fault.split('\n').slice(0, 30).join('\n')}`);
  }
  writeLogs(results, path.join(place, 'logs'));
  console.log(`${points} of ${total} points, seed ${seed}`);
  return points === total ? 0 : 1;
});
