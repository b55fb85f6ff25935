// Classes to be graded: submissions of many kinds, whole and broken, and `make grade` on them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { probeBox } from '../../check/box/box.mjs';
import { pack } from '../../check/student/archive.mjs';
import { root, userEnvironment } from '../machine.mjs';

const step = '02-printing';
const command = path.join(root, 'common', 'check', 'class', 'grade.mjs');

/** The sources of the book's step, to be changed: name → text. */
export const sources = () => new Map(fs.readdirSync(path.join(root, 'steps', step))
  .filter((name) => name !== 'Makefile')
  .map((name) => [name, fs.readFileSync(path.join(root, 'steps', step, name), 'utf8')]));

/** The same with a change in one file, which has to be there. */
export function changed(file, from, to) {
  const files = sources();
  if (!files.get(file).includes(from)) {
    throw new Error(`${file} has no ${from}`);
  }
  return files.set(file, files.get(file).replace(from, to));
}

// Where there can be no box, a test of the box says so; what is tested here goes on.
export const unsafe = (await probeBox()).kind === 'none' ? ['--unsafe'] : [];

/** Three ways to be broken. */
export const noPower = () => changed('sbi_spec.hpp', '0x53525354', '0x53525355');
export const noEnd = () => changed('firmware.cpp', '    fail();', '    halt();');
export const noBuild = () => changed('main.cpp', '{', '{ nothing;');

const buffers = (files) => new Map([...files].map(([name, text]) => [name, Buffer.from(text)]));

/** An archive in which each member may have another type, as its header says. */
export function packAs(members) {
  const parts = members.map(({ name, type = '0', text = '', link = '' }) => {
    const part = pack(new Map([[name, Buffer.from(text)]])).subarray(0, -1024);
    part.write(type, 156, 'latin1');
    part.write(link, 157, 'latin1');
    part.write('        ', 148, 'latin1');
    const sum = part.subarray(0, 512).reduce((all, byte) => all + byte, 0);
    part.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    return part;
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

const marksOf = (results) => Object.fromEntries(results.map(({ name, record }) =>
  [name, record.state === 'graded' ? record.points : record.state]));

/** A place for a class: submissions, results, and what a run keeps in the meantime. */
export class Class {
  constructor(scratch, name) {
    this.place = path.join(scratch, name);
    this.submissions = path.join(this.place, 'class');
    this.out = `${this.submissions}-02`;
    this.temporary = path.join(this.place, 't');
    [this.submissions, this.temporary].forEach((each) => fs.mkdirSync(each, { recursive: true }));
  }

  directory(name, files) {
    const directory = path.join(this.submissions, name);
    fs.mkdirSync(directory);
    files.forEach((text, file) => fs.writeFileSync(path.join(directory, file), text));
    return directory;
  }

  archive(name, content) {
    fs.writeFileSync(path.join(this.submissions, name), content);
  }

  bundle(name, files) {
    this.archive(name, pack(buffers(files)));
  }

  zipped(name, files) {
    this.archive(name, gzipSync(pack(buffers(files))));
  }

  /**
   * Starts the grader.
   * @returns {{ child, ended: Promise<{ status, output, errors }> }}
   */
  start(words = [], env = {}) {
    const child = spawn(process.execPath, [command, this.submissions, '02', ...words], {
      cwd: this.place, env: { ...userEnvironment(this.temporary), SEED: '', ...env },
    });
    const said = { output: '', errors: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => { said.output += text; });
    child.stderr.setEncoding('utf8').on('data', (text) => { said.errors += text; });
    return { child, ended: once(child, 'close').then(([status]) => ({ status, ...said })) };
  }

  grade(words, env) {
    return this.start(words, env).ended;
  }

  read(name) {
    return fs.readFileSync(path.join(this.out, name), 'utf8');
  }

  /** The records by name. */
  results() {
    return new Map(JSON.parse(this.read('results.json')).submissions
      .map((each) => [each.name, each]));
  }

  /** What has become of each: the mark, or the state. */
  marks() {
    return marksOf([...this.results().values()]);
  }

  /** The same by what is stored of each. */
  storedMarks() {
    return marksOf(fs.readdirSync(path.join(this.out, 'records'))
      .filter((name) => name.endsWith('.json'))
      .map((name) => JSON.parse(this.read(`records/${name}`))));
  }

  /** All that a run has written, by name, but for times. */
  written() {
    return Object.fromEntries(['results.csv', 'results.json',
      ...fs.readdirSync(path.join(this.out, 'reports')).map((name) => `reports/${name}`)]
      .map((name) => [name, this.read(name).replace(/("seconds": |each second )[\d.]+/g, '$1')]));
  }

  /** The lines in which what a run has written differs from another's, by file. */
  differences(other) {
    const linesOf = (text = '') => text.split('\n');
    return Object.entries(this.written()).flatMap(([name, text]) => {
      const lines = linesOf(other[name]);
      return linesOf(text).filter((line, at) => line !== lines[at])
        .map((line) => `${name}: ${line}`);
    });
  }

  /** Processes that have the place of this class in their command. */
  processes() {
    return fs.readdirSync('/proc').filter((id) => {
      try {
        return /^\d+$/.test(id)
          && fs.readFileSync(`/proc/${id}/cmdline`, 'latin1').includes(this.temporary);
      } catch {
        return false; // it has just ended
      }
    });
  }

  /** Waits until there is none of them: the kernel ends those in a box when that is gone. */
  async gone() {
    while (this.processes().length > 0) {
      await sleep(20);
    }
  }

  /** Kills a run when it has lasted so long. */
  async kill(words, milliseconds, env) {
    const { child, ended } = this.start(words, env);
    const timer = setTimeout(() => child.kill('SIGKILL'), milliseconds);
    await ended;
    clearTimeout(timer);
    await this.gone();
  }
}
