// Grades one submission in a process of its own, which class/pool.mjs starts: it gets a job, answers
// with a record or with what has failed, and ends. When whoever has started it is gone, it ends what
// it has started, and itself.
import { Box } from '../box/box.mjs';
import { grade } from '../grade.mjs';
import { recordOf } from '../reports/record.mjs';
import { readHidden } from './hidden.mjs';
import { endMarked, markName } from './processes.mjs';

/** Where a fault of the grader is: what it says, and the first place of its stack. */
const wordsOf = (error) => String(error.stack ?? error).split('\n').slice(0, 2)
  .map((line) => line.trim()).join(' ');

async function answerTo({ directory, out, step, about, checks }) {
  const box = new Box({ kind: about.box });
  try {
    const hidden = await readHidden(checks, step);
    const result = await grade(directory, step, { out, seed: about.seed, hidden, box });
    return { record: recordOf(result, about) };
  } catch (error) {
    return { failure: wordsOf(error) };
  } finally {
    await box.close();
  }
}

process.on('disconnect', () => {
  endMarked(process.env[markName]);
  process.exit(1);
});

process.once('message', async (job) => {
  process.send(await answerTo(job), () => process.exit(0));
});
