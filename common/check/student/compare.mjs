// Shows where somebody's code differs from the book's step: file by file, or one file line by line.
//
//   node compare.mjs STEP DIRECTORY [--file NAME]
import fs from 'node:fs';
import path from 'node:path';

import { filesIn, refuse } from '../../stairs/steps.mjs';
import { temporaryDirectory } from '../temporary.mjs';
import { differenceOf, sourcesOf } from './changes.mjs';
import { runCommand, stepOf, workOf } from './command.mjs';
import { unmark } from './markers.mjs';

/** Puts both sides below one directory, without marks: { book, own }, each name → text. */
function sidesOf(step, directory) {
  const book = sourcesOf(step);
  const own = new Map(filesIn(directory)
    .filter((name) => /\.(cpp|hpp|S|ld|dts)$/.test(name) && !name.startsWith('build/'))
    .map((name) => [name, unmark(fs.readFileSync(path.join(directory, name), 'utf8'))]));
  return { book, own };
}

/** The difference of one file, as git shows it: from the book's to one's own. */
function difference(name, { book, own }, ...options) {
  const place = temporaryDirectory('compare');
  try {
    const files = Object.entries({ book, own }).map(([side, texts]) => {
      const file = path.join(place, `${side}-${path.basename(name)}`);
      fs.writeFileSync(file, texts.get(name) ?? '');
      return file;
    });
    return differenceOf(...files, 3, ...options);
  } finally {
    fs.rmSync(place, { recursive: true });
  }
}

/** A line about a file. */
function aboutFile(name, sides) {
  if (!sides.own.has(name)) {
    return 'is not there';
  }
  if (!sides.book.has(name)) {
    return 'is yours alone';
  }
  const [removed, added] = /^(\d+)\t(\d+)/m.exec(difference(name, sides, '--numstat'))?.slice(1) ?? [];
  return removed === undefined ? 'is the same' : `differs: +${removed} −${added} lines`;
}

await runCommand({ file: { type: 'string' } }, async ({ file }, [stepText, place]) => {
  const directory = workOf(place);
  const step = stepOf(stepText, directory);
  const sides = sidesOf(step, directory);
  const names = [...new Set([...sides.book.keys(), ...sides.own.keys()])].sort();
  if (file === undefined) {
    const width = Math.max(...names.map((name) => name.length));
    names.forEach((name) => console.log(`${name.padEnd(width)}  ${aboutFile(name, sides)}`));
    console.log('FILE=name shows one of them: the lines with a minus are the book\'s, those with a '
      + 'plus yours');
    return;
  }
  if (!names.includes(file)) {
    refuse(`FILE=${file}: neither ${step} nor ${place} has it`);
  }
  const text = difference(file, sides).split(/^(?=@@ )/m).slice(1).join('');
  console.log(text || `${file} is the same`);
});
