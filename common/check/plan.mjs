// Which tests grade a step, and for how many points: those of its chapter, and those of the chapters
// before it that stay true.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const directory = fileURLToPath(new URL('chapters', import.meta.url));

/** The steps that have a checkpoint, as `09-linux`. */
export const checkpoints = fs.readdirSync(directory).filter((name) => /^\d\d-.*\.mjs$/.test(name))
  .map((name) => name.replace('.mjs', '')).sort();

/** Shares `total` points in the proportion of the items' own, in whole points, at least one each. */
function share(items, total) {
  const sum = items.reduce((all, { points }) => all + points, 0);
  const shares = items.map((item) => ({ item, exact: item.points * total / sum }))
    .map(({ item, exact }) => ({ item, exact, points: Math.max(1, Math.floor(exact)) }));
  const lacks = ({ exact, points }) => exact - points; // how much less it has than its part
  const most = (list, by) => list.reduce((one, other) => (by(other) > by(one) ? other : one));
  let left = total - shares.reduce((all, { points }) => all + points, 0);
  for (; left > 0; --left) {
    most(shares, lacks).points += 1;
  }
  for (; left < 0; ++left) {
    most(shares.filter(({ points }) => points > 1), (each) => -lacks(each)).points -= 1;
  }
  return shares.map(({ item, points }) => ({ ...item, points }));
}

const noneHidden = { points: { added: 0 }, boots: {}, tests: [] };

/** What a chapter has: { step, boots, tests }. */
async function readChapter(step) {
  const { boots, tests } = await import(pathToFileURL(path.join(directory, `${step}.mjs`)));
  return { step, boots, tests: tests.map((test) => ({ ...test, step })) };
}

/**
 * The tests of a step, and what the boots of their chapters are.
 *
 * What chapters before have built and what stays true is graded again: all such tests of a chapter
 * together, so that most of the points are for what the step brings.
 *
 * @param {object} hidden tests that no student sees, of readHidden: { points, boots, tests }
 * @returns {{ tests: object[], lasting: object[], boots: Map<string, object>, total: number }}
 *   tests: the step's own first: { name, step, says, points, section, parents, hints, code, boot,
 *     check, isOwn, isHidden }, where `step` is the chapter that a test is from; who is not its own
 *     has no points alone
 *   lasting: { step, points, names } of each chapter before: who passes all of `names` gets them
 *   boots: by `step/name`
 *   total: all points
 */
export async function planOf(step, hidden = noneHidden) {
  const chapters = await Promise.all(checkpoints.filter((each) => each <= step).map(readChapter));
  const own = chapters.find((chapter) => chapter.step === step);
  const before = chapters.filter((chapter) => chapter !== own)
    .map((chapter) => ({ step: chapter.step, tests: chapter.tests.filter((test) => test.lasts) }))
    .filter(({ tests }) => tests.length > 0);
  const points = before.length === 0 ? 0 : step < '08' ? 10 : 20;
  const tests = [
    ...share(own.tests, 100 - points - (hidden.points.replace ?? 0))
      .map((test) => ({ ...test, isOwn: true })),
    ...share(hidden.tests, hidden.points.added ?? hidden.points.replace)
      .map((test) => ({ ...test, step, isOwn: true, isHidden: true })),
    ...before.flatMap((chapter) => chapter.tests)
      .map((test) => ({ ...test, points: 0, isOwn: false })),
  ];
  const names = new Set(tests.map(({ name }) => name));
  return {
    total: 100 + (hidden.points.added ?? 0),
    tests: tests.map((test) => ({
      ...test, parents: (test.parents ?? []).filter((name) => names.has(name)),
    })),
    lasting: share(before.map((chapter) => ({
      step: chapter.step, points: chapter.tests.length, names: chapter.tests.map(({ name }) => name),
    })), points),
    boots: new Map([...chapters, { step, boots: hidden.boots }]
      .flatMap((chapter) => Object.entries(chapter.boots)
        .map(([name, boot]) => [`${chapter.step}/${name}`, boot]))),
  };
}
