// make grade: a class with broken submissions gets the right marks, in one run or in many that were
// killed. ALL_CHECKS=1: also a class of thirty, by one and by four at once.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { readCsv, writeCsv } from '../../check/class/csv.mjs';
import { forEach } from '../../check/class/pool.mjs';
import { Results } from '../../check/class/results.mjs';
import { anySeed, Values } from '../../check/values.mjs';
import { root, scratchDirectory, userEnvironment } from '../machine.mjs';
import { changed, Class, noBuild, noEnd, noPower, sources, unsafe } from './classes.mjs';
import { faultsOf } from './schema.mjs';

const isWhole = Boolean(process.env.ALL_CHECKS);
const scratch = scratchDirectory('class');
const recordSchema = path.join(root, 'common', 'check', 'schemas', 'record.schema.json');

/** Six, three of them broken. */
function classOfSix(name) {
  const all = new Class(scratch, name);
  all.bundle('one-02-printing.tar', sources());
  all.directory('two', changed('print.cpp', '\n', '\n// mine\n'));
  all.zipped('=1+1.tgz', sources());
  all.directory('three', noBuild());
  all.bundle('four.tar', new Map([['../main.cpp', '']]));
  all.directory('five', noPower());
  return all;
}
const marksOfSix = {
  one: 100, two: 100, '=1+1': 100, three: 'does not build', four: 'refused', five: 60,
};

describe('a class of six', () => {
  const all = classOfSix('six');
  let duration; // milliseconds

  test('with three broken is graded right', async () => {
    const start = performance.now();
    const { status, output, errors } = await all.grade(unsafe, { SEED: 'six' });
    duration = Math.round(performance.now() - start);
    assert.deepEqual(all.marks(), marksOfSix, output + errors);
    assert.equal(status, 0);
    assert.match(output.split('\n')[0], /6 to grade; results in .*class-02$/);
    assert.deepEqual(fs.readdirSync(all.temporary), [], 'files that are left');
    await all.gone();
  });
  test('has a row for each in the table, text in each cell', () => {
    const rows = readCsv(all.read('results.csv'));
    assert.deepEqual(rows.map(({ name, points, seed }) => [name, points, seed]), [
      ["'=1+1", '100', 'six'], ['five', '60', 'six'], ['four', '0', 'six'], ['one', '100', 'six'],
      ['three', '0', 'six'], ['two', '100', 'six'],
    ]);
    assert.match(rows[2].reason, /leads out of the archive/);
  });
  test('has a report for each', () => {
    assert.match(all.read('reports/five.txt'),
      /FAIL +0\/20 +off: [^]*\n60 of 100 points, seed six\n/);
    assert.match(all.read('reports/three.txt'), /it does not build:\n[^]*nothing/);
    assert.match(all.read('reports/four.txt'), /refused: /);
  });
  test('has records that fit their schema', () => {
    all.results().forEach(({ record }) => assert.deepEqual(faultsOf(record, recordSchema), []));
  });

  test('loses no mark when a run is killed at any point, and the next goes on', async () => {
    const killed = classOfSix('killed');
    fs.cpSync(all.out, killed.out, { recursive: true });
    const seed = process.env.SEED || anySeed();
    const any = new Values(seed, 'kills');
    for (let count = 0; count < (isWhole ? 20 : 4); ++count) {
      killed.directory(`new-${count}`, count % 2 ? noBuild() : new Map());
      fs.appendFileSync(path.join(killed.submissions, 'two', 'main.cpp'), `// ${count}\n`);
      const before = [killed.marks(), killed.storedMarks()];
      await killed.kill(['--jobs', '2', ...unsafe], any.number(0, Math.round(duration / 2)));
      const now = [killed.marks(), killed.storedMarks()];
      before.forEach((marks, at) => Object.keys(marks).forEach((name) =>
        assert.equal(now[at][name], marks[name], `${name}, SEED=${seed}`)));
    }
    const { status, output } = await killed.grade(unsafe);
    assert.equal(status, 0, output);
    const now = killed.marks();
    Object.entries(marksOfSix).forEach(([name, mark]) => assert.equal(now[name], mark, name));
    assert.deepEqual(fs.readdirSync(killed.temporary), [], 'files that are left');
    assert.ok(!fs.existsSync(path.join(killed.out, 'running')));
  });

  /** How many a run would grade: it is interrupted as soon as it has said so. */
  async function waiting(words = [], env = {}) {
    const { child, ended } = all.start([...unsafe, ...words], env);
    child.stdout.once('data', () => child.kill('SIGINT'));
    const { output, status, errors } = await ended;
    assert.deepEqual([status, errors], [130, 'grade: interrupted: the same command goes on\n']);
    assert.deepEqual(fs.readdirSync(all.temporary), [], 'files that are left');
    await all.gone();
    return Number(/(\d+) to grade/.exec(output)[1]);
  }
  test('is not graded again, but for what has changed', async () => {
    const { output } = await all.grade(unsafe);
    assert.match(output, /seed six, .*: 0 to grade/);
    fs.appendFileSync(path.join(all.submissions, 'three', 'main.cpp'), '// more\n');
    assert.equal(await waiting(), 1);
    assert.equal(await waiting(['--only', 'one']), 1, 'what is named');
    assert.equal(await waiting([], { SEED: 'other' }), 6);
    await all.grade(unsafe, { SEED: 'six' });
    assert.deepEqual(all.marks(), marksOfSix);
  });
  test('keeps the result of what is no longer there', async () => {
    fs.rmSync(path.join(all.submissions, 'five'), { recursive: true });
    const { output } = await all.grade(unsafe);
    assert.match(output, /no longer there, so the result stays: five/);
    assert.deepEqual(all.marks(), marksOfSix);
  });
});

/** Ten ways to be broken: how each is made, and what becomes of it. */
const broken = {
  'no-build': [(all, name) => all.directory(name, noBuild()), 'does not build'],
  'no-end': [(all, name) => all.directory(name, noEnd()), 80],
  nothing: [(all, name) => all.directory(name, new Map()), 'refused'],
  outside: [(all, name) => all.bundle(`${name}.tar`, new Map([['../main.cpp', '']])), 'refused'],
  damaged: [(all, name) => all.archive(`${name}.tar`, Buffer.alloc(2000, 'x')), 'refused'],
  twice: [(all, name) => all.bundle(`${name}.tar`, sources().set('MAIN.cpp', '')), 'refused'],
  large: [(all, name) =>
    all.directory(name, sources().set('a.cpp', 'x'.repeat(2 ** 21))), 'refused'],
  shell: [(all, name) =>
    all.bundle(`${name}.tar`, sources().set('x`id>pwned`.cpp', '')), 'refused'],
  link: [(all, name) => fs.symlinkSync('/etc/passwd',
    path.join(all.directory(name, sources()), 'passwd.hpp')), 'refused'],
  reads: [(all, name) => all.directory(name, changed('main.cpp', '{',
    '{ static const char text[] = {\n#embed "/etc/passwd"\n};')), 'does not build'],
};

/** Thirty, ten of them broken, and what they should get. */
function classOfThirty(name) {
  const all = new Class(scratch, name);
  const marks = {};
  const wholeWays = [
    (each) => all.directory(each, sources()),
    (each) => all.bundle(`${each}-02-printing.tar`, sources()),
    (each) => all.zipped(`${each}.tgz`, sources()),
  ];
  for (let count = 1; count <= 20; ++count) {
    wholeWays[count % wholeWays.length](`whole-${count}`);
    marks[`whole-${count}`] = 100;
  }
  for (const [way, [make, mark]] of Object.entries(broken)) {
    make(all, way);
    marks[way] = mark;
  }
  return { all, marks };
}

describe('a class of thirty, ten of them broken in ten ways', { skip: !isWhole }, () => {
  const { all, marks } = classOfThirty('thirty');
  let written;

  test('is graded right by one after the other', async () => {
    const { status, output } = await all.grade(['--jobs', '1', ...unsafe], { SEED: 'thirty' });
    assert.equal(status, 0, output);
    assert.deepEqual(all.marks(), marks, output);
    written = all.written();
  });
  test('is graded by four at once to the same bytes but for times', async () => {
    const { all: four } = classOfThirty('thirty-four');
    await four.grade(['--jobs', '4', ...unsafe], { SEED: 'thirty' });
    assert.deepEqual(four.differences(written), []);
  });
  test('interrupted and continued, gives the same', async () => {
    const { all: often } = classOfThirty('thirty-often');
    const any = new Values('thirty', 'kills');
    for (let count = 0; count < 5; ++count) {
      await often.kill(['--jobs', '2', ...unsafe], any.number(500, 20_000), { SEED: 'thirty' });
    }
    await often.grade(['--jobs', '2', ...unsafe]);
    assert.deepEqual(often.differences(written), []);
  });
});

describe('a roster', () => {
  /** A class of one and two, with a roster. */
  function classWith(name, roster) {
    const all = new Class(scratch, name);
    all.bundle('one-02-printing.tar', new Map());
    all.bundle('two.tar', new Map());
    fs.writeFileSync(path.join(all.submissions, 'roster.csv'), roster);
    return { all, words: ['--roster', path.join(all.submissions, 'roster.csv'), ...unsafe] };
  }
  test('names whose a file is, who has handed in nothing, and whom it does not know', async () => {
    const { all, words } = classWith('roster',
      '\ufeffName,File\r\n"One, ""the"" first/..",one\r\nthree,three.tar\r\n');
    const { output } = await all.grade(words);
    assert.deepEqual(Object.keys(all.marks()), ['One, "the" first/..', 'two']);
    assert.match(output, /nothing handed in: three$/m);
    assert.match(output, /not in the roster, .*: two$/m);
    assert.match(all.read('results.csv'),
      /^"One, ""the"" first\/\.\.",one-02-printing\.tar,refused,0/m);
  });
  for (const [what, roster, message] of [
    ['no names', 'a,b\n1,2\n', /name the columns file and name/],
    ['a name twice', 'file,name\none,A\none,B\n', /twice/],
    ['one name for two', 'file,name\none,A\ntwo,A\n', /both of A/],
    ['a quote that is open', 'file,name\n"one,A\n', /a quote/],
  ]) {
    test(`with ${what} is refused, and nothing is graded`, async () => {
      const { all, words } = classWith(`roster-${what.replaceAll(' ', '-')}`, roster);
      const { status, errors } = await all.grade(words);
      assert.equal(status, 2);
      assert.match(errors, message);
      assert.ok(!fs.existsSync(all.out));
    });
  }
});

describe('the command', () => {
  test('is make grade, from anywhere', () => {
    const all = new Class(scratch, "it's");
    all.bundle('one.tar', new Map());
    const { status, stdout, stderr } = spawnSync('sh', ['-c', 'make "$@"; exit', 'sh', '-C', root,
      'grade', 'SUBMISSIONS=class', 'STEP=02', 'JOBS=1', ...unsafe.map(() => 'UNSAFE=1')], {
      cwd: all.place, env: userEnvironment(), encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /one: refused: the submission: there is no source in it/);
    assert.deepEqual(all.marks(), { one: 'refused' });
  });
  for (const [what, spoil, message] of [
    ['for nobody', (all) => fs.rmdirSync(all.submissions), /name a directory/],
    ['for no submission', () => {}, /there is nothing in it/],
    ['JOBS=x', () => ['--jobs', 'x'], /JOBS=x: say how many/],
    ['ONLY=x', (all) => all.bundle('one.tar', new Map()) ?? ['--only', 'x'], /no such submission/],
    ['two of one', (all) => ['one.tar', 'one-02-printing.tar'].forEach((name) =>
      all.bundle(name, new Map())), /both of one/],
    ['two of one, with lines in the names', (all) => ['x\n::error::y.tar', 'x\n::error::y.tgz']
      .forEach((name) => all.bundle(name, new Map())), /both of x\\x0a::error::y/],
    ['a long name with lines in it', (all) => all.bundle(`\n::error::${'y'.repeat(200)}.tar`,
      new Map()), /x0a::error::y.* more than 200 bytes/],
    ['an ending without a name', (all) => all.bundle('-02-printing.tar', new Map()), /nobody's/],
    ['OUT=SUBMISSIONS', (all) => ['--out', `${all.submissions}/`], /OUT=.*taken for submissions/],
    ['OUT=/proc/x/y', (all) => all.bundle('one.tar', new Map()) ?? ['--out', '/proc/x/y'],
      /\/proc\/x: no directory can be made there/],
    ['CHECKS=x', () => ['--checks', 'x'], /CHECKS=.*x: name a directory/],
  ]) {
    test(`${what} is refused in a line`, async () => {
      const all = new Class(scratch, `refused-${what.replaceAll(/\W/g, '-')}`);
      const words = spoil(all) ?? [];
      const { status, output, errors } = await all.grade([...words, ...unsafe]);
      assert.equal(status, 2, output);
      assert.match(errors, message);
      assert.equal(errors.trim().split('\n').length, 1, errors);
    });
  }
  test('a name with line ends is in the table, with its mark', async () => {
    const all = new Class(scratch, 'line-ends');
    all.bundle('one\ntwo\u2028.tar', new Map());
    const { status, output } = await all.grade(unsafe);
    assert.equal(status, 0, output);
    assert.match(output, /\ngrade: 0 graded, 0 does not build, 1 refused, /);
    assert.deepEqual(all.marks(), { 'one\ntwo\u2028': 'refused' });
    assert.match(all.read('results.csv'), /^one two ,/m);
  });
  test('a note with our own process\'s number is that of another, long ago', () => {
    const all = new Class(scratch, 'same-number');
    const results = new Results(all.out);
    fs.writeFileSync(path.join(all.out, 'running'),
      JSON.stringify({ id: process.pid, scratch: path.join(all.place, 'gone') }));
    results.take(path.join(all.place, 'new'));
    results.release();
  });
  test('when one cannot be stored no other is begun, and all come to their end', async () => {
    const seen = [];
    let end;
    const isOver = new Promise((resolve) => { end = resolve; });
    const all = forEach([1, 2, 3, 4], 2, async (each) => {
      seen.push(each);
      if (each === 1) {
        throw new Error('no room');
      }
      await isOver;
      seen.push(-each);
    });
    setImmediate(end);
    await assert.rejects(all, /no room/);
    assert.deepEqual(seen, [1, 2, -2]);
  });
  test('waits for another that grades the same class', async () => {
    const all = classOfSix('two-at-once');
    fs.mkdirSync(all.out);
    fs.writeFileSync(path.join(all.out, 'running'),
      JSON.stringify({ id: process.pid, scratch: 'x' }));
    const { status, errors } = await all.grade(unsafe);
    assert.equal(status, 2);
    assert.match(errors, /process \d+ grades into it/);
    assert.ok(fs.existsSync(path.join(all.out, 'running')));
  });
});

test('a table keeps what is in its cells, and no cell is a formula', () => {
  const cells = ['a,b', 'say "x"', '=1+1', '+1', '-1', '@x', ' =1', '\t=1', 'two\nlines', 'ü', '',
    'a;=1', ';+1; @x', '\u202ea\x85b\u2028c'];
  const text = writeCsv(['cell', 'n'], cells.map((cell, n) => ({ cell, n })));
  assert.deepEqual(readCsv(text).map(({ cell }) => cell), ['a,b', 'say "x"', "'=1+1", "'+1", "'-1",
    "'@x", "' =1", "' =1", 'two lines', 'ü', '',
    "a;'=1", ";'+1;' @x", 'a b c']);
  assert.doesNotMatch(text, /^"?\s*[=+\-@]/m);
});
