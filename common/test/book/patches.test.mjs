// The patches of the chapters. A fault is what makes its symptom: without it nobody sees that. A
// solution passes the checkpoint of its chapter, unless its exercise says why not.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { grade } from '../../check/grade.mjs';
import { bookDirectory, readPage } from '../../../book/lib/page.mjs';
import { shownLines } from '../../../book/lib/render/console.mjs';
import { recordedOf, textOf } from '../../../book/lib/render/recorded.mjs';
import { steps } from '../../../book/lib/steps.mjs';
import { applyPatch, Place } from '../../../book/record/place.mjs';
import { readRuns } from '../../../book/record/runs.mjs';
import { root } from './pages.mjs';

const written = steps.map((step) => ({ step, page: readPage(step) }))
  .filter(({ page }) => page !== undefined);

/** Of a run, which machine it is; not what is typed, how it is looked at, nor until when. */
const given = ({ state, variables: { MACHINE, ...variables } = {} }) => ({ state, variables });

/** Of a chapter, what the page shows of the runs with a patch: [{ name, lines }]. */
const symptomsOf = ({ step, page }, runs, patch) => page.directives
  .filter(({ kind }) => kind === 'console')
  .map(({ rest }) => /^(\S+) *(.*)$/.exec(rest))
  .filter(([, name]) => runs[name]?.patch === patch && !runs[name].command && !runs[name].log)
  .map(([, name, excerpt]) => ({ name, lines: shownLines(step, name, excerpt) }));

const withoutTime = (line) => line.replace(/^\[ *\d+\.\d+\] /, '');

/** The text of the same run without the patch: of the same state, or at least of the step. */
function withoutPatch(step, runs, name) {
  const isAs = (wanted) => ([, { patch, command, log, trace, ...run }]) =>
    [patch, command, log, trace].every((each) => each === undefined)
      && isDeepStrictEqual(given(run), given(wanted));
  const all = Object.entries(runs);
  const [other] = all.find(isAs(runs[name])) ?? all.find(isAs({ ...runs[name], state: undefined }))
    ?? assert.fail(`runs.mjs needs a run that is as ${name}, but without the patch`);
  return textOf(step, recordedOf(step).runs[other]);
}

/**
 * What is wrong with a fault; undefined if nothing is.
 * @param symptoms what the page shows of it, as symptomsOf gives it
 * @param goodOf from the name of a run to what it shows without the patch
 * @param isHidden whether the page says that no run shows it
 */
function verdictOf(symptoms, goodOf, isHidden) {
  if (symptoms.length === 0) {
    return 'the page shows nothing of it';
  }
  const isSeen = symptoms.some(({ name, lines }) => {
    const good = goodOf(name).split('\n').map(withoutTime);
    return lines.some((line) => !good.includes(withoutTime(line)));
  });
  if (isSeen === isHidden) {
    return isHidden ? 'a run shows it' : 'all that is shown of it is there without the patch as well';
  }
  return undefined;
}

test('a fault whose symptom is not its own, or that is said to have none, is found out', () => {
  const good = () => '[    0.100000] Run /init\nbye\n';
  const same = [{ name: 'run', lines: ['[    0.200000] Run /init'] }, { name: 'run', lines: [] }];
  const other = [...same, { name: 'run', lines: ['bye', 'panic'] }];
  assert.equal(verdictOf([], good, false), 'the page shows nothing of it');
  assert.match(verdictOf(same, good, false), /is there without the patch as well/);
  assert.equal(verdictOf(other, good, true), 'a run shows it');
  assert.equal(verdictOf(other, good, false), undefined);
  assert.equal(verdictOf(same, good, true), undefined);
});

for (const chapter of written) {
  const { step, page } = chapter;
  const { runs } = await readRuns(step);
  const patchesOf = (kind) => page.directives.filter((each) => each.kind === kind);

  describe(`what goes wrong in ${step}`, () => {
    // The patch of a table that is walked is no fault: the hypervisor only says where it is.
    const faults = patchesOf('failure').filter(({ rest: name }) => !runs[name]?.table);
    for (const { rest: name, section } of faults) {
      const isHidden = /no run/.test(section.title); // as the page says
      test(`${name} ${isHidden ? 'is not seen' : 'is seen, and only with its patch'}`, () => {
        const symptoms = symptomsOf(chapter, runs, runs[name].patch);
        const goodOf = (seen) => withoutPatch(step, runs, seen);
        assert.equal(verdictOf(symptoms, goodOf, isHidden), undefined);
      });
    }
  });

  describe(`in ${step} the checkpoint`, () => {
    for (const { rest: name, section } of patchesOf('solution')) {
      const text = page.text.split('\n').slice(section.line).join('\n').split(/^#{2,3} /m)[0];
      const complains = /The checkpoint then complains/.test(text);
      test(`${complains ? 'complains of' : 'passes'} the solution ${name}`, async (t) => {
        const directory = mkdtempSync(join(root, 'build', `solution-of-${step}-`));
        const out = mkdtempSync(join(root, 'build', `built-of-${step}-`));
        t.after(() => [directory, out].forEach((each) => rmSync(each, { recursive: true })));
        cpSync(join(root, 'steps', step), directory, { recursive: true });
        applyPatch(directory, join(bookDirectory, step, runs[name].patch));
        const { results, points, fault } = await grade(directory, step,
          { out: join(out, 'build'), seed: 'solutions' });
        assert.equal(fault, undefined);
        const said = results.filter(({ state }) => state !== 'passed')
          .map(({ test: { name: own }, message }) => [own, ...message].join('\n  ')).join('\n');
        assert.equal(points < 100, complains, said);
      });
    }
  });
}
