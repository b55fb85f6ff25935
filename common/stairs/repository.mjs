// The steps as git keeps them, and what a tool that carries a change asks of git.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { git, refuse, shown } from './steps.mjs';

/** The steps as git keeps them: snapshots are trees in its object store, which share all files. */
export class Repository {
  constructor(directory) {
    this.directory = directory;
    this.scratch = mkdtempSync(join(tmpdir(), 'carry-'));
    this.prefix = this.git(['rev-parse', '--show-prefix']).trim();
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

  /** Removes what was written on the way. */
  close() {
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
