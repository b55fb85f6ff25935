// What the book shows as output is still so: all of it is run again, on every QEMU, and compared
// with what is recorded.

import assert from 'node:assert/strict';
import test from 'node:test';

import { steps } from '../../../book/lib/steps.mjs';
import { recordChapter, workers } from '../../../book/record/chapter.mjs';
import { changesOfRun, changesOfTheRest } from '../../../book/record/compare.mjs';
import { readRecorded, strayFiles } from '../../../book/record/store.mjs';
import { qemus } from '../machine.mjs';

const work = workers(2);
const chapters = steps.map((step) => recordChapter(step, { work }).catch((error) => ({ error })));

for (const [number, step] of steps.entries()) {
  const recorded = readRecorded(step);
  const chapter = await chapters[number];
  const names = new Set([...Object.keys(recorded?.runs ?? {}), ...Object.keys(chapter.runs ?? {})]);
  for (const name of names) {
    const { results = qemus } = chapter.runs?.[name] ?? {};
    results.forEach((_, index) => {
      const where = results.length > 1 ? ` [QEMU ${qemus[index].version}]` : '';
      test(`${step} is as recorded: ${name}${where}`, () => {
        assert.ok(chapter.runs, chapter.error);
        const changes = changesOfRun(recorded, chapter, name, index);
        assert.ok(changes === undefined, changes);
      });
    });
  }
  test(`${step} is as recorded: its states and numbers`, () => {
    assert.ok(chapter.runs, chapter.error);
    assert.deepEqual(changesOfTheRest(recorded, chapter), []);
    assert.deepEqual(strayFiles(step, recorded), [], 'files of no run');
  });
}
