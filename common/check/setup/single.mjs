// Grades one submission where a service for a class asks for it, as `make grade` does for many:
//
//   node single.mjs SUBMISSION STEP [--checks DIRECTORY] [--limit SECONDS] [--unsafe]
//      [--json FILE] [--junit FILE] [--gradescope FILE] [--classroom50 FILE]
//
// SUBMISSION is a directory or an archive. SEED= chooses the values. What is printed is what a
// student may see. The status is 0 if there is a mark, whatever it is.
import fs from 'node:fs';
import path from 'node:path';

import { Refusal, refuse } from '../../stairs/steps.mjs';
import { Box } from '../box/box.mjs';
import { readHidden } from '../class/hidden.mjs';
import { takeFrom } from '../class/take.mjs';
import { grade } from '../grade.mjs';
import { planOf } from '../plan.mjs';
import { recordOf } from '../reports/record.mjs';
import { seenOf } from '../reports/seen.mjs';
import { textOf } from '../reports/text.mjs';
import { versionsOf } from '../reports/versions.mjs';
import { reportOptions, requirePlaces, writeReports } from '../reports/write.mjs';
import { readLimit, runCommand, stepOf } from '../student/command.mjs';
import { temporaryDirectory } from '../temporary.mjs';
import { anySeed } from '../values.mjs';

const options = {
  checks: { type: 'string' }, limit: { type: 'string' }, unsafe: { type: 'boolean' },
  ...reportOptions,
};

/** What is taken of a submission: { files }, or { reason } why nothing is. */
function takeOrSay(submission) {
  try {
    return { files: takeFrom(submission) };
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error; // a fault of the grader
    }
    return { reason: error.message };
  }
}

/** Grades what was taken, in a box of its own. */
async function gradeFiles(files, step, { box, hidden, seed, seconds }) {
  const place = temporaryDirectory('single');
  try {
    const directory = path.join(place, 'submission');
    fs.mkdirSync(directory);
    files.forEach((content, name) => fs.writeFileSync(path.join(directory, name), content));
    const out = path.join(place, 'out');
    return await grade(directory, step, { out, box, hidden, seed, seconds });
  } finally {
    await box.close();
    fs.rmSync(place, { recursive: true });
  }
}

await runCommand(options, async (values, [submission = '', wanted]) => {
  const { checks, limit, unsafe } = values;
  if (!fs.existsSync(submission)) {
    refuse(`${submission}: there is no such submission: name a directory or an archive`);
  }
  const step = stepOf(wanted);
  const seconds = readLimit(limit);
  requirePlaces(values);
  const hidden = await readHidden(checks && path.resolve(checks), step);
  const box = await Box.open({ unsafe, hides: [checks] });
  const about = {
    step, name: '', seed: process.env.SEED || anySeed(), box: box.kind,
    versions: versionsOf({ checks, step }),
  };
  const { files, reason } = takeOrSay(submission);
  const record = files === undefined ? recordOf(undefined, { ...about, state: 'refused', reason })
    : recordOf(await gradeFiles(files, step, { box, hidden, seed: about.seed, seconds }), about);
  const seen = seenOf(record, { plan: await planOf(step), versions: versionsOf() });
  writeReports(record, seen, values);
  process.stdout.write(textOf(seen));
});
