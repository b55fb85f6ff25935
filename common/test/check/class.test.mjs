// make grade: a class with broken submissions gets the right marks, in one run or in many that were
// killed; what is hidden stays hidden; nothing that is inside a submission acts on who grades it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { probeBox } from '../../check/box/box.mjs';
import { readCsv, writeCsv } from '../../check/class/csv.mjs';
import { compareAll } from '../../check/class/copies.mjs';
import { inProcess } from '../../check/class/pool.mjs';
import { takeFrom } from '../../check/class/take.mjs';
import { pack } from '../../check/student/archive.mjs';
import { anySeed, Values } from '../../check/values.mjs';
import { root, scratchDirectory, userEnvironment } from '../machine.mjs';
import { changed, Class, packAs, sources } from './classes.mjs';
import { faultsOf } from './schema.mjs';

const isWhole = Boolean(process.env.CLASSROOM);
const scratch = scratchDirectory('class');

// Where there can be no box, a test of the box says so; what is tested here goes on.
const unsafe = (await probeBox()).kind === 'none' ? ['--unsafe'] : [];

const recordSchema = path.join(root, 'common', 'check', 'schemas', 'record.schema.json');

const noPower = () => changed('sbi_spec.hpp', '0x53525354', '0x53525355');
const noEnd = () => changed('firmware.cpp', '    fail();', '    halt();'); // of a refused call
const noBuild = () => changed('main.cpp', '{', '{ nothing;');

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
    assert.match(all.read('reports/five.txt'), /FAIL +0\/20 +off: [^]*\n60 of 100 points, seed six\n/);
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
      const marks = Object.entries(killed.marks());
      await killed.kill(['--jobs', '2', ...unsafe], any.number(0, Math.round(duration / 2)));
      const now = killed.marks();
      marks.forEach(([name, mark]) => assert.equal(now[name], mark, `${name}, SEED=${seed}`));
      fs.readdirSync(path.join(killed.out, 'records')).filter((name) => name.endsWith('.json'))
        .forEach((name) => JSON.parse(killed.read(`records/${name}`)));
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
  large: [(all, name) => all.directory(name, sources().set('a.cpp', 'x'.repeat(2 ** 21))), 'refused'],
  shell: [(all, name) => all.bundle(`${name}.tar`, sources().set('x`id>pwned`.cpp', '')), 'refused'],
  link: [(all, name) => fs.symlinkSync('/etc/passwd',
    path.join(all.directory(name, sources()), 'passwd.hpp')), 'refused'],
  reads: [(all, name) => all.directory(name, changed('main.cpp', '{',
    '{ static const char text[] = {\n#embed "/etc/passwd"\n};')), 'does not build'],
};

/** Thirty, ten of them broken, and what they should get. */
function classOfThirty(name) {
  const all = new Class(scratch, name);
  const marks = {};
  const wholeWays = [(each) => all.directory(each, sources()), (each) =>
    all.bundle(`${each}-02-printing.tar`, sources()), (each) => all.zipped(`${each}.tgz`, sources())];
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
    assert.deepEqual(four.written(), written);
  });
  test('interrupted and continued, gives the same', async () => {
    const { all: often } = classOfThirty('thirty-often');
    const any = new Values('thirty', 'kills');
    for (let count = 0; count < 5; ++count) {
      await often.kill(['--jobs', '2', ...unsafe], any.number(500, 20_000), { SEED: 'thirty' });
    }
    await often.grade(['--jobs', '2', ...unsafe]);
    assert.deepEqual(often.written(), written);
  });
});

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
  { name: 'secret-off', points: 3, says: 'off', boot: 'harts', parents: ['calls'],
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
    assert.deepEqual([record.total, record.visible, all.marks().two], [100, 60, 100], output);
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
  test('cannot be read by who is graded', async () => {
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

describe('what is taken', () => {
  const file = path.join(scratch, 'taken.tar');
  const taken = (content, name = file) => {
    fs.writeFileSync(name, content);
    return [...takeFrom(name).keys()];
  };
  const source = { name: 'main.cpp', text: 'x' };

  test('are the sources of an archive, also in one directory, zipped, with long names', () => {
    const packed = pack(new Map([['main.cpp', Buffer.from('x')], ['Makefile', Buffer.from('')]]));
    assert.deepEqual(taken(packed), ['main.cpp']);
    assert.deepEqual(taken(gzipSync(packed), `${file}.gz`), ['main.cpp']);
    assert.deepEqual(taken(packAs([{ name: './' , type: '5' }, { ...source, name: './main.cpp' }])),
      ['main.cpp']);
    assert.deepEqual(taken(packAs([{ ...source, name: 'work/main.cpp' },
      { ...source, name: '__MACOSX/._main.cpp' }, { ...source, name: '__MACOSX/work/._x.cpp' },
      { ...source, name: 'work/._main.cpp' }, { ...source, name: 'work/guest/first.S' }])),
    ['main.cpp']);
    const long = `${'d'.repeat(120)}/main.cpp`;
    assert.deepEqual(taken(packAs([{ name: '././@LongLink', type: 'L', text: `${long}\0` },
      { name: 'cut', text: 'x' }])), ['main.cpp']);
    const record = ` path=${long}\n`;
    assert.deepEqual(taken(packAs([{ name: 'pax', type: 'x',
      text: `${record.length + 3}${record}` }, { name: 'cut', text: 'x' }])), ['main.cpp']);
  });
  test('is what the system\'s tar packs', () => {
    const directory = path.join(scratch, 'packed');
    fs.mkdirSync(directory);
    sources().forEach((text, name) => fs.writeFileSync(path.join(directory, name), text));
    for (const format of ['gnu', 'ustar', 'pax', 'v7']) {
      spawnSync('tar', [`--format=${format}`, '-C', scratch, '-cf', file, 'packed']);
      assert.deepEqual([...takeFrom(file).keys()].sort(), [...sources().keys()].sort(), format);
    }
  });
  for (const [what, members, message] of [
    ['a path with ..', [{ ...source, name: 'a/../../main.cpp' }], /leads out/],
    ['an absolute path', [{ ...source, name: '/main.cpp' }], /leads out/],
    ['a long name with ..', [{ name: 'l', type: 'L', text: '../main.cpp\0' }, source], /leads out/],
    ['a link', [source, { name: 'a.cpp', type: '2', link: '/etc/passwd' }], /no plain file/],
    ['a hard link', [source, { name: 'a.hpp', type: '1', link: 'main.cpp' }], /no plain file/],
    ['a device', [source, { name: 'null', type: '3' }], /no plain file/],
    ['two of one name', [source, source], /twice/],
    ['names that differ in capital letters', [source, { ...source, name: 'MAIN.cpp' }], /capital/],
    ['a name that a shell would execute', [source, { ...source, name: 'x`id>pwned`.cpp' }], /letters/],
    ['sources in two directories', [{ ...source, name: 'a/main.cpp' }, { ...source,
      name: 'b/main.cpp' }], /several/],
    ['no source', [{ name: 'README', text: 'x' }], /no source/],
    ['too many', Array.from({ length: 101 }, (_, at) => ({ ...source, name: `a${at}.cpp` })), /at most/],
    ['too much', [{ ...source, text: 'x'.repeat(2 ** 20 + 1) }], /at most/],
  ]) {
    test(`is not an archive with ${what}`, () => {
      assert.throws(() => taken(packAs(members)), message);
    });
  }
  for (const [what, content, message] of [
    ['is cut off', packAs([{ ...source, text: 'x'.repeat(4000) }]).subarray(0, 1500), /damaged/],
    ['is none', Buffer.alloc(2000, 'x'), /damaged/],
    ['is empty', Buffer.alloc(0), /damaged/],
    ['is no gzip', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(600)]), /damaged/],
    ['unpacks to very much', gzipSync(Buffer.alloc(2 ** 27)), /more than/],
  ]) {
    test(`is not an archive that ${what}`, () => assert.throws(() => taken(content), message));
  }
  test('is no link, and no pipe, in a directory', () => {
    const directory = path.join(scratch, 'links');
    fs.mkdirSync(directory);
    fs.symlinkSync('/etc/passwd', path.join(directory, 'main.cpp'));
    assert.throws(() => takeFrom(directory), /no plain file/);
    fs.rmSync(path.join(directory, 'main.cpp'));
    spawnSync('mkfifo', [path.join(directory, 'pipe.cpp')]);
    assert.throws(() => takeFrom(directory), /no plain file/);
    fs.symlinkSync(directory, path.join(scratch, 'link'));
    assert.throws(() => takeFrom(path.join(scratch, 'link')), /neither/);
  });
  test('of a clone is not what its .git says; git is never run', async () => {
    const all = new Class(scratch, 'clone');
    const clone = all.directory('one', sources());
    fs.mkdirSync(path.join(clone, '.git'));
    const trap = path.join(all.place, 'pwned');
    fs.writeFileSync(path.join(clone, '.git', 'HEAD'), 'ref: refs/heads/main\n');
    fs.writeFileSync(path.join(clone, '.git', 'config'),
      `[core]\n\tfsmonitor = touch ${trap}\n[diff]\n\texternal = touch ${trap}\n`);
    fs.writeFileSync(path.join(clone, '.git', 'hidden.cpp'), 'nothing;');
    const bin = path.join(all.place, 'bin');
    fs.mkdirSync(bin);
    fs.writeFileSync(path.join(bin, 'git'), `#!/bin/sh\ntouch ${trap}\n`, { mode: 0o755 });
    const { status } = await all.grade(unsafe, { PATH: `${bin}:${process.env.PATH}` });
    assert.equal(status, 0);
    assert.deepEqual(all.marks(), { one: 100 });
    assert.ok(!fs.existsSync(trap));
  });
  test('is neither a Makefile nor what it names', async () => {
    const all = new Class(scratch, 'makefile');
    const files = sources();
    files.set('Makefile', `$(shell touch ${all.place}/pwned)\nSHELL := /bin/true\nbuild:\n\ttrue\n`);
    files.set('GNUmakefile', files.get('Makefile'));
    files.set('grade.mjs', 'console.log("100 of 100 points")');
    all.directory('one', files);
    await all.grade(unsafe);
    assert.deepEqual(all.marks(), { one: 100 });
    assert.ok(!fs.existsSync(path.join(all.place, 'pwned')));
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
    assert.match(all.read('results.csv'), /^"One, ""the"" first\/\.\.",one-02-printing\.tar,refused,0/m);
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
    const { status, stdout, stderr } = spawnSync('make', ['-C', root, 'grade',
      'SUBMISSIONS=class', 'STEP=02', 'JOBS=1', ...unsafe.map(() => 'UNSAFE=1')], {
      cwd: all.place, env: { ...userEnvironment(), PWD: all.place }, encoding: 'utf8',
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
  test('waits for another that grades the same class', async () => {
    const all = classOfSix('two-at-once');
    fs.mkdirSync(all.out);
    fs.writeFileSync(path.join(all.out, 'running'), JSON.stringify({ id: process.pid, scratch: 'x' }));
    const { status, errors } = await all.grade(unsafe);
    assert.equal(status, 2);
    assert.match(errors, /process \d+ grades into it/);
    assert.ok(fs.existsSync(path.join(all.out, 'running')));
  });
});

describe('copies', () => {
  const renamed = new Map([...sources()].map(([name, text]) => [name, text
    .replace(/\b(?:digits|value|text|line)\b/g, (word) => `my_${word}`)
    .replace(/\/\/.*/g, '').replace(/\{/g, '\n{\n')]));
  const own = changed('main.cpp', '{', `{
    unsigned long long sum = 0, count = 17;
    while (count > 3) { sum = sum * 5 + (count >> 1) - 2; count = count - 3 + (sum & 1); }
    if (sum == 0x1234 && count != 99) { return; }`);

  test('are told by statements, whatever the names, the comments and the line breaks', () => {
    const of = compareAll([
      { name: 'book', files: sources() }, { name: 'renamed', files: renamed },
      { name: 'own', files: own }, { name: 'copied', files: new Map([...own].map(([name, text]) =>
        [name, text.replace(/sum/g, 'total').replace(/count/g, 'left')])) },
    ], '02-printing');
    assert.equal(of.get('book').snapshot, 100);
    assert.deepEqual([of.get('renamed').snapshot, of.get('renamed').likeness], [100, 100]);
    assert.ok(of.get('own').snapshot < 100, JSON.stringify(of.get('own')));
    assert.deepEqual([of.get('own').like, of.get('own').likeness], ['copied', 100]);
  });
  test('are not looked for where nobody has written a line', () => {
    const before = new Map(fs.readdirSync(path.join(root, 'steps', '01-boot')).map((name) =>
      [name, fs.readFileSync(path.join(root, 'steps', '01-boot', name), 'utf8')]));
    assert.deepEqual(compareAll([{ name: 'one', files: before }, { name: 'two', files: before }],
      '02-printing').get('one'),
    { lines: 0, snapshot: undefined, like: undefined, likeness: undefined });
  });
});

test('a table keeps what is in its cells, and no cell is a formula', () => {
  const cells = ['a,b', 'say "x"', '=1+1', '+1', '-1', '@x', ' =1', '\t=1', 'two\nlines', 'ü', ''];
  const text = writeCsv(['cell', 'n'], cells.map((cell, n) => ({ cell, n })));
  assert.deepEqual(readCsv(text).map(({ cell }) => cell), ['a,b', 'say "x"', "'=1+1", "'+1", "'-1",
    "'@x", "' =1", "' =1", 'two lines', 'ü', '']);
  assert.doesNotMatch(text, /^"?\s*[=+\-@]/m);
});
