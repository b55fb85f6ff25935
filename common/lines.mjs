// Counts the lines of each step: `node common/lines.mjs [STEP…]`, without blank and comment lines.
// Prints every file and the sums beside the goals; code and headers are counted apart.
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

function print(directory) {
  const files = countStep(directory).sort((a, b) => b.lines - a.lines);
  console.log(basename(directory));
  for (const [kind, { extensions, goal }] of Object.entries(kinds)) {
    const ofKind = files.filter((file) => file.kind === kind);
    for (const { name, lines } of ofKind) {
      console.log(`  ${String(lines).padStart(5)}  ${name}`);
    }
    const sum = ofKind.reduce((total, file) => total + file.lines, 0);
    const what = `${kind} (${extensions.join(' ')})`;
    console.log(`  ${String(sum).padStart(5)}  ${what}; the goal for the last step is ${goal}\n`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const steps = process.argv.length > 2 ? process.argv.slice(2) : readdirSync(stepsDirectory).sort();
  for (const step of steps) {
    print(join(stepsDirectory, basename(step)));
  }
}
