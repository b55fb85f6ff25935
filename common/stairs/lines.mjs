// Counts lines, without those that are blank or a comment; code and headers are counted apart.
//   node common/stairs/lines.mjs         the sums of all steps
//   node common/stairs/lines.mjs STEP    the files of one step, or of any directory
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stepsDirectory, withoutComments } from './steps.mjs';

const kinds = { code: ['.cpp', '.S', '.ld'], headers: ['.hpp'] };

/** The lines of a file that hold more than blanks and comments. */
const countLines = (path) =>
  withoutComments(path, readFileSync(path, 'utf8')).filter((line) => line.trim() !== '').length;

/** Every file of a step that counts: its name, kind and number of lines. */
export function countStep(directory) {
  return readdirSync(directory).flatMap((name) => {
    const kind = Object.keys(kinds).find((each) => kinds[each].includes(extname(name)));
    return kind ? [{ name, kind, lines: countLines(join(directory, name)) }] : [];
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
    printFiles(existsSync(step) ? step : join(stepsDirectory, step));
  } else {
    console.log('step'.padEnd(22), ...Object.keys(kinds).map((kind) => pad(kind, 10)));
    readdirSync(stepsDirectory).sort().forEach((name) => printSums(join(stepsDirectory, name)));
  }
}
