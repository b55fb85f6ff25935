// Builds the hypervisors that a chapter's page runs: as record/chapter.mjs does it for the
// recordings, one after the other in one place, so that only what changes is compiled. What was
// built of the same files, by the same rules, is not built again.
import fs from 'node:fs';
import path from 'node:path';

import { refuse } from '../../common/stairs/steps.mjs';
import { versionsOf } from '../lib/blame.mjs';
import { bookDirectory } from '../lib/page.mjs';
import { fileSlug, versionAt } from '../lib/render/site.mjs';
import { readChapter } from '../lib/states.mjs';
import { filesOf } from '../lib/steps.mjs';
import { ChangingPlace, compileError } from '../record/place.mjs';
import { reasonAgainst, shownRuns } from './runs.mjs';
import { hashOf, put, recall, remember } from './store.mjs';
import { strip } from './strip.mjs';
import { tableOf } from './table.mjs';

/** What a page's machine may have: a phone gives a page little more. */
const mostMemory = 1 << 30;

/** From the path of each file of a step to the address of its page. */
const pagesOf = (step, files) => Object.fromEntries([...files.keys()]
  .filter((name) => versionsOf(name).length > 0)
  .map((name) => [name, `files/${versionAt(step, name)}/${fileSlug(name)}/`]));

/** A list as QEMU splits it: a comma that stands twice is part of the text. */
const splitList = (text) => text.split(/(?<!,),(?!,)/).map((part) => part.replaceAll(',,', ','));

/**
 * What a machine is started with, out of the arguments that `make run` has for it: { bootargs,
 * memory, modules: [{ kind, address, bootargs, file }] }, where each file is a path.
 */
export function readArguments(words) {
  const after = (option) => words.flatMap((word, index) =>
    (word === option ? [words[index + 1]] : []));
  const [size] = after('-m');
  const [, kibibytes] = /^(\d+)K$/.exec(size) ?? refuse(`-m ${size}: it is not in KiB`);
  const modules = after('-device').map((device) => {
    const [driver, ...properties] = splitList(device);
    const { addr, kernel, initrd, bootargs } = Object.fromEntries(properties
      .map((property) => /^(.*?)=(.*)$/s.exec(property).slice(1)));
    return driver !== 'guest-loader' ? refuse(`-device ${driver}: a page has no such device`) : {
      kind: initrd === undefined ? 'kernel' : 'ramdisk',
      address: Number(addr),
      bootargs,
      file: kernel ?? initrd,
    };
  });
  return { bootargs: after('-append')[0], memory: 1024 * Number(kibibytes), modules };
}

/** Builds one run in `place`: what is kept of it, or { reason } if it does not run. */
async function buildRun(place, { name, run, stepFiles, pages }) {
  // What the guest prints is shown otherwise: that is the page's affair.
  const { SANITIZE: _, ...variables } = run.variables ?? {};
  const { status, output } = await place.make('arguments', variables);
  if (status !== 0) {
    const error = compileError(output);
    return error === undefined ? { reason: 'it does not link' }
      : refuse(`book/${place.step}/runs.mjs: ${name}: ${error}`);
  }
  const words = [...output.matchAll(/^argument: (.*)$/gm)].map(([, word]) => word);
  const { bootargs, memory, modules } = readArguments(words);
  if (memory > mostMemory) {
    return { reason: 'it wants more memory than a page has' };
  }
  return {
    hypervisor: put('hypervisor', strip(place.elf)),
    symbols: put('symbols', JSON.stringify(tableOf(place, stepFiles, pages))),
    modules: modules.map(({ file, ...others }) => ({
      ...others, file: put(path.basename(file).replace(/\.bin$/, ''), fs.readFileSync(file)),
    })),
    bootargs,
    memory,
  };
}

/** The runs to build, each with what it is made of, so that those of like files are neighbours. */
function plan(step, runs, rules) {
  const { states } = readChapter(step);
  const stepFiles = filesOf(step);
  const pages = pagesOf(step, stepFiles);
  return runs.map(({ name, run }) => {
    const at = states.findIndex(({ section }) => section === run.state);
    const files = run.state === undefined ? stepFiles : states[at]?.files
      ?? refuse(`book/${step}/runs.mjs: ${name}: the page has no section "${run.state}"`);
    const patch = run.patch && path.join(bookDirectory, step, run.patch);
    const key = hashOf(JSON.stringify([rules, [...files], [...stepFiles], pages, run.variables,
      patch && fs.readFileSync(patch, 'utf8')]), 32);
    const order = run.state === undefined ? states.length : at;
    return { name, run, key, files, patch, order, stepFiles, pages };
  }).sort((a, b) => a.order - b.order
    || (a.patch ?? '').localeCompare(b.patch ?? ''));
}

/** Builds what is not known yet. */
async function buildAll(step, tasks) {
  if (tasks.length === 0) {
    return;
  }
  const place = new ChangingPlace(step);
  const remove = () => place.remove();
  process.once('exit', remove); // also when it is interrupted
  try {
    let last;
    for (const task of tasks) {
      if (task.files !== last?.files || task.patch !== last?.patch) {
        place.become(task.files);
        if (task.patch) {
          place.apply(task.patch);
        }
        fs.rmSync(place.elf, { force: true }); // it may have been made of a file that is gone
      }
      last = task;
      remember(task.key, await buildRun(place, task));
    }
  } finally {
    remove();
    process.off('exit', remove);
  }
}

/**
 * Builds all that a chapter's page runs.
 * @param rules a text that is another one whenever the same files would give something else
 * @returns { runs: [{ name, run, built }], reasons, count }: in the order of runs.mjs, built as
 *   buildRun gives it; from the name of each run that is shown and left out to the reason; and how
 *   many were built now
 */
export async function buildChapter(step, rules) {
  const shown = (await shownRuns(step))
    .map((each) => ({ ...each, reason: reasonAgainst(each.run) }));
  const tasks = plan(step, shown.filter(({ reason }) => !reason), rules);
  const missing = tasks.filter(({ key }) => recall(key) === undefined);
  await buildAll(step, missing);
  const built = new Map(tasks.map(({ name, key }) => [name, recall(key)]));
  const all = shown.map(({ name, run, reason }) =>
    ({ name, run, built: built.get(name), reason: reason ?? built.get(name).reason }));
  return {
    runs: all.filter(({ reason }) => !reason),
    reasons: Object.fromEntries(all.filter(({ reason }) => reason)
      .map(({ name, reason }) => [name, reason])),
    count: missing.length,
  };
}
