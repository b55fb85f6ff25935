// Packs what is handed in: the files that are graded, the step, their hashes, what they have grown
// from, and what the check says here. What grading would refuse is refused now.
//
//   node submit.mjs STEP DIRECTORY
import fs from 'node:fs';
import path from 'node:path';

import { grade } from '../grade.mjs';
import { placeOf, shown } from '../place.mjs';
import { plainLines } from '../reports/plain.mjs';
import { textOfFault } from '../reports/text.mjs';
import { anySeed } from '../values.mjs';
import { pack } from './archive.mjs';
import { readStart, runCommand, stepOf, workOf } from './command.mjs';
import { unmark } from './markers.mjs';
import { collect, hashOf } from './taken.mjs';

/** A name that nothing has: nothing is overwritten. */
function freeName(start) {
  let name = `${start}.tar`;
  for (let count = 2; fs.existsSync(name); ++count) {
    name = `${start}.${count}.tar`;
  }
  return name;
}

/** The result here, as a note: what counts is the teacher's grading. */
async function resultOf(step, directory) {
  const seed = process.env.SEED || anySeed();
  const { fault, results, points } = await grade(directory, step,
    { out: path.join(placeOf(directory), 'build'), seed });
  if (fault !== undefined) {
    console.log(textOfFault(plainLines(fault, 30)));
  }
  return {
    builds: fault === undefined, points, seed,
    tests: results.map(({ test, state }) => ({ name: test.name, state })),
  };
}

await runCommand({}, async (_, [stepText, place]) => {
  const directory = workOf(place);
  const step = stepOf(stepText, directory);
  const { files, left } = collect(directory);
  left.forEach((name) => console.log(`submit: ${name} is not handed in: the grader has its own`));
  console.log(`submit: checking ${place} as ${step}`);
  const result = await resultOf(step, directory);
  const note = {
    version: 1, step, starts: readStart(directory)?.starts ?? [], result,
    files: Object.fromEntries([...files].map(([name, content]) => [name, hashOf(content)])),
    isMarked: [...files.values()].some((content) => unmark(`${content}`) !== `${content}`),
  };
  const bundle = freeName(`${directory}-${step}`);
  fs.writeFileSync(bundle, pack(new Map([...files,
    ['submission.json', Buffer.from(`${JSON.stringify(note, undefined, 2)}\n`)]])));
  console.log(`submit: ${shown(bundle)} has ${files.size} files; here it `
    + `${result.builds ? `gets ${result.points} of 100 points, seed ${result.seed}`
      : 'does not build'}`);
});
