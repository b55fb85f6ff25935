// make recordings: runs what the pages quote, and stores it. record.mjs [NN]
// One line for each run; then, in one line each, what cannot be recorded, which stays as it was.

import { Refusal, refuse } from '../../common/stairs/steps.mjs';
import { qemus } from '../../common/test/machine.mjs';
import { stepOf, steps } from '../lib/steps.mjs';
import { runBookTool } from '../lib/tool.mjs';
import { recordChapter, workers } from './chapter.mjs';
import { stopAll } from './run.mjs';
import { faultOf, store } from './store.mjs';

/** What could not be recorded, one line each. */
function* errorsOf({ step, error, runs, states, numbers }) {
  if (error) {
    yield error;
  }
  for (const [name, run] of Object.entries(runs)) {
    const { results } = run;
    const failed = results.findIndex((result) => faultOf(run, result));
    if (failed >= 0) {
      const where = results.length > 1 ? ` on QEMU ${qemus[failed].version}` : '';
      yield `book/${step}/runs.mjs: ${name}${where}: ${faultOf(run, results[failed])}`;
    }
  }
  for (const { error: reason } of states.filter((state) => state.error)) {
    yield `book/${step}.md: ${reason}`;
  }
  for (const [name, { error: reason }] of Object.entries(numbers)) {
    if (reason) {
      yield `book/${step}/runs.mjs: ${name}: ${reason}`;
    }
  }
}

async function record(step, work) {
  const shown = (name) => `${step.padEnd(20)} ${name.padEnd(24)}`;
  const note = (name, seconds) => {
    if (!work.isClosed) {
      console.log(`${shown(name)} ${seconds.toFixed(1).padStart(5)} s`);
    }
  };
  try {
    const chapter = await recordChapter(step, { work, note });
    if (work.isClosed) {
      return [];
    }
    for (const name of store(chapter)) {
      console.log(`${shown(name)} is new`);
    }
    return [...errorsOf(chapter)];
  } catch (error) {
    if (!(error instanceof Refusal)) {
      throw error;
    }
    return work.isClosed ? [] : [error.message];
  }
}

async function main([number]) {
  if (qemus.length < 2) {
    refuse('recordings need both QEMUs: make -C common/qemu second');
  }
  const wanted = number === undefined ? steps
    : [stepOf(number) ?? refuse(`STEP=${number}: there is no step of that number`)];
  const work = workers(2);
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => {
      work.close();
      stopAll();
    });
  }
  const errors = (await Promise.all(wanted.map((step) => record(step, work)))).flat();
  errors.forEach((error) => console.error(error));
  return work.isClosed ? 130 : errors.length === 0 ? 0 : 1;
}

await runBookTool(async () => {
  process.exitCode = await main(process.argv.slice(2));
});
