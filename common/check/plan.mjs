// Which tests grade a step, and for how many points: those of its chapter, and those of the chapters
// before it that stay true.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

const directory = fileURLToPath(new URL('chapters', import.meta.url));

/** The steps that have a checkpoint, as `09-linux`. */
export const checkpoints = fs.readdirSync(directory).filter((name) => /^\d\d-.*\.mjs$/.test(name))
  .map((name) => name.replace('.mjs', '')).sort();

/** Shares `total` points among tests in the proportion of their own, in whole points. */
function share(tests, total) {
  const sum = tests.reduce((all, { points }) => all + points, 0);
  const shares = tests.map((test) => ({ test, exact: test.points * total / sum }))
    .map(({ test, exact }) => ({ test, exact, points: Math.max(1, Math.floor(exact)) }));
  const least = ({ exact, points }) => exact - points; // how much less it has than its part
  let left = total - shares.reduce((all, { points }) => all + points, 0);
  for (; left > 0; --left) {
    shares.reduce((one, other) => (least(other) > least(one) ? other : one)).points += 1;
  }
  for (; left < 0; ++left) {
    shares.filter(({ points }) => points > 1)
      .reduce((one, other) => (least(other) < least(one) ? other : one)).points -= 1;
  }
  return shares.map(({ test, points }) => ({ ...test, points }));
}

/** What a chapter has: { step, boots, tests }. */
async function readChapter(step) {
  const { boots, tests } = await import(`./chapters/${step}.mjs`);
  return { step, boots, tests: tests.map((test) => ({ ...test, step })) };
}

/** How many points the tests of earlier chapters get. */
const forLasting = (step, count) =>
  (count === 0 ? 0 : step >= '08' ? Math.max(20, count) : Math.max(10, count));

/**
 * The tests of a step, its own first: { name, step, says, points, section, parents, hints, code,
 * boot, check, isOwn }, where `step` is the chapter that a test is from; and the boots of all
 * chapters, by `step/name`.
 */
export async function planOf(step) {
  const chapters = await Promise.all(checkpoints.filter((each) => each <= step).map(readChapter));
  const own = chapters.find((chapter) => chapter.step === step);
  const lasting = chapters.filter((chapter) => chapter !== own)
    .flatMap(({ tests }) => tests.filter((test) => test.lasts));
  const points = forLasting(step, lasting.length);
  const tests = [
    ...share(own.tests, 100 - points).map((test) => ({ ...test, isOwn: true })),
    ...(points > 0 ? share(lasting, points) : []).map((test) => ({ ...test, isOwn: false })),
  ];
  const names = new Set(tests.map(({ name }) => name));
  const boots = new Map(chapters.flatMap((chapter) => Object.entries(chapter.boots)
    .map(([name, boot]) => [`${chapter.step}/${name}`, boot])));
  return {
    boots,
    tests: tests.map((test) => ({
      ...test, parents: (test.parents ?? []).filter((name) => names.has(name)),
    })),
  };
}
