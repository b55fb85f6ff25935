// Runs all that a chapter's runs.mjs asks for, and builds each state of its page.

import path from 'node:path';

import { refuse } from '../../common/steps.mjs';
import { qemus } from '../../common/test/machine.mjs';
import { bookDirectory } from '../lib/page.mjs';
import { readChapter } from '../lib/states.mjs';
import { filesOf } from '../lib/steps.mjs';
import { ChangingPlace, compileError, Place } from './place.mjs';
import { commandOf, runCommand, runOn } from './run.mjs';
import { readRuns } from './runs.mjs';
import { clean, withoutFirmware } from './text.mjs';
import { readVersions } from './versions.mjs';

/**
 * A function that does what it is given, but never more than `count` things at a time, and nothing
 * more once `close` was called.
 */
export function workers(count) {
  const waiting = [];
  let free = count;
  const work = async (doIt) => {
    if (free === 0) {
      await new Promise((resolve) => { waiting.push(resolve); });
    } else {
      --free;
    }
    try {
      return work.isClosed ? refuse('interrupted') : await doIt();
    } finally {
      const next = waiting.shift();
      if (next) {
        next();
      } else {
        ++free;
      }
    }
  };
  work.isClosed = false;
  work.close = () => { work.isClosed = true; };
  return work;
}

/**
 * Records a chapter, in memory.
 * @param work one of `workers`: what it gives to do is a build or a run
 * @param book where the pages are
 * @param note is told of each run when it is over: (name, seconds)
 * @returns
 *   `versions`; `page`, as readPage gives it;
 *   `runs`: by name { run, command, results }, of which there is one for each QEMU, { status, text,
 *     counts, loop, linux } or { error }; only one of what runs on none;
 *   `states`: of each section with changes { section, result }, or { section, error };
 *   `numbers`: by name, a value or { error };
 *   `error`: what is wrong with the page or the states as a whole, in one line
 */
export async function recordChapter(step, { work, book = bookDirectory, note = () => {} }) {
  const { runs, numbers } = await readRuns(step, path.join(book, step));
  const chapter = readChapter(step, { book });
  const names = Object.keys(runs);
  const results = new Map();

  /** Records runs, one after the other, in a place that stays as it is meanwhile. */
  const record = async (place, wanted) => {
    for (const name of wanted) {
      const start = Date.now();
      results.set(name, await recordRun(place, runs[name], work).catch(failed));
      note(name, (Date.now() - start) / 1000);
    }
  };
  const recordOthers = async () => {
    const sections = chapter.states.map(({ section }) => section);
    for (const name of names.filter((each) => runs[each].state)) {
      if (!sections.includes(runs[name].state)) {
        results.set(name, failed(new Error(`the page has no section "${runs[name].state}" with a `
          + `change; there are ${sections.map((each) => `"${each}"`).join(', ') || 'none'}`)));
      }
    }
    const isPatched = (name) => runs[name].patch && !runs[name].state;
    if (chapter.states.length === 0 && !names.some(isPatched)) {
      return [];
    }
    const place = new ChangingPlace(step);
    try {
      const states = [];
      for (const state of chapter.states) {
        states.push(await recordState(state));
      }
      await recordPatched(filesOf(step), names.filter(isPatched));
      return states;
    } finally {
      place.remove();
    }

    async function recordState({ section, line, files }) {
      place.become(files);
      const built = await work(() => place.build());
      const own = names.filter((name) => runs[name].state === section);
      await record(place, own.filter((name) => !runs[name].patch));
      await recordPatched(files, own.filter((name) => runs[name].patch));
      const error = built.status !== 0 && compileError(built.output);
      return { section, line, links: built.status === 0, error };
    }

    async function recordPatched(files, wanted) {
      for (const name of wanted) {
        place.become(files);
        try {
          place.apply(path.join(book, step, runs[name].patch));
          await record(place, [name]);
        } catch (error) {
          results.set(name, failed(error));
        }
      }
    }
  };

  const direct = names.filter((name) => !runs[name].state && !runs[name].patch);
  const [states] = await Promise.all([recordOthers(), record(new Place(step), direct)]);
  return {
    step,
    versions: readVersions(),
    page: chapter.page,
    error: chapter.errors[0] && told(chapter.errors[0]),
    runs: Object.fromEntries(names.map((name) => [name, {
      run: runs[name], command: commandOf(step, runs[name]), results: results.get(name),
    }])),
    states: states.map((state) => judge(state, states.at(-1), chapter.page, runs)),
    numbers: count(numbers, results),
  };
}

const told = ({ file, line, message }) => `${file}:${line}: ${message}`;
const failed = (error) => [{ error: error.message.split('\n')[0], log: error.cause }];

/** Builds and runs what there is in `place`: the results, as recordChapter returns them. */
async function recordRun(place, run, work) {
  const built = await work(() => place.build(run.variables));
  const error = built.status !== 0 && compileError(built.output);
  if (error && run.target !== 'build') {
    refuse(`it does not compile: ${clean(error, place).trim()}`);
  }
  if (built.status !== 0 || run.target === 'build') {
    // Once more, so that only what fails is made.
    const { status, output } = await work(() => place.make('build', run.variables));
    return [{ status, text: clean(output, place, { failed: status !== 0 }) }];
  }
  if (run.command) {
    return [runCommand(run, place)];
  }
  return Promise.all(qemus.map((qemu) => work(() => runOn(qemu, run, place))
    .catch((reason) => failed(reason)[0])));
}

/** What came of a state; its heading on the page says so. */
function judge({ section, line, links, error }, last, page, runs) {
  const consoles = page.directives
    .filter((directive) => directive.kind === 'console' && directive.section?.line === line)
    .map(({ rest }) => runs[rest.split(' ')[0]])
    .filter((run) => run && !run.patch && !run.command
      && (run.state ?? last.section) === section);
  if (error) {
    return { section, error: `the state after "${section}" does not compile: ${error}` };
  }
  if (!links && consoles.length === 0) {
    return { section, error: `the state after "${section}" does not link, and no console of its `
      + 'section shows what the linker says' };
  }
  const result = !links ? 'does not link yet' : consoles.length > 0 ? 'runs' : 'builds';
  return { section, result };
}

/** Computes the chapter's numbers from what the first QEMU has shown. */
function count(numbers, results) {
  const recorded = Object.fromEntries([...results].map(([name, [{ text, ...others }]]) => [name, {
    ...others,
    text,
    lines: text === undefined ? [] : withoutFirmware(text),
    get trace() { return JSON.parse(text); },
  }]));
  return Object.fromEntries(Object.entries(numbers).map(([name, compute]) => {
    try {
      const value = compute(recorded);
      return [name, Number.isFinite(value) ? value : refuse(`it is no number, but ${value}`)];
    } catch (error) {
      return [name, { error: error.message.split('\n')[0] }];
    }
  }));
}
