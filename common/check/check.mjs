// Grades the hypervisor in a directory by what can be seen from outside when it runs:
//
//   node check.mjs DIRECTORY STEP [--only TEST] [--verbose]
//
// STEP is 09 or 09-linux. SEED= chooses the values of a run; without it they are new each time. What
// the code looks like, and what it prints beyond what is asked for, does not matter. The last line
// is `NN of 100 points, seed S`, or `check: ` and what could not be done. The status is 0 for full
// marks, 1 for less, and 2 if there is no mark.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { grade } from './grade.mjs';
import { checkpoints } from './plan.mjs';
import { reportOf, writeLogs } from './report.mjs';
import { root } from './submission.mjs';
import { anySeed } from './values.mjs';

function refuse(message) {
  console.error(`check: ${message}`);
  process.exit(2);
}

/** A directory for what is made on the way: its own for each that is graded. */
function placeFor(directory) {
  const hash = createHash('sha256').update(path.resolve(directory)).digest('hex').slice(0, 8);
  return path.join(root, 'build', 'check', `${path.basename(path.resolve(directory))}-${hash}`);
}

function readArguments() {
  const { values: { only, verbose }, positionals: [directory, wanted] } = parseArgs({
    allowPositionals: true,
    options: { only: { type: 'string' }, verbose: { type: 'boolean' } },
  });
  if (!directory || !fs.existsSync(path.join(directory, 'Makefile'))) {
    refuse(`${directory ?? 'no directory'}: name one with a Makefile that includes common/step.mk`);
  }
  const number = /^\d\d/.exec(wanted ?? path.basename(path.resolve(directory)))?.[0];
  const step = checkpoints.find((name) => name.startsWith(`${number}-`));
  return { directory, only, verbose, step: step ?? refuse(`there is no checkpoint ${wanted
    ?? number ?? ''}: say STEP=09, or another of ${checkpoints.map((name) => name.slice(0, 2))
    .join(' ')}`) };
}

const { directory, step, only, verbose } = readArguments();
const seed = process.env.SEED || anySeed();
const place = placeFor(directory);
console.log(`checkpoint ${step}`);
const { fault, results, points, total } = await grade(directory, step, {
  out: path.join(place, 'build'), seed, only,
  onResult: (result) => console.log(reportOf(result, {
    verbose, log: path.join(place, 'logs', `${result.boot?.replace('/', '-')}.txt`),
  })),
}).catch((error) => refuse(error.message));
if (fault !== undefined) {
  console.log(`it does not build:\n${fault.split('\n').slice(0, 30).join('\n')}`);
} else if (results.length === 0) {
  refuse(`there is no test ${only} in checkpoint ${step}`);
}
writeLogs(results, path.join(place, 'logs'));
console.log(`${points} of ${total} points, seed ${seed}`);
process.exitCode = points === total ? 0 : 1;
