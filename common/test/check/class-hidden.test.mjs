// Tests that no student sees: they count, nothing that a student reads tells of them, and a fault
// in them, or in the grader, is the end of one submission alone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { readCsv } from '../../check/class/csv.mjs';
import { readHidden } from '../../check/class/hidden.mjs';
import { checksHash, rulesOf } from '../../check/class/key.mjs';
import { inProcess } from '../../check/class/pool.mjs';
import { versionsOf } from '../../check/reports/versions.mjs';
import { root, scratchDirectory } from '../machine.mjs';
import { changed, Class, noBuild, noEnd, unsafe } from './classes.mjs';

const scratch = scratchDirectory('class-hidden');

describe('hidden tests', () => {
  /** Private checks. No word of them may be in what a student reads. */
  function writeChecks(name, points, check) {
    const directory = path.join(scratch, name);
    ['chapters', 'guests'].forEach((each) =>
      fs.mkdirSync(path.join(directory, each), { recursive: true }));
    fs.copyFileSync(path.join(root, 'common', 'check', 'guests', 'firmware.S'),
      path.join(directory, 'guests', 'private.S'));
    fs.writeFileSync(path.join(directory, 'chapters', '02-printing.mjs'), `
import { require } from '../failure.mjs';
export const points = ${JSON.stringify(points)};
export const boots = { own: { firmware: 'private.S', values: () => ({ hart: 77 }) } };
export const tests = [
  { name: 'secret-hart', points: 1, says: 'hart 77', boot: 'own', check: ${check} },
  { name: 'secret-off', points: 3, says: 'off', boot: 'chosen', parents: ['calls'],
    check(run) { run.expectEnd(0); } },
];
`);
    return ['--checks', directory];
  }
  const passes = '(run) => require(run.lines.some((line) => /77/.test(line)), "hart 77")';
  const throws = '(run) => run.lines.some((line) => /hello/.test(line)) || run.nothing.there';

  const all = new Class(scratch, 'hidden');
  all.directory('one', noEnd());
  all.directory('two', changed('main.cpp', 'hello', 'hallo'));
  all.directory('three', noBuild());
  let reports; // without hidden tests
  const gradeWith = (name, points, check, only) => all.grade([...writeChecks(name, points, check),
    ...only ? ['--only', only] : [], ...unsafe]);
  const requireSame = (names) => names.forEach((name) =>
    assert.equal(all.read(`reports/${name}.txt`), reports[`reports/${name}.txt`], name));

  test('are none without CHECKS', async () => {
    const { status, errors } = await all.grade(unsafe, { SEED: 'hidden' });
    assert.equal(status, 0, errors);
    assert.deepEqual(all.marks(), { one: 80, two: 100, three: 'does not build' });
    reports = all.written();
  });
  test('that are added give more points, and no student sees that', async () => {
    const { status, output } = await gradeWith('added', { added: 20 }, passes);
    assert.equal(status, 0, output);
    assert.deepEqual(all.marks(), { one: 100, two: 120, three: 'does not build' }, output);
    assert.equal(all.results().get('three').record.total, 120);
    requireSame(['one', 'two', 'three']);
  });
  test('that replace others are among the 100, and no student sees that', async () => {
    const { output } = await gradeWith('replace', { replace: 40 }, passes);
    const { record } = all.results().get('one');
    assert.deepEqual([record.total, all.marks().two], [100, 100], output);
    assert.ok(record.tests.some(({ name, points, hidden }) => name === 'secret-hart' && hidden
      && points === 10));
    requireSame(['one', 'two', 'three']);
  });
  test('in which the grader fails are the end of one submission, which gets no mark', async () => {
    const { status } = await gradeWith('fails', { added: 20 }, throws);
    assert.equal(status, 1);
    assert.deepEqual(all.marks(), { one: 100, two: 'grader failed', three: 'does not build' });
    const row = readCsv(all.read('results.csv')).find(({ name }) => name === 'two');
    assert.equal(row.points, '');
    assert.match(row.reason, /TypeError/);
    assert.doesNotMatch(all.read('reports/two.txt'), /TypeError|secret|hidden tests|nothing/);
    assert.match(all.read('earlier/two.3.json'), /"points": 100/);
    requireSame(['one', 'three']);
  });
  test('in which the process of the grader ends are the end of one submission, too', async () => {
    const { status } = await gradeWith('exits', { added: 20 }, '() => process.exit(3)', 'two');
    assert.equal(status, 1);
    assert.equal(all.results().get('two').record.reason, 'it ends with status 3');
    assert.equal(all.marks().one, 100);
  });
  // Without a box it can; that there is none is box.test.mjs's failure.
  const reason = unsafe.length > 0 && 'there is no box';
  test('cannot be read by who is graded', { skip: reason }, async () => {
    const [, secret] = writeChecks('read', { added: 20 }, passes);
    all.directory('four', changed('main.cpp', '{', `{ static const char text[] = {
#embed "${secret}/chapters/02-printing.mjs"
};`));
    await all.grade(['--checks', secret, '--only', 'four', ...unsafe]);
    assert.equal(all.marks().four, 'does not build');
    assert.doesNotMatch(all.read('reports/four.txt'), /hart 77/);
  });
  for (const [what, points, message] of [
    ['without points', undefined, /points is \{ added: N \}/],
    ['with more points than there are', { replace: 90 }, /up to 60/],
  ]) {
    test(`${what} are refused in a line`, async () => {
      const { status, errors } = await gradeWith('refused', points ?? {}, passes);
      assert.equal(status, 2);
      assert.match(errors, message);
    });
  }
});

describe('private checks of a step', () => {
  const directory = path.join(scratch, 'several');
  const write = (name, text) => {
    fs.mkdirSync(path.join(directory, path.dirname(name)), { recursive: true });
    fs.writeFileSync(path.join(directory, name), text);
  };
  const chapter = (tests, points = 1) => `export const points = { added: ${points} };
    export const tests = ${tests};`;
  for (const [what, text, message] of [
    ['no test', chapter('[]'), /it has 0 tests, and points for 1 to 1/],
    ['more tests than points', chapter(`['a', 'b'].map((name) => ({ name, says: name, points: 1,
      boot: 'chosen', check() {} }))`), /it has 2 tests, and/],
    ['a test that says nothing', chapter(`[{ name: 'a', points: 1, boot: 'chosen', check() {} }]`),
      /a: it has no check, no points, or nothing that it says/],
  ]) {
    test(`with ${what} are refused`, async () => {
      write('chapters/02-printing.mjs', text);
      await assert.rejects(readHidden(directory, '02-printing'), message);
    });
  }
  test('are other ones when what is read of them changes, and only then', () => {
    const hash = () => [checksHash('02-printing', directory),
      versionsOf({ checks: directory, step: '02-printing' }).checks].join();
    const before = hash();
    write('.git/index', 'another');
    write('chapters/09-linux.mjs', 'for another week');
    assert.equal(hash(), before);
    write('guests/mine.S', 'nop');
    assert.notEqual(hash(), before);
  });
  test('are beside what a boot of the step itself runs', () => {
    assert.ok([...rulesOf('07-hypercall')].some(([name]) => name === 'hello.S'));
  });
});

test('a grader that comes to no end is ended, with all that it has started', async () => {
  const directory = path.join(scratch, 'endless');
  fs.mkdirSync(path.join(directory, 'chapters'), { recursive: true });
  fs.writeFileSync(path.join(directory, 'chapters', '02-printing.mjs'), `
import { spawn } from 'node:child_process';
spawn('sleep', ['98765'], { detached: true, stdio: 'inherit' });
for (;;);
`);
  const { failure } = await inProcess(scratch,
    (place) => ({ directory: place, step: '02-printing', checks: directory, about: {} }), 3);
  assert.equal(failure, 'no end within 3 seconds');
  const sleeps = spawnSync('sh', ['-c', 'cat /proc/[0-9]*/cmdline 2> /dev/null | tr "\\0" " "'],
    { encoding: 'utf8' }).stdout;
  assert.doesNotMatch(sleeps, /sleep 98765/);
});

test('a program that is never silent has a mark when the time for its tests is over', async () => {
  const { record, failure } = await inProcess(scratch, (place) => {
    const directory = path.join(place, 'submission');
    fs.mkdirSync(directory);
    changed('main.cpp', '    firmware::power_off', `    for (std::uint64_t i = 0;; ++i) {
        asm volatile("");
        if (i % 100'000'000 == 0) { println("on"); }
    }
    firmware::power_off`).forEach((text, name) =>
      fs.writeFileSync(path.join(directory, name), text));
    return { directory, out: path.join(place, 'out'), step: '02-printing', seconds: 5,
      about: { step: '02-printing', name: 'one', seed: 'x', box: 'none' } };
  }, 30);
  assert.equal(failure, undefined);
  assert.match(JSON.stringify(record), /the 5 seconds for all tests are over/);
  assert.ok(record.points < 100);
});
