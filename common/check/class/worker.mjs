// Grades one submission in a process of its own, which class/pool.mjs starts: it gets a job, answers
// with a record, and ends. A fault of it is the end of it alone. When whoever has started it is
// gone, it ends what it has started, and itself.
import { grade } from '../grade.mjs';
import { recordOf } from '../reports/record.mjs';
import { readHidden } from './hidden.mjs';
import { endMarked, markName } from './processes.mjs';

process.on('disconnect', () => {
  endMarked(process.env[markName]);
  process.exit(1);
});

process.once('message', async ({ directory, out, step, about, checks }) => {
  const hidden = await readHidden(checks, step);
  const result = await grade(directory, step, { out, seed: about.seed, hidden });
  process.send({ record: recordOf(result, about) }, () => process.exit(0));
});
