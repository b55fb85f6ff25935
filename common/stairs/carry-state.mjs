// What `make carry` remembers from one run to the next. It is kept in .git/carry.json, out of the
// way of `make clean`:
//
//   from      the step whose change is carried
//   head      the tree of all steps as they were committed at the beginning
//   seen      { step: what it was when the next one took its change }; at first what is committed
//   stopped   the step where something has to be done by hand; not there if nothing has
//
// Whatever differs from `seen` has still to be carried, be it the change itself, a conflict
// resolved by hand, or a correction after a build that failed, and nothing is ever merged twice.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { refuse } from './steps.mjs';

const fileOf = (repository) =>
  resolve(repository.directory, repository.git(['rev-parse', '--git-path', 'carry.json']).trim());

/** What an earlier run has left behind, if it is about the same commit or has stopped. */
function left(repository) {
  const file = fileOf(repository);
  const state = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  const isOurs = state.head !== undefined &&
    (state.stopped || state.head === repository.committed());
  return isOurs ? state : undefined;
}

/** Whether somebody has put the files back to what is committed, which gives that carry up. */
function isGivenUp(state, base, step, later, now) {
  const isBack = (name) => now[name] === base[name];
  return later.every(isBack) &&
    (isBack(step) || later.some((name) => state.seen[name] !== base[name]));
}

/**
 * What an earlier run has left to do, or the beginning: nothing is carried yet.
 * @param later the steps behind `step`
 * @param now { step: the tree that it is at this moment }
 * @param anew whether a carry that has stopped is to be forgotten
 * @returns {{ state: object, base: object }} base: the trees that are committed, by step
 */
export function begin(repository, step, later, now, anew) {
  const state = anew ? undefined : left(repository);
  if (state) {
    const base = repository.trees(state.head);
    if (!isGivenUp(state, base, step, later, now)) {
      if (state.stopped && state.from !== step) {
        refuse(`the carry from ${state.from} has stopped in ${state.stopped}: ` +
          `finish it with FROM=${state.from.slice(0, 2)}, or forget it with ANEW=1`);
      }
      return { state: { ...state, from: step }, base };
    }
    rmSync(fileOf(repository));
  }
  const head = repository.committed();
  const base = repository.trees(head);
  return { state: { head, from: step, seen: { ...base } }, base };
}

/** Keeps it for the next run, which goes on in the step `stopped` if there is one. */
export function keep(repository, state, stopped) {
  state.stopped = stopped;
  writeFileSync(fileOf(repository), JSON.stringify(state, null, 2));
}
