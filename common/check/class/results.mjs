// The directory with the results of a class. Only its owner can look into it.
//
//   class.json      step and seed, which a later run takes up
//   records/        what is known of each submission, by name: { key, file, record }
//   earlier/        the records that others have taken the place of: no mark is ever lost
//   reports/        what each student may read
//   results.csv, results.json    all of it, in one table and one file
//   running         the process that works here, and where its files are in the meantime
import fs from 'node:fs';
import path from 'node:path';

import { refuse } from '../../stairs/steps.mjs';
import { makeDirectory } from '../place.mjs';
import { textOf } from '../reports/text.mjs';
import { json } from '../reports/write.mjs';
import { writeCsv } from './csv.mjs';
import { readJson, removeUnfinished, writeWhole } from './files.mjs';
import { fileNameOf } from './submissions.mjs';

const columns = ['name', 'file', 'state', 'points', 'total', 'lines', 'snapshot', 'like',
  'likeness', 'box', 'seed', 'reason'];

const isAlive = (id) => {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
};

const directories = ['', 'records', 'earlier', 'reports'];

export class Results {
  #directory;

  /** @param {string} directory made where there is none */
  constructor(directory) {
    this.#directory = directory;
    directories.forEach((name) => makeDirectory(this.#place(name), 0o700));
  }

  #place(...names) {
    return path.join(this.#directory, ...names);
  }

  /**
   * Takes the directory for this process, and clears away what one that was killed has left.
   * @param {string} scratch where this one's files are going to be
   */
  take(scratch) {
    const file = this.#place('running');
    const other = readJson(file);
    if (other !== undefined && other.id !== process.pid && isAlive(other.id)) {
      refuse(`OUT=${this.#directory}: process ${other.id} grades into it: wait for its end, or `
        + `remove ${file} if it does something else`);
    }
    if (other !== undefined && fs.existsSync(other.scratch)
      && fs.statSync(other.scratch).uid === process.getuid()) {
      fs.rmSync(other.scratch, { recursive: true });
    }
    directories.forEach((name) => removeUnfinished(this.#place(name)));
    writeWhole(file, json({ id: process.pid, scratch }));
  }

  /** Others may have it. */
  release() {
    fs.rmSync(this.#place('running'), { force: true });
  }

  /**
   * The seed of the class: the one that is wanted, the one that it has had, or another.
   * @param {boolean} isForAll whether later runs take it up, too
   */
  seedFor(step, { wanted, any, isForAll }) {
    const known = readJson(this.#place('class.json'));
    if (known !== undefined && known.step !== step) {
      refuse(`OUT=${this.#directory}: it has results of ${known.step}: choose another`);
    }
    const seed = wanted || known?.seed || any();
    if (isForAll || known === undefined) {
      writeWhole(this.#place('class.json'), json({ version: 1, step, seed }));
    }
    return seed;
  }

  #recordFile(name) {
    return this.#place('records', `${fileNameOf(name)}.json`);
  }

  /** What is known of a submission: { key, file, record }, undefined if nothing is. */
  recall(name) {
    return readJson(this.#recordFile(name));
  }

  /** The names of all that something is known of. */
  names() {
    return fs.readdirSync(this.#place('records'))
      .filter((name) => !name.startsWith('.') && name.endsWith('.json'))
      .map((name) => readJson(this.#place('records', name)).name);
  }

  /** Where an earlier record goes: NAME.1.json, NAME.2.json, … */
  #freeName(name) {
    const others = new Set(fs.readdirSync(this.#place('earlier')));
    let count = 1;
    while (others.has(`${fileNameOf(name)}.${count}.json`)) {
      count += 1;
    }
    return this.#place('earlier', `${fileNameOf(name)}.${count}.json`);
  }

  /**
   * Stores what has become of a submission.
   * @param {object} entry { name, key, file, record }
   * @param {object} seen the record as its student may read it
   */
  store(entry, seen) {
    const file = this.#recordFile(entry.name);
    const before = this.recall(entry.name);
    if (before !== undefined && before.record.state !== 'grader failed') {
      writeWhole(this.#freeName(entry.name), fs.readFileSync(file));
    }
    writeWhole(this.#place('reports', `${fileNameOf(entry.name)}.txt`), textOf(seen));
    writeWhole(file, json(entry));
  }

  /**
   * Writes the table and the file of the whole class.
   * @param {object} about step, seed and what else is the same for all
   * @param {Map<string, object>} likeness of each, by name
   */
  summarize(about, likeness) {
    const entries = this.names().sort().map((name) => this.recall(name));
    writeWhole(this.#place('results.csv'), writeCsv(columns, entries.map(({ name, file, record }) =>
      ({ ...record, ...likeness.get(name), name, file }))));
    writeWhole(this.#place('results.json'), json({
      version: 1, ...about, submissions: entries.map(({ name, file, record }) =>
        ({ name, file, ...likeness.get(name), record })),
    }));
  }
}
