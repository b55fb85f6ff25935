// Grades the hypervisor in a directory by what can be seen from outside when it runs:
//
//   node check.mjs DIRECTORY [CHAPTER]
//
// CHAPTER is the number of a checkpoint in chapters/; without it the directory's name begins with
// it. What the code looks like and what it prints beyond what is asked for does not matter.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

function fail(message) {
  console.error(`check: ${message}`);
  process.exit(2);
}

const [directory, wanted] = process.argv.slice(2);
if (!directory || !fs.existsSync(path.join(directory, 'Makefile'))) {
  fail(`${directory ?? 'no directory'}: name one with a Makefile that includes common/step.mk`);
}
const number = wanted ?? /^\d\d/.exec(path.basename(path.resolve(directory)))?.[0];
const chapters = fs.readdirSync(path.join(here, 'chapters'));
const chapter = chapters.find((name) => name.startsWith(`${number}-`));
if (!chapter) {
  fail(`there is no checkpoint ${number ?? ''}; say CHAPTER=${chapters[0].slice(0, 2)} or another of `
    + chapters.map((name) => name.slice(0, 2)).join(' '));
}

process.env.STEP = path.resolve(directory);
const { Kit } = await import('./kit.mjs');
const { checks } = await import(`./chapters/${chapter}`);

console.log(`checkpoint ${chapter.replace('.mjs', '')}`);
let passed = 0;
for (const [what, check] of Object.entries(checks)) {
  const kit = new Kit();
  try {
    await check(kit);
    ++passed;
    console.log(`  ok    ${what}`);
  } catch (error) {
    console.log(`  FAIL  ${what}\n${error.message.replace(/^/gm, '        ')}`);
    console.log(kit.log().replace(/^/gm, '        | '));
  } finally {
    await kit.stop();
  }
}
const total = Object.keys(checks).length;
console.log(`${passed} of ${total} passed`);
process.exitCode = passed === total ? 0 : 1;
