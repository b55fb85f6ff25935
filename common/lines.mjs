// Counts lines, without those that are blank or a comment; code and headers are counted apart.
//   node common/lines.mjs         the sums of all steps, and the goals for the last one
//   node common/lines.mjs STEP    the files of one step
import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const stepsDirectory = fileURLToPath(new URL('../steps', import.meta.url));
const kinds = {
  code: { extensions: ['.cpp', '.S', '.ld'], goal: 1000 },
  headers: { extensions: ['.hpp'], goal: 400 },
};

/** The lines of `text` that hold more than blanks and comments. */
export function countLines(text) {
  return text
    .replace(/\/\*[^]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ''))
    .split('\n')
    .filter((line) => !/^\s*(\/\/.*)?$/.test(line)).length;
}

/** Every file of a step that counts: its name, kind and number of lines. */
export function countStep(directory) {
  return readdirSync(directory).flatMap((name) => {
    const kind = Object.keys(kinds).find((k) => kinds[k].extensions.includes(extname(name)));
    const lines = kind && countLines(readFileSync(join(directory, name), 'utf8'));
    return kind ? [{ name, kind, lines }] : [];
  });
}

const pad = (text, width) => String(text).padStart(width);

function printFiles(directory) {
  for (const { name, lines } of countStep(directory).sort((a, b) => b.lines - a.lines)) {
    console.log(`${pad(lines, 6)}  ${name}`);
  }
}

function printSums(directory) {
  const sums = Object.keys(kinds).map((kind) => countStep(directory)
    .reduce((sum, file) => sum + (file.kind === kind ? file.lines : 0), 0));
  console.log(basename(directory).padEnd(22), ...sums.map((sum) => pad(sum, 10)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const step = process.argv[2];
  if (step) {
    printFiles(join(stepsDirectory, basename(step)));
  } else {
    console.log('step'.padEnd(22), ...Object.keys(kinds).map((kind) => pad(kind, 10)));
    readdirSync(stepsDirectory).sort().forEach((name) => printSums(join(stepsDirectory, name)));
    const goals = Object.values(kinds).map(({ goal }) => pad(goal, 10));
    console.log('goal for the last one'.padEnd(22), ...goals);
  }
}
