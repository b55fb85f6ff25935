// One step's change, merged into the files of the next step.
import {
  chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { shown } from './steps.mjs';

/** Merges what happened to step `source` into the files of step `target`. */
export class Merge {
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
