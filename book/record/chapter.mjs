// Runs all that a chapter's runs.mjs asks for, and builds each state of its page.

import path from 'node:path';

import { refuse } from '../../common/stairs/steps.mjs';
import { linux, qemus } from '../../common/test/machine.mjs';
import { bookDirectory } from '../lib/page.mjs';
import { readChapter } from '../lib/states.mjs';
import { filesOf } from '../lib/steps.mjs';
import { ChangingPlace, compileError, Place } from './place.mjs';
import { commandsOf, runCommand, runOn } from './run.mjs';
import { readRuns } from './runs.mjs';
import { clean, opensbiOf, withoutFirmware } from './text.mjs';
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
 *   `versions`, those of the firmwares that have said theirs as well; `page`, as readPage gives it;
 *   `runs`: by name { run, commands, linux, results }; linux is true if a Linux is what runs, or is
 *     looked at; a result for each QEMU, { status, text, counts, loop, linux }, where linux is true
 *     if it has said something, or { error }; only one of what runs on none;
 *   `states`: of each section with changes { section, result }, or { section, error };
 *   `numbers`: by name { value } or { error }, with `reads`, the names of the runs that it is from;
 *   `error`: what is wrong with the page or the states as a whole, in one line
 */
export async function recordChapter(step, { work, book = bookDirectory, note = () => {} }) {
  const { runs, numbers } = await readRuns(step, path.join(book, step));
  const { page, errors, states } = readChapter(step, { book });
  const recorder = new Recorder(runs, path.join(book, step), work, note);
  const [built] = await Promise.all([
    recorder.recordStates(step, states),
    recorder.record(new Place(step), recorder.names(({ state, patch }) => !state && !patch)),
  ]);
  return {
    step,
    versions: { ...readVersions(), ...firmwares([...recorder.results.values()]) },
    page,
    error: errors[0] && told(errors[0]),
    runs: Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, {
      run,
      commands: commandsOf(step, run),
      linux: recorder.ofLinux.has(name),
      results: recorder.results.get(name),
    }])),
    states: built.map((state) => judge(state, built.at(-1), page, runs)),
    numbers: count(numbers, recorder.results),
  };
}

/** The versions of the firmwares that have said theirs. */
function firmwares(all) {
  const of = (index) => all.map((results) => opensbiOf(results[index]?.text ?? '')).find(Boolean);
  const [first, second] = [of(0), of(1)];
  return { ...(first && { opensbi: first }), ...(second && { 'opensbi.second': second }) };
}

/** Runs what a chapter asks for, place by place. */
class Recorder {
  results = new Map();
  ofLinux = new Set(); // the names of the runs that need one

  constructor(runs, directory, work, note) {
    this.runs = runs;
    this.directory = directory;
    this.work = work;
    this.note = note;
  }

  /** The names of the runs of which `condition` is true. */
  names(condition) {
    return Object.keys(this.runs).filter((name) => condition(this.runs[name]));
  }

  /** Records runs, one after the other, in a place that stays as it is meanwhile. */
  async record(place, names) {
    for (const name of names) {
      const start = Date.now();
      const run = this.runs[name];
      this.results.set(name, await recordRun(place, run, this.work).catch(failed));
      if (await needsLinux(place, run)) {
        this.ofLinux.add(name);
      }
      this.note(name, (Date.now() - start) / 1000);
    }
  }

  /** Records runs each of which has a patch of its own for these files. */
  async recordPatched(place, files, names) {
    for (const name of names) {
      place.become(files);
      try {
        place.apply(path.join(this.directory, this.runs[name].patch));
        await this.record(place, [name]);
      } catch (error) {
        this.results.set(name, failed(error));
      }
    }
  }

  /** Builds the states, one after the other in one place, and records what runs in them. */
  async recordStates(step, states) {
    const sections = states.map(({ section }) => section);
    for (const name of this.names(({ state }) => state && !sections.includes(state))) {
      const known = sections.map((section) => `"${section}"`).join(', ') || 'none';
      this.results.set(name, failed(new Error(`the page has no section "${this.runs[name].state}" `
        + `with a change; there are ${known}`)));
    }
    const patched = this.names(({ state, patch }) => patch && !state);
    if (states.length === 0 && patched.length === 0) {
      return [];
    }
    const place = new ChangingPlace(step);
    try {
      const built = [];
      for (const state of states) {
        built.push(await this.recordState(place, state));
      }
      await this.recordPatched(place, filesOf(step), patched);
      return built;
    } finally {
      place.remove();
    }
  }

  async recordState(place, { section, line, files }) {
    place.become(files);
    const { status, output } = await this.work(() => place.build());
    await this.record(place, this.names(({ state, patch }) => state === section && !patch));
    await this.recordPatched(place, files,
      this.names(({ state, patch }) => state === section && patch));
    const links = status === 0;
    return { section, line, links, error: links ? undefined : compileError(output) };
  }
}

const told = ({ file, line, message }) => `${file}:${line}: ${message}`;
const failed = (error) =>
  [{ error: error.message.split('\n')[0], log: error.cause, shown: error.shown }];

/** Whether what runs, or is looked at, is a Linux. */
async function needsLinux(place, { command, target = 'run', variables }) {
  if (command?.includes('guest/Image')) {
    return true;
  }
  const isRun = command ? / run\b/.test(command) : target === 'run';
  return isRun && await place.kernel(variables) === linux;
}

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
    return [await work(() => runCommand(run, place))];
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
    get exits() { return JSON.parse(text); },
    get table() { return JSON.parse(text); },
    get request() { return JSON.parse(text); },
  }]));
  return Object.fromEntries(Object.entries(numbers).map(([name, compute]) => {
    const reads = new Set();
    const watched = new Proxy(recorded, {
      get: (runs, run) => { reads.add(run); return runs[run]; },
    });
    const told = {};
    try {
      const value = compute(watched);
      told.value = Number.isFinite(value) ? value : refuse(`it is no number, but ${value}`);
    } catch (error) {
      told.error = error.message.split('\n')[0];
    }
    return [name, { ...told, reads: [...reads] }];
  }));
}
