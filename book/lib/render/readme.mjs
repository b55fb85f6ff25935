// What the README says of the steps, the floors and the variables, so that it is said once.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { refuse } from '../../../common/stairs/steps.mjs';
import { remember } from '../remember.mjs';

export const readmePath = fileURLToPath(new URL('../../../README.md', import.meta.url));

/** The rows of the table below a row of headings, each a list of cells. */
const tableBelow = remember((heading) => {
  const [, table] = readFileSync(readmePath, 'utf8').split(`${heading}\n`);
  if (table === undefined) {
    refuse(`README.md has no table ${heading}`);
  }
  const lines = table.split('\n');
  return lines.slice(1, lines.findIndex((line) => !line.startsWith('|')))
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
});

/** What a step adds, and how its run ends: { adds, ends }, with code between backticks. */
export function lineOf(step) {
  const row = tableBelow('| step | adds | its run ends with |')
    .find(([name]) => name === `\`${step}\``) ?? refuse(`README.md does not name ${step}`);
  return { adds: row[1], ends: row[2] };
}

/** The floors, from the top down: { floor, files }, files without their endings. */
export const floors = () => tableBelow('| floor | files |').map(([floor, files]) => ({
  floor, files: [...files.matchAll(/`([^`]+)`/g)].map(([, name]) => name),
}));

/** The variables of `make run`: [name, what it names, what holds without it] of each. */
export const variables = () => tableBelow('| variable | what it names | without it |');
