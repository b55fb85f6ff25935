// Makes a directory to work in: the step before, with a mark at each place that the chapter changes.
//
//   node start.mjs STEP DIRECTORY [--keep]
//
// With --keep the directory is somebody's already: it gets what the chapter brings, a TODO.md and
// the guest's programs, and its own code stays.
import fs from 'node:fs';
import path from 'node:path';

import { number, refuse } from '../../stairs/steps.mjs';
import { makeDirectory } from '../place.mjs';
import { root } from '../submission.mjs';
import { changesOf, sourcesOf, stepBefore, steps } from './changes.mjs';
import { directoryOf, readStart, runCommand, stepOf } from './command.mjs';
import { mark } from './markers.mjs';
import { hashOf } from './taken.mjs';
import { todoOf } from './todo.mjs';

/** A name that nothing has: with the day, and a number if that is there too. */
function freeName(name) {
  const day = new Date().toISOString().slice(0, 10);
  const names = [`${name}.${day}`, ...Array.from({ length: 99 }, (_, at) =>
    `${name}.${day}.${at + 2}`)];
  return names.find((each) => !fs.existsSync(each)) ?? refuse(`${name}: move it aside yourself`);
}

/** Refuses a place that is the workbook's own, or has the workbook in it. */
function requireOwnPlace(directory) {
  const inside = (one, other) => !path.relative(other, one).startsWith('..');
  const places = (...names) => names.map((name) => path.join(root, name));
  const ours = places('.git', 'book', 'common', ...steps.map((step) => `steps/${step}`));
  if (inside(root, directory) || places('build', 'steps').includes(directory)
    || ours.some((place) => inside(directory, place))) {
    refuse(`DIR=${directory}: that is the workbook's own: choose another, as DIR=work`);
  }
  if (fs.existsSync(directory) && !fs.statSync(directory).isDirectory()) {
    refuse(`DIR=${directory}: it is a file: choose another, as DIR=work`);
  }
}

/** Moves aside what is there. */
function moveAside(place) {
  if (fs.existsSync(place)) {
    const aside = freeName(place);
    fs.renameSync(place, aside);
    console.log(`start: what was there is now in ${aside}`);
  }
}

function write(directory, name, text) {
  const file = path.join(directory, name);
  makeDirectory(path.dirname(file));
  fs.writeFileSync(file, text);
}

/** The Makefile of the step before, which finds the checkout from anywhere. */
function makefileOf(step) {
  const before = stepBefore(step);
  const lines = before === undefined ? '' : fs.readFileSync(
    path.join(root, 'steps', before, 'Makefile'), 'utf8')
    .replace(/^#.*\n/, '').replace(/\ninclude .*\n$/, '\n').replace(/^include .*\n/, '');
  return `# My own hypervisor. STEP is the chapter that it is checked for.\nSTEP := ${step}\n`
    + `WORKBOOK := ${root}\n${lines}\ninclude $(WORKBOOK)/common/step.mk\n`;
}

/** The numbers of all places, from file to file; the Makefile has none, as it gets no mark. */
function numbered(changes) {
  let count = 0;
  return changes.map((change) => (change.path === 'Makefile' ? change : {
    ...change, hunks: change.hunks.map((hunk) => ({ ...hunk, number: count += 1 })),
  }));
}

/** A directory that begins with the step before. */
async function begin(step, directory) {
  const changes = numbered(changesOf(step));
  const sources = sourcesOf(stepBefore(step));
  moveAside(directory);
  for (const [name, text] of sources) {
    const { hunks = [] } = changes.find((change) => change.path === name) ?? {};
    write(directory, name, mark(name, text, hunks, number(step)));
  }
  write(directory, 'Makefile', makefileOf(step));
  write(directory, 'TODO.md', await todoOf(step, changes));
  const files = Object.fromEntries([...sources].map(([name, text]) => [name, hashOf(text)]));
  write(directory, '.start.json', `${JSON.stringify({ starts: [{ step, files }] }, undefined, 2)}\n`);
}

/** One's own code goes on to the next chapter. */
async function goOn(step, directory) {
  const { starts } = readStart(directory)
    ?? refuse(`${directory}: make start has not made it; without KEEP=1 it does`);
  const changes = numbered(changesOf(step));
  const brought = [...sourcesOf(step)].filter(([name]) => name.startsWith('guest/')
    && !fs.existsSync(path.join(directory, name)));
  brought.forEach(([name, text]) => write(directory, name, text));
  const makefile = path.join(directory, 'Makefile');
  fs.writeFileSync(makefile, fs.readFileSync(makefile, 'utf8').replace(/^STEP := .*/m,
    `STEP := ${step}`));
  const todo = path.join(directory, 'TODO.md');
  if (fs.existsSync(todo)) {
    fs.renameSync(todo, freeName(todo));
  }
  write(directory, 'TODO.md', await todoOf(step, changes, { isKept: true }));
  write(directory, '.start.json', `${JSON.stringify({ starts: [...starts, { step, kept: true }] },
    undefined, 2)}\n`);
}

await runCommand({ keep: { type: 'boolean' } }, async ({ keep }, [wanted, place]) => {
  const step = stepOf(wanted);
  const directory = directoryOf(place);
  requireOwnPlace(directory);
  await (keep ? goOn : begin)(step, directory);
  console.log(`start: ${place} is ready for chapter ${number(step)}: ${path.join(place, 'TODO.md')} `
    + 'says what to do');
});
