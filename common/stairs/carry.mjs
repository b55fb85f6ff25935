// Takes a change made in one step through all later ones: `node common/stairs/carry.mjs 03`.
//
// Each step has the lines of the one before it and some more, so a change in step N is merged into
// N+1 by a three-way merge of each file: what N was, what N is now, and N+1. What comes out of that
// is the change for N+2. It stops where lines collide, with conflict markers in the file, and goes
// on from there when it is run again. carry-state.mjs says how it knows where that is.
//
// For example: in vm.hpp of step 05, `void run();` becomes `void enter();`. In step 07 it is
// `Stop run();`.
//
//   $ make carry FROM=05
//   06-guest-page-table: vm.hpp
//   conflict in steps/07-hypercall/vm.hpp: both steps change the same lines
//   stopped at step 07-hypercall: resolve what is between the markers, then …
//
// Now 05 and 06 have been seen as they are, 07 and those behind it as they are committed. Between
// the markers is made `Stop enter();`. So 07 differs from what was seen of it, by the change and by
// what was done by hand, and that is what goes on to 08:
//
//   $ make carry FROM=05
//   08-device-tree: vm.hpp
//   …
//   15-virtio-blk: vm.hpp
//   05-guest-mode: make build: ok
//   …
//
// It stops as well at a step that does not build, and carries what corrects it in the same way.
//
//   --anew         forgets a carry that has stopped
//   --steps DIR    the directory of the steps
//   WORKBOOK_MAKE  the command that builds and checks, instead of `make`
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { begin, keep } from './carry-state.mjs';
import { Merge } from './merge.mjs';
import { Repository } from './repository.mjs';
import { filesIn, isStep, isTelling, listSteps, refuse, runTool, shown } from './steps.mjs';

const { WORKBOOK_MAKE: MAKE = 'make' } = process.env;

// A removed line is looked for in other steps only if it is unlikely to stand there by chance.
const LEAST_LENGTH = 12;

const linesOf = (content) => content.toString().split('\n');

/** The lines that the change of a step took out of it: { line → the file that had it }. */
function goneLines(repository, step, changes) {
  const directory = join(repository.directory, step);
  const kept = new Set(
    filesIn(directory).flatMap((file) => linesOf(readFileSync(join(directory, file))))
      .map((line) => line.trim()),
  );
  const gone = new Map();
  for (const { kind, oldPath, oldBlob } of changes) {
    for (const line of kind === 'A' ? [] : linesOf(repository.read(oldBlob))) {
      if (isTelling(line, LEAST_LENGTH) && !kept.has(line.trim())) {
        gone.set(line.trim(), oldPath);
      }
    }
  }
  return gone;
}

/** Where lines for which `wanted(line, file)` holds stand in a step; one entry for each file. */
function findLines(directory, step, wanted) {
  return filesIn(join(directory, step)).flatMap((file) => {
    const path = join(directory, step, file);
    const lines = linesOf(readFileSync(path)).map((line) => line.trim());
    const found = [...lines.keys()].filter((index) => wanted(lines[index], file));
    const place = `${shown(path)}:${found[0] + 1}`;
    return found.length > 0 ? [{ place, lines: found.map((index) => lines[index]) }] : [];
  });
}

const few = ([line, ...more]) => `${line}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;

/** The changed lines that come from an earlier step: there may be the place to change them. */
function tellEarlier(repository, earlier, gone) {
  const told = new Set();
  for (const step of earlier) {
    const isOld = (line, file) => gone.get(line) === file && !told.has(line);
    for (const { place, lines } of findLines(repository.directory, step, isOld)) {
      lines.forEach((line) => told.add(line));
      console.log(`${place}: this line is already in step ${step}; ` +
        `change it there unless it is right there: ${few(lines)}`);
    }
  }
}

/** The old lines that no merge could see, in a file that has another name, say. */
function tellLater(repository, later, gone) {
  for (const step of later) {
    const isOld = (line) => gone.has(line);
    for (const { place, lines } of findLines(repository.directory, step, isOld)) {
      console.log(`${place}: step ${step} still has the old line: ${few(lines)}`);
    }
  }
}

function refuseMarkers(repository, step, before, now) {
  for (const { kind, path } of repository.changes(before, now)) {
    const file = join(repository.directory, step, path);
    const at = kind === 'D' ? -1
      : linesOf(readFileSync(file)).findIndex((line) => /^(<{7}|>{7}) /.test(line));
    if (at >= 0) {
      refuse(`${shown(file)}:${at + 1}: a conflict marker; resolve the conflict first`);
    }
  }
}

function refuseUncommitted(repository, steps, seen, now) {
  const files = steps.flatMap((step) => repository.changes(seen[step], now[step])
    .map(({ path }) => shown(join(repository.directory, step, path))));
  if (files.length > 0) {
    const more = files.length > 5 ? ` and ${files.length - 5} more` : '';
    refuse(`later steps have uncommitted changes: ${files.slice(0, 5).join(', ')}${more}; ` +
      'commit or stash them, or carry them first');
  }
}

function buildAndCheck(directory, step) {
  const make = (...args) =>
    spawnSync(MAKE, ['--no-print-directory', '-C', join(directory, step), ...args],
      { encoding: 'utf8', maxBuffer: 1 << 28 });
  // The data base that make prints for -p tells which targets there are; `:` is none of them.
  const targets = make('-pRrq', ':').stdout ?? '';
  for (const target of ['build', ...(/^check:/m.test(targets) ? ['check'] : [])]) {
    const run = make(target);
    console.log(`${step}: make ${target}: ${run.status === 0 ? 'ok' : 'FAILED'}`);
    if (run.status !== 0) {
      console.log(run.error?.message ?? `${run.stdout}${run.stderr}`.trimEnd());
      return false;
    }
  }
  return true;
}

/** The step that FROM names, with those before and after it. */
function findStep(repository, from) {
  // A step that was removed is a change too.
  const committed = Object.keys(repository.trees(repository.committed())).filter(isStep);
  const steps = [...new Set([...listSteps(repository.directory), ...committed])].sort();
  const first = steps.findIndex((name) => [name, name.slice(0, 2)].includes(from.padStart(2, '0')));
  if (first < 0) {
    refuse(`FROM=${from}: there is no such step; the steps are ${steps.join(' ')}`);
  }
  const [step, ...later] = steps.slice(first);
  if (later.length === 0) {
    refuse(`${step} is the last step: there is nothing to carry it to`);
  }
  return { step, later, earlier: steps.slice(0, first) };
}

/** Says how to go on by hand. @returns that not all is done */
function stop(step, from, what) {
  console.log(`stopped at step ${step}: ${what}, ` +
    `then \`make carry FROM=${from.slice(0, 2)}\` goes on`);
  return false;
}

/**
 * Merges the change from step to step, as far as it comes.
 * @param chain the step with the change, and all behind it
 * @param reached how far an earlier run has come, as an index of `chain`
 * @returns the trees that the steps are then; undefined if it has stopped
 */
function mergeAll(repository, chain, reached, state, trees) {
  let now = trees;
  for (const [index, target] of chain.slice(1).entries()) {
    const source = chain[index];
    const merge = new Merge(repository, source, target);
    const furthest = chain[Math.max(reached, index + 1)];
    keep(repository, state, furthest); // before it, too: an interrupted run leaves it half merged
    repository.changes(state.seen[source], now[source]).forEach((change) => merge.apply(change));
    state.seen[source] = now[source];
    keep(repository, state, furthest);
    now = repository.trees(repository.current());
    if (merge.done.length > 0) {
      console.log(`${target}: ${merge.done.join(', ')}`);
    }
    if (merge.conflicts.length > 0) {
      console.log(merge.conflicts.join('\n'));
      stop(target, chain[0], 'resolve what is between the markers');
      return undefined;
    }
  }
  state.seen[chain.at(-1)] = now[chain.at(-1)];
  return now;
}

/** @returns whether the change has come through all steps */
function carry(repository, from, anew) {
  const { step, later, earlier } = findStep(repository, from);
  const chain = [step, ...later];
  const before = repository.trees(repository.current());
  const { state, base } = begin(repository, step, later, before, anew);
  if (base[step] === undefined) {
    refuse(`${step} is not committed yet: there is nothing to compare it with`);
  }
  if (!state.stopped && before[step] === state.seen[step]) {
    const what = before[step] === base[step] ? 'committed' : 'carried';
    refuse(`there is nothing to carry: ${step} is as it was ${what}`);
  }
  chain.forEach((name) => refuseMarkers(repository, name, base[name], before[name]));
  // Up to where an earlier run has stopped, changes by hand are what it waited for.
  const reached = state.stopped ? chain.indexOf(state.stopped) : 0;
  refuseUncommitted(repository, chain.slice(reached + 1), state.seen, before);

  const gone = goneLines(repository, step, repository.changes(base[step], before[step]));
  tellEarlier(repository, earlier, gone);
  const now = mergeAll(repository, chain, reached, state, before);
  if (now === undefined) {
    return false;
  }
  tellLater(repository, later, gone);
  const failed = chain.filter((each) => now[each] !== base[each])
    .find((name) => !buildAndCheck(repository.directory, name));
  keep(repository, state, failed);
  return failed === undefined || stop(failed, step, 'correct it in the first step that is wrong');
}

runTool({ anew: { type: 'boolean' } }, ({ steps, anew }, [from, ...rest]) => {
  if (from === undefined || rest.length > 0) {
    refuse('say which step has the change: make carry FROM=03');
  }
  if (!existsSync(steps)) {
    refuse(`${shown(steps)}: there are no steps here`);
  }
  const repository = new Repository(resolve(steps));
  try {
    return carry(repository, from, anew);
  } finally {
    repository.close();
  }
});
