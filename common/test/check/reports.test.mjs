// The reports of a grading: they fit their schemas whatever a submission prints, say the same
// marks, and tell a student nothing of hidden tests. A limit for the whole is kept.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Limit } from '../../check/limit.mjs';
import { checkpoints, planOf } from '../../check/plan.mjs';
import { classroom50Of } from '../../check/reports/classroom50.mjs';
import { gradescopeOf } from '../../check/reports/gradescope.mjs';
import { junitOf } from '../../check/reports/junit.mjs';
import { plain } from '../../check/reports/plain.mjs';
import { itemsOf, recordOf } from '../../check/reports/record.mjs';
import { seenOf } from '../../check/reports/seen.mjs';
import { textOf } from '../../check/reports/text.mjs';
import { writeReports } from '../../check/reports/write.mjs';
import { root } from '../../check/submission.mjs';
import { scratchDirectory, userEnvironment } from '../machine.mjs';
import { faultsOf } from './schema.mjs';
import { readXml } from './xml.mjs';

const scratch = scratchDirectory('reports');
const sources = fileURLToPath(new URL('reports', import.meta.url));
const schema = (name) => path.join(root, 'common', 'check', 'schemas', `${name}.schema.json`);
const expectValid = (value, name) => assert.deepEqual(faultsOf(value, schema(name)), []);

/** What Classroom 50's runner says. */
const classroom = {
  CLASSROOM: 'class', ASSIGNMENT: 'nine', ASSIGNMENT_TYPE: 'individual', OWNER: 'one',
  SUBMISSION_TAG: 'submit/2026-09-01T10-00-00Z-a1b2c3d', COMMIT_URL: 'https://host.example/c',
  RELEASE_URL: 'https://host.example/r', REVIEW_URL: 'https://host.example/v',
};

const about = {
  step: '09-linux', name: 'one', seed: 'abc', box: 'user',
  versions: { qemu: '10.0.2', compiler: '19.1.7', checks: '0123456789ab' },
};

const made = (name, more = {}) => ({
  test: {
    name, says: `what ${name} asks`, step: '09-linux', section: 'A section', hints: ['think'],
    points: 10, isOwn: true, ...more,
  },
});
const passed = (...words) => ({ ...made(...words), state: 'passed', points: 10, seconds: 1.5 });
const failed = (message, ...words) => ({ ...made(...words), state: 'failed', points: 0, message });

/** A grading with all that there may be: 10 of 20 points are for a hidden test. */
const whole = (message = ['expected  more']) => ({
  results: [
    passed('one'), passed('two'), failed(message, 'three'),
    { ...made('four'), state: 'not reached', points: 0, message: ['needs three'] },
    passed('secret-one', { isHidden: true }),
    failed(['expected  a secret'], 'secret-two', { isHidden: true, section: '', hints: [] }),
    failed(['expected  old'], 'old', { isOwn: false, step: '05-guest-mode', points: 0 }),
  ],
  chapters: [
    { step: '04-memory', points: 0, total: 10, asked: 2, failed: [] },
    { step: '05-guest-mode', points: 0, total: 10, asked: 2, failed: ['old'] },
  ],
  points: 30, total: 80,
});
whole.record = (...words) => recordOf(whole(...words), about);

/** The step without hidden tests, where each test is worth more. */
const plan = {
  tests: ['one', 'two', 'three', 'four', 'old'].map((name) =>
    ({ name, points: name === 'old' ? 0 : 20 })),
  total: 100,
};
const versions = { ...about.versions, checks: 'ba9876543210' };
const publicOf = (record) => seenOf(record, { plan, versions });

/** All reports of a record, each as it is written. */
function reportsOf(record) {
  const files = Object.fromEntries(['json', 'junit', 'gradescope', 'classroom50']
    .map((name) => [name, path.join(scratch, `report.${name}`)]));
  Object.assign(process.env, classroom);
  writeReports(record, publicOf(record), files);
  return Object.fromEntries(Object.entries(files)
    .map(([name, file]) => [name, fs.readFileSync(file, 'utf8')]));
}

/** Reads all reports of a record, and finds them right. */
function expectRight(record) {
  const { json, junit, gradescope, classroom50 } = reportsOf(record);
  expectValid(JSON.parse(json), 'record');
  expectValid(JSON.parse(gradescope), 'gradescope');
  expectValid(JSON.parse(classroom50), 'classroom50');
  return { suite: readXml(junit), tests: JSON.parse(gradescope).tests, json, junit };
}

/** What a line of a log must not be: GitHub's runner would take it for a command. */
const isCommand = (line) => /^\s*::/.test(line) || line.includes('##[');

/** Nothing that steers a terminal, or makes another line of one. */
const printable = /^(?:[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\n)*$/u;

const lone = String.fromCharCode(0xd800);
const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
const hostile = [
  '::notice file=x::text', '  \t::error::text', '##[error]text', 'a ##[set-env name=x]y', '###[x]',
  '\u00a0::add-mask::x', ':::warning::x', bytes, '\ufffe', '\uffff', lone, 'x'.repeat(399) + lone,
  '\u{1f600}'.repeat(500), ']]>', '<![CDATA[', '--><x>', '&lt;&amp;', '"\'', '\x1b[31mred\x1b[0m',
  '\x1b]0;title\x07', '\u2028::notice::x', '\u202egnp', '\x85::notice::x', '', 'x'.repeat(10_000),
];

describe('text that a submission has chosen', () => {
  for (const text of hostile) {
    test(`${plain(JSON.stringify(text)).slice(0, 40)} changes no report`, () => {
      const record = recordOf(whole([`came      ${text}`, text]), { ...about, name: text });
      const { suite } = expectRight(record);
      const items = itemsOf(publicOf(record));
      assert.equal(suite.children.length, 1 + items.length);
      const [three] = suite.children.filter(({ attributes }) => /^three: /.test(attributes.name));
      assert.equal(three.children[0].text, items[2].lines.join('\n'));
      for (const each of [record, { ...record, state: 'does not build', fault: [plain(text)] }]) {
        assert.deepEqual(textOf(each).split('\n').filter(isCommand), []);
        assert.match(textOf(each), printable);
      }
    });
  }
  test('is shown as it is where nothing is wrong with it', () => {
    for (const text of ['came      hart 0x80200000: “ä€” #[x] a::b', '  12 | x::y z;', '#']) {
      assert.equal(plain(text), text);
    }
  });
  test('keeps to few lines, and short ones', () => {
    const record = whole.record([`${'y'.repeat(1000)}\n`.repeat(1000)]);
    const { message } = record.tests[2];
    assert.ok(message.length < 40 && message.every((line) => line.length < 500));
    expectValid(record, 'record');
  });
});

describe('the reports of a grading', () => {
  const record = whole.record();
  test('fit their schemas', () => expectRight(record));
  test('say the same marks: to a student without the hidden ones', () => {
    const { suite, tests } = expectRight(record);
    const seen = publicOf(record);
    assert.deepEqual([record.points, record.total, seen.points, seen.total], [30, 80, 40, 100]);
    const sum = (list, name) => list.reduce((all, each) => all + each[name], 0);
    assert.deepEqual([sum(tests, 'score'), sum(tests, 'max_score')], [30, 80]);
    const { score, 'max-score': most, tests: shown } = classroom50Of(seen, classroom);
    assert.deepEqual([score, most], [40, 100]);
    assert.deepEqual([sum(shown, 'score'), sum(shown, 'max-score')], [40, 100]);
    const properties = Object.fromEntries(suite.children[0].children
      .map(({ attributes: { name, value } }) => [name, value]));
    assert.deepEqual([properties.points, properties.total], ['40', '100']);
    assert.equal(properties['points one'], '20/20');
    assert.deepEqual(suite.attributes, {
      name: 'checkpoint 09-linux', tests: '6', failures: '3', errors: '0', time: '3.0',
    });
  });
  test('say why a test has failed, and which of an earlier chapter', () => {
    const { tests } = expectRight(record);
    const outputs = Object.fromEntries(tests
      .map(({ name, output }) => [name.split(':')[0], output]));
    assert.deepEqual(outputs.three.split('\n'),
      ['expected  more', 'hint      think', 'section   chapter 9, “A section”']);
    assert.equal(outputs.four, 'needs three, which has not passed');
    assert.match(outputs['chapter-5'], /^old: what old asks\nexpected {2}old\nhint {6}think\n/);
    assert.equal(outputs['secret-two'], 'expected  a secret');
  });
  test('show hidden tests to nobody before the marks are published', () => {
    const { tests, junit } = expectRight(record);
    for (const { name, visibility } of tests) {
      assert.equal(visibility, name.startsWith('secret') ? 'after_published' : 'visible', name);
    }
    for (const text of [junit, JSON.stringify(classroom50Of(publicOf(record), classroom)),
      textOf(publicOf(record)), JSON.stringify(publicOf(record)),
      gradescopeOf(record, publicOf(record)).output]) {
      assert.doesNotMatch(text, /secret|hidden": true/);
      assert.ok(!text.includes(record.versions.checks), 'of the checks with hidden ones');
    }
  });
  test('have no score at the top for Gradescope, which would take the place of the sum', () =>
    assert.ok(!('score' in gradescopeOf(record))));
});

describe('what was not graded', () => {
  const fault = 'main.cpp:1: error: x\n::error::y';
  const faulty = recordOf({ fault, total: 100 }, about);
  const refused = recordOf(undefined, { ...about, state: 'refused', reason: 'a.cpp: a link' });
  const lost = recordOf(undefined, { ...about, state: 'grader failed', reason: 'no room' });
  for (const [what, record, first] of [
    ['does not build', faulty, 'builds: the hypervisor builds'],
    ['is refused', refused, 'taken: what was handed in is taken'],
  ]) {
    test(`${what}: no points, and one test that has failed`, () => {
      const { suite, tests } = expectRight(record);
      assert.equal(record.points, 0);
      assert.deepEqual(tests.map(({ name, score, max_score: most, status }) =>
        [name, score, most, status]), [[first, 0, 100, 'failed']]);
      assert.equal(suite.attributes.errors, '1');
      const [{ passed: isPassed }] = classroom50Of(record, classroom).tests;
      assert.equal(isPassed, false, 'an empty list would be a success');
      assert.match(textOf(record), /\n0 of 100 points, seed abc\n$/);
    });
  }
  test('because the grader failed: that is no mark, and no report of one', () => {
    expectValid(lost, 'record');
    assert.equal(lost.points, null);
    for (const make of [junitOf, gradescopeOf, (each) => classroom50Of(each, classroom)]) {
      assert.throws(() => make(lost), /the grader failed, so there is no mark: no room/);
    }
    assert.match(textOf(lost), /\nno of 100 points, seed abc\n$/);
  });
  test('a student sees no points of hidden tests, even if nothing was asked', () => {
    const record = recordOf({ fault, total: 120 }, about);
    assert.match(textOf(publicOf(record)), /\n0 of 100 points, seed abc\n$/);
    assert.equal(classroom50Of(publicOf(record), classroom)['max-score'], 100);
    assert.deepEqual(expectRight(record).tests.map(({ max_score: most }) => most), [100]);
  });
  test('Classroom 50 says whose it is, or nothing is written', () => {
    const { OWNER, ...others } = classroom;
    assert.throws(() => classroom50Of(faulty, others),
      /^Refusal: OWNER: Classroom 50's runner sets/);
  });
});

test('a schema finds what is wrong with a record', () => {
  const record = whole.record();
  for (const [spoil, fault] of [
    [{ version: 2 }, '/version is not 1'], [{ points: 1.5 }, '/points is no integer or null'],
    [{ state: 'fine' }, '/state is none of graded, does not build, refused, grader failed'],
    [{ more: 1 }, ' has more'], [{ seed: undefined }, ' has no seed'],
    [{ seed: 'a\x1b' }, '/seed does not match ^[^\\u0000-\\u001f\\u007f-\\u009f]*$'],
    [{ tests: [{ ...record.tests[0], points: '10' }] }, '/tests/0/points is no integer'],
  ]) {
    const spoilt = JSON.parse(JSON.stringify({ ...record, ...spoil }));
    assert.deepEqual(faultsOf(spoilt, schema('record')), [fault]);
  }
});

test('XML that is none is found out', () => {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n';
  assert.equal(readXml(`${head}<a b="1">x<c/></a>\n`).children.length, 1);
  for (const body of ['<a>', '<a></b>', '<a>\x1b</a>', '<a>]]></a>', '<a b="<"/>', '<a>&x;</a>',
    '<a/><a/>', '<a b="1" b="2"/>', '<a b=1/>', '<a>\ufffe</a>', `<a>${lone}</a>`]) {
    assert.throws(() => readXml(`${head}${body}\n`), body);
  }
});

/** Runs check.mjs on a program of reports/ in the place of a step's. */
function check(program, step, ...words) {
  const directory = path.join(scratch, `${program}-${step}`);
  fs.cpSync(path.join(sources, program), directory, { recursive: true });
  const book = path.join(root, 'steps', step);
  if (fs.existsSync(path.join(book, 'guest'))) {
    fs.cpSync(path.join(book, 'guest'), path.join(directory, 'guest'), { recursive: true });
  }
  for (const name of ['hypervisor.ld', 'Makefile']) {
    fs.writeFileSync(path.join(directory, name), fs.readFileSync(path.join(book, name), 'utf8')
      .replace('../../', `${root}/`));
  }
  const { status, stdout, stderr } = spawnSync('node',
    [path.join(root, 'common', 'check', 'check.mjs'), directory, step, ...words],
    { encoding: 'utf8', env: { ...userEnvironment(), ...classroom, SEED: 'reports' } });
  return { status, output: stdout, errors: stderr };
}

/** The files of all reports, and the options that name them. */
function places(name) {
  const files = Object.fromEntries(['json', 'junit', 'gradescope', 'classroom50']
    .map((format) => [format, path.join(scratch, `${name}.${format}`)]));
  return { files, words: Object.entries(files).flatMap(([format, file]) => [`--${format}`, file]) };
}

/** The processes that have the directory of a program in their arguments. */
const processesOf = (program) => fs.readdirSync('/proc').filter((id) => /^\d+$/.test(id))
  .filter((id) => {
    try {
      return fs.readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(path.join(scratch, program));
    } catch {
      return false; // it has just ended
    }
  });

describe('check.mjs', () => {
  test('prints and writes what can be read, whatever a program prints', () => {
    const { files, words } = places('shouts');
    const { output, status } = check('shouts', '02-printing', '--verbose', ...words);
    assert.equal(status, 1);
    assert.match(output, /\\x1b\[31m/, 'its console is shown');
    assert.deepEqual(output.split('\n').filter(isCommand), []);
    assert.match(output, printable);
    const read = (format) => fs.readFileSync(files[format], 'utf8');
    ['json', 'gradescope', 'classroom50'].forEach((format) =>
      expectValid(JSON.parse(read(format)), format === 'json' ? 'record' : format));
    const { points } = JSON.parse(read('json'));
    assert.match(output, new RegExp(`\\n${points} of 100 points, seed reports\\n$`));
    assert.equal(readXml(read('junit')).attributes.tests, '5');
  });
  test('what does not build has reports, too', () => {
    const { files, words } = places('broken');
    const { output } = check('broken', '02-printing', ...words);
    assert.match(output, /^it does not build:\n/m);
    assert.deepEqual(output.split('\n').filter(isCommand), []);
    const record = JSON.parse(fs.readFileSync(files.json, 'utf8'));
    expectValid(record, 'record');
    assert.equal(record.state, 'does not build');
    assert.match(record.fault.join('\n'), /broken\.cpp:\d+:.*error/);
  });
  test('refuses a place that is not there before it grades, and a limit that is none', () => {
    const { status, errors } = check('shouts', '02-printing', '--json', '/nowhere/x.json');
    assert.equal(status, 2);
    assert.equal(errors,
      'check: /nowhere/x.json: the json report cannot be written there: ENOENT\n');
    assert.match(check('shouts', '02-printing', '--junit', scratch).errors,
      /^check: \S+: the junit report cannot be written there: it is no file\n$/);
    assert.match(check('shouts', '02-printing', '--limit', '0').errors,
      /^check: --limit 0: say how many seconds all tests may take\n$/);
  });
});

describe('a limit for the whole', () => {
  test('gives what is there in time, and nothing of the rest', async () => {
    assert.equal(await new Limit().before(Promise.resolve(1)), 1);
    const limit = new Limit(0.05);
    assert.equal(await limit.before(Promise.resolve(1)), 1);
    assert.equal(await limit.before(new Promise(() => {})), undefined);
    assert.ok(limit.isOver);
  });
  const seconds = 12;
  test(`a program that hangs everywhere is graded in ${seconds} seconds, and no more`, async () => {
    const { files, words } = places('hangs');
    const last = checkpoints.at(-1);
    const run = check('hangs', last, '--limit', String(seconds), ...words);
    assert.equal(run.status, 1, run.errors);
    const record = JSON.parse(fs.readFileSync(files.json, 'utf8'));
    expectValid(record, 'record');
    const line = `not reached: the ${seconds} seconds for all tests are over`;
    const isLate = ({ message }) => message[0] === line;
    const late = record.tests.slice(record.tests.findIndex(isLate));
    assert.ok(late.length > 20, run.output);
    late.forEach((each) => assert.deepEqual([isLate(each), each.state, each.points],
      [true, 'failed', 0], each.name));
    const { lasting } = await planOf(last);
    assert.equal(record.chapters.length, lasting.length);
    assert.equal(record.points, 0);
    assert.deepEqual(processesOf('hangs'), []);
  });
});
