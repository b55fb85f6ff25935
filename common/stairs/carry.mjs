// Takes a change made in one step through all later ones: `node common/stairs/carry.mjs 03`.
//
// Each step has the lines of the one before it and some more, so a change in step N is merged into
// N+1 by a three-way merge of each file: what N was, what N is now, and N+1. What comes out of that
// is the change for N+2. It stops where lines collide, with conflict markers in the file, and goes
// on from there when it is run again.
//
// So that it can go on, it keeps what each step was when the next one took it (`seen`): anything
// that differs from that has still to be carried, be it the change itself, a conflict resolved by
// hand, or a correction after a build that failed, and nothing is ever merged twice. At the start
// `seen` is what is committed. It is kept in .git/carry.json, out of the way of `make clean`.
//
//   --anew         forgets a carry that has stopped
//   --steps DIR    the directory of the steps
//   WORKBOOK_MAKE  the command that builds and checks, instead of `make`
import { spawnSync } from 'node:child_process';
import {
  chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import {
  filesIn, git, isStep, isTelling, listSteps, refuse, runTool, shown,
} from './steps.mjs';

const { WORKBOOK_MAKE: MAKE = 'make' } = process.env;

// A removed line is looked for in other steps only if it is unlikely to stand there by chance.
const LEAST_LENGTH = 12;

/** The steps as git keeps them: snapshots are trees in its object store, which share all files. */
class Repository {
  constructor(directory) {
    this.directory = directory;
    this.scratch = mkdtempSync(join(tmpdir(), 'carry-'));
    this.prefix = this.git(['rev-parse', '--show-prefix']).trim();
    const kept = this.git(['rev-parse', '--git-path', 'carry.json']).trim();
    this.stateFile = resolve(directory, kept);
  }

  git(args, options) {
    return git(this.directory, args, options);
  }

  /** The tree of all steps as they are committed. */
  committed() {
    return this.git(['rev-parse', '--verify', '-q', 'HEAD:./'], { accepted: [0, 1, 128] }).trim() ||
      refuse(`${shown(this.directory)}: nothing is committed here yet`);
  }

  /** The tree of all steps as they are in the working tree, without the files that git ignores. */
  current() {
    const env = { GIT_INDEX_FILE: join(this.scratch, 'index') };
    this.git(['add', '-A', '.'], { env });
    return this.git(['write-tree', ...(this.prefix ? [`--prefix=${this.prefix}`] : [])], { env })
      .trim();
  }

  /** { '03-traps': the id of its tree, … } */
  trees(id) {
    const lines = this.git(['ls-tree', '--full-tree', '-d', '-z', id]).split('\0').filter(Boolean);
    return Object.fromEntries(lines.map((line) => [line.split('\t')[1], line.split(/[ \t]/)[2]]));
  }

  /** What happened to each file between two trees of one step, renames included. */
  changes(before, after) {
    const empty = this.git(['hash-object', '-t', 'tree', '-w', '--stdin'], { input: '' }).trim();
    const trees = [before ?? empty, after ?? empty];
    if (trees[0] === trees[1]) {
      return [];
    }
    const args = ['diff-tree', '-r', '-z', '-M', '-l0', '--raw', ...trees];
    const fields = this.git(args).split('\0');
    const changes = [];
    while (fields[0]) {
      const [oldMode, mode, oldBlob, blob, status] = fields.shift().slice(1).split(' ');
      const oldPath = fields.shift();
      const path = status[0] === 'R' ? fields.shift() : oldPath;
      if ([oldMode, mode].some((each) => !/^100|^000/.test(each))) {
        refuse(`${path} is not a plain file, which cannot be carried`);
      }
      changes.push({ kind: status[0], oldPath, path, oldMode, mode, oldBlob, blob });
    }
    return changes;
  }

  read(blob) {
    return this.git(['cat-file', 'blob', blob], { encoding: 'buffer' });
  }

  /** A three-way merge of one file's contents, with git's conflict markers. */
  merge(ours, base, theirs, labels) {
    const files = [ours, base, theirs].map((content, index) => {
      const file = join(this.scratch, String(index));
      writeFileSync(file, content);
      return file;
    });
    const args = ['merge-file', '-p', ...labels.flatMap((label) => ['-L', label]), ...files];
    // The status is the number of conflicts (127 are 127 or more), or 255 for a binary file.
    const run = spawnSync('git', args, { maxBuffer: 1 << 28 });
    return { content: run.stdout, collided: run.status !== 0, isBinary: run.status > 127 };
  }
}

/** Merges what happened to step `source` into the files of step `target`. */
class Merge {
  constructor(repository, source, target) {
    Object.assign(this, { repository, source, target, done: [], conflicts: [] });
  }

  where(path) {
    return join(this.repository.directory, this.target, path);
  }

  has(path) {
    return existsSync(this.where(path));
  }

  write(path, content) {
    mkdirSync(dirname(this.where(path)), { recursive: true });
    writeFileSync(this.where(path), content);
  }

  conflict(path, why) {
    this.conflicts.push(`conflict in ${shown(this.where(path))}: ${why}`);
  }

  apply(change) {
    const { kind, oldPath, path, oldMode, mode } = change;
    if (kind === 'A') {
      this.bear(change);
    } else if (kind === 'D') {
      this.remove(change);
    } else if (kind === 'R' && this.has(oldPath) && this.has(path)) {
      // The new name is taken by another file: the rename falls apart into its halves.
      this.bear(change);
      this.remove(change);
    } else if (kind === 'R' && this.has(oldPath)) {
      mkdirSync(dirname(this.where(path)), { recursive: true });
      renameSync(this.where(oldPath), this.where(path));
      this.done.push(`${oldPath} is now ${path}`);
      this.change(change);
    } else if (this.has(path)) {
      this.change(change);
    } else {
      this.done.push(`${oldPath} is not here`);
    }
    if (oldMode !== mode && kind !== 'D' && this.has(path)) {
      chmodSync(this.where(path), mode === '100755' ? 0o755 : 0o644);
      this.done.push(...(kind === 'A' ? [] : [`mode of ${path}`]));
    }
  }

  bear({ path, blob }) {
    if (this.has(path)) {
      // Born in two places: only what both have is beyond doubt.
      this.mergeContent(path, Buffer.alloc(0), this.repository.read(blob), 'both steps add it');
    } else {
      this.write(path, this.repository.read(blob));
      this.done.push(`${path} is new`);
    }
  }

  remove({ oldPath, oldBlob }) {
    if (!this.has(oldPath)) {
      return;
    }
    const ours = readFileSync(this.where(oldPath));
    if (ours.equals(this.repository.read(oldBlob))) {
      rmSync(this.where(oldPath));
      this.done.push(`${oldPath} is gone`);
      return;
    }
    // The whole file is in doubt. The markers keep it from being overlooked.
    const body = ours.toString('latin1').replace(/[^\n]$/, '$&\n');
    const marked = `<<<<<<< ${this.target}\n${body}=======\n>>>>>>> ${this.source}, removed\n`;
    writeFileSync(this.where(oldPath), marked, 'latin1');
    this.conflict(oldPath, `${this.source} removes it, ${this.target} has changed it`);
  }

  change({ path, oldBlob, blob }) {
    if (oldBlob !== blob) {
      const [base, theirs] = [oldBlob, blob].map((id) => this.repository.read(id));
      this.mergeContent(path, base, theirs, 'both steps change the same lines');
    }
  }

  mergeContent(path, base, theirs, why) {
    const ours = readFileSync(this.where(path));
    if (ours.equals(theirs)) {
      return;
    }
    const labels = [this.target, `${this.source}, before`, this.source];
    const merged = ours.equals(base)
      ? { content: theirs } : this.repository.merge(ours, base, theirs, labels);
    if (merged.isBinary) {
      this.conflict(path, 'it has no lines that could be merged: make it what it should be');
      return;
    }
    this.write(path, merged.content);
    if (merged.collided) {
      this.conflict(path, why);
    } else {
      this.done.push(path);
    }
  }
}

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

/** What an earlier run has left to do, or the beginning: nothing is carried yet. */
function begin(repository, step, later, now, anew) {
  const state = !anew && existsSync(repository.stateFile)
    ? JSON.parse(readFileSync(repository.stateFile, 'utf8')) : {};
  const { head, stopped } = state;
  if (head !== undefined && (stopped || head === repository.committed())) {
    const base = repository.trees(head);
    const isBack = (name) => now[name] === base[name];
    // Whoever has put the files back to what is committed has given that carry up.
    const givenUp = later.every(isBack) &&
      (isBack(step) || later.some((name) => state.seen[name] !== base[name]));
    if (stopped && !givenUp && state.from !== step) {
      refuse(`the carry from ${state.from} has stopped in ${stopped}: ` +
        `finish it with FROM=${state.from.slice(0, 2)}, or forget it with ANEW=1`);
    }
    if (!givenUp) {
      return { ...state, from: step, base };
    }
    rmSync(repository.stateFile);
  }
  const committed = repository.committed();
  const base = repository.trees(committed);
  return { head: committed, from: step, seen: { ...base }, base };
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

/** @returns whether the change has come through all steps */
function carry(repository, from, anew) {
  const { step, later, earlier } = findStep(repository, from);
  const chain = [step, ...later];
  let now = repository.trees(repository.current());
  const { base, ...state } = begin(repository, step, later, now, anew);
  const { seen } = state;
  if (base[step] === undefined) {
    refuse(`${step} is not committed yet: there is nothing to compare it with`);
  }
  if (!state.stopped && now[step] === seen[step]) {
    const what = now[step] === base[step] ? 'committed' : 'carried';
    refuse(`there is nothing to carry: ${step} is as it was ${what}`);
  }
  chain.forEach((name) => refuseMarkers(repository, name, base[name], now[name]));
  // Up to where an earlier run has stopped, changes by hand are what it waited for.
  const reached = state.stopped ? chain.indexOf(state.stopped) : 0;
  refuseUncommitted(repository, chain.slice(reached + 1), seen, now);

  const gone = goneLines(repository, step, repository.changes(base[step], now[step]));
  tellEarlier(repository, earlier, gone);

  const save = (stopped) => {
    state.stopped = stopped;
    writeFileSync(repository.stateFile, JSON.stringify(state, null, 2));
  };
  const stop = (name, what) => {
    console.log(`stopped at step ${name}: ${what}, ` +
      `then \`make carry FROM=${step.slice(0, 2)}\` goes on`);
    return false;
  };
  for (const [index, target] of later.entries()) {
    const source = chain[index];
    const merge = new Merge(repository, source, target);
    const furthest = chain[Math.max(reached, index + 1)];
    save(furthest); // before it, too: an interrupted run leaves this step half merged
    repository.changes(seen[source], now[source]).forEach((change) => merge.apply(change));
    seen[source] = now[source];
    save(furthest);
    now = repository.trees(repository.current());
    if (merge.done.length > 0) {
      console.log(`${target}: ${merge.done.join(', ')}`);
    }
    if (merge.conflicts.length > 0) {
      console.log(merge.conflicts.join('\n'));
      return stop(target, 'resolve what is between the markers');
    }
  }
  seen[later.at(-1)] = now[later.at(-1)];

  tellLater(repository, later, gone);
  for (const name of chain.filter((each) => now[each] !== base[each])) {
    if (!buildAndCheck(repository.directory, name)) {
      save(name);
      return stop(name, 'correct it in the first step that is wrong');
    }
  }
  save(undefined);
  return true;
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
    rmSync(repository.scratch, { recursive: true, force: true });
  }
});
