// Grades one submission, or builds the book's step, in a process of its own, which pool.mjs starts:
// it gets a job, answers with what came of it or with what has failed, and ends. When whoever has
// started it is gone, it ends what it has started, and itself.
import path from 'node:path';

import { Box } from '../box/box.mjs';
import { grade } from '../grade.mjs';
import { recordOf } from '../reports/record.mjs';
import { root, Submission } from '../submission.mjs';
import { readHidden } from './hidden.mjs';
import { endMarked, markName } from './processes.mjs';

/** Where a fault of the grader is: what it says, and the first place of its stack. */
const wordsOf = (error) => String(error.stack ?? error).split('\n').slice(0, 2)
  .map((line) => line.trim()).join(' ');

/** Builds the book's step: { fault }. What all submissions share is made on the way. */
async function buildBook({ step, out }) {
  const book = new Submission(path.join(root, 'steps', step), out);
  return { fault: await book.build() ?? (await book.machine({})).fault };
}

/** Grades a submission: { record }. */
async function gradeIt({ directory, out, step, about, checks, seconds }) {
  const box = new Box({ kind: about.box });
  try {
    const hidden = await readHidden(checks, step);
    const result = await grade(directory, step,
      { out, seed: about.seed, hidden, box, seconds });
    return { record: recordOf(result, about) };
  } finally {
    await box.close();
  }
}

async function answerTo(job) {
  try {
    return await (job.directory === undefined ? buildBook : gradeIt)(job);
  } catch (error) {
    return { failure: wordsOf(error) };
  }
}

process.on('disconnect', () => {
  endMarked(process.env[markName]);
  process.exit(1);
});

process.once('message', async (job) => {
  process.send(await answerTo(job), () => process.exit(0));
});
