// What is handed to services for classes: Gradescope's archive grades where it is unpacked, and
// Classroom 50's script does what the runner of that wants.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { zip } from '../../check/setup/zip.mjs';
import { root } from '../../check/submission.mjs';
import { scratchDirectory, userEnvironment } from '../machine.mjs';
import { faultsOf } from './schema.mjs';
import { unzip } from './unzip.mjs';

const scratch = scratchDirectory('setup');
const setup = path.join(root, 'common', 'check', 'setup');
const schema = (name) => path.join(root, 'common', 'check', 'schemas', `${name}.schema.json`);

function run(command, words, options = {}) {
  const { status, stdout, stderr } = spawnSync(command, words, {
    encoding: 'utf8', cwd: root, ...options, env: { ...userEnvironment(), ...options.env },
  });
  return { status, output: stdout, errors: stderr };
}

const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

/** The sources of a step, as they are handed in; `more` is written besides. */
function submissionOf(step, directory, more = {}) {
  fs.mkdirSync(directory, { recursive: true });
  const from = path.join(root, 'steps', step);
  fs.readdirSync(from).filter((name) => /\.(cpp|hpp|S|ld|dts)$/.test(name))
    .forEach((name) => fs.copyFileSync(path.join(from, name), path.join(directory, name)));
  Object.entries(more).forEach(([name, text]) =>
    fs.writeFileSync(path.join(directory, name), text));
}

/** A private test of step 02, which everybody passes. */
const hidden = path.join(scratch, 'hidden');
fs.mkdirSync(path.join(hidden, 'chapters'), { recursive: true });
fs.writeFileSync(path.join(hidden, 'chapters', '03-traps.mjs'), 'for another week');
fs.mkdirSync(path.join(hidden, '.git'));
fs.writeFileSync(path.join(hidden, '.git', 'index'), 'changes when somebody looks');
fs.writeFileSync(path.join(hidden, 'chapters', '02-printing.mjs'), `
export const points = { added: 20 };
export const tests = [{ name: 'secret', says: 'what nobody knows', points: 1, boot: 'chosen',
  check() {} }];
`);

test('an archive comes out as it was put in, with its modes, and twice the same', () => {
  const files = [
    { name: 'empty', content: Buffer.alloc(0), mode: 0o644 },
    { name: 'a/äöü', content: Buffer.from('text'.repeat(1000)), mode: 0o755 },
  ];
  const read = unzip(zip(files));
  for (const { name, content, mode } of files) {
    assert.deepEqual(read.get(name), { content, mode: 0o100000 | mode });
  }
  assert.ok(zip(files).equals(zip(files)));
});

describe('make gradescope', () => {
  const place = path.join(scratch, 'autograder');
  const results = path.join(place, 'results', 'results.json');
  const made = run('make', ['gradescope', 'STEP=02', `CHECKS=${hidden}`]);
  const archive = path.join(root, 'build', 'gradescope-02.zip');
  const files = made.status === 0 ? unzip(fs.readFileSync(archive)) : new Map();
  files.forEach(({ content, mode }, name) => {
    const file = path.join(place, 'source', name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, content, { mode });
  });
  run('make', ['-C', path.join(place, 'source/workbook/common/guest'), 'unpack',
    `GUEST_BUNDLE=${path.join(place, 'source/guest-bundle.tar.gz')}`]);

  function grade(more) {
    fs.rmSync(path.join(place, 'submission'), { recursive: true, force: true });
    fs.rmSync(path.join(place, 'results'), { recursive: true, force: true });
    submissionOf('02-printing', path.join(place, 'submission'), more);
    return run(path.join(place, 'source', 'run_autograder'), [], {
      cwd: place, env: { AUTOGRADER: place, SEED: 'setup' },
    });
  }

  test('packs what grades, and nothing of the code', () => {
    assert.equal(made.status, 0, made.errors);
    assert.match(made.output, /build\/gradescope-02\.zip grades 02-printing, with hidden tests: /);
    const names = [...files.keys()];
    for (const name of ['setup.sh', 'run_autograder']) {
      assert.equal(files.get(name).mode, 0o100755, 'at the top, and executable');
    }
    assert.ok(names.includes('guest-bundle.tar.gz'));
    assert.ok(names.includes('debian-archive-keyring.gpg'));
    assert.deepEqual(names.filter((name) => name.startsWith('checks/')),
      ['checks/chapters/02-printing.mjs']);
    assert.deepEqual(names.filter((name) => name.startsWith('workbook/steps/')),
      ['workbook/steps/02-printing/Makefile']);
  });

  test('gives all points to the step, the hidden ones when the marks are published', () => {
    const { status, output, errors } = grade();
    assert.equal(status, 0, errors);
    assert.doesNotMatch(output, /secret/);
    assert.match(output, /\n100 of 100 points, seed setup\n$/);
    const report = readJson(results);
    assert.deepEqual(faultsOf(report, schema('gradescope')), []);
    const sum = (what) => report.tests.reduce((all, each) => all + each[what], 0);
    assert.deepEqual([sum('score'), sum('max_score')], [120, 120]);
    assert.deepEqual(report.tests.filter(({ visibility }) => visibility !== 'visible')
      .map(({ name }) => name), ['secret: what nobody knows']);
  });

  test('says why a submission is refused', () => {
    assert.equal(grade({ 'MAIN.cpp': '' }).status, 0);
    const [{ name, score, output }, ...others] = readJson(results).tests;
    assert.deepEqual([name, score, others], ['taken: what was handed in is taken', 0, []]);
    assert.match(output, /another file has this name but for capital letters/);
  });

  test('grades by the same checks as here', () => {
    grade();
    const [, checks] = /checks ([0-9a-f]{12})/.exec(readJson(results).output);
    const file = path.join(scratch, 'here.json');
    const here = run('node', [path.join(setup, 'single.mjs'), path.join(place, 'submission'), '02',
      '--unsafe', '--json', file]);
    assert.equal(here.status, 0, here.errors);
    assert.equal(readJson(file).versions.checks, checks);
  });

  test('says what is missing', () => {
    const bundle = path.join(place, 'source', 'guest-bundle.tar.gz');
    const errorsOf = (...words) => run('make', ['gradescope', ...words]).errors;
    assert.match(errorsOf(`GUEST_BUNDLE=${bundle}`), /^gradescope: STEP=: there is no such step/m);
    assert.match(errorsOf('STEP=02', `GUEST_BUNDLE=${bundle}`, 'CHECKS=/nowhere'),
      /^gradescope: CHECKS=.*: there is no such file/m);
    assert.match(errorsOf('STEP=02', 'GUEST_BUNDLE=/nowhere'),
      /GUEST_BUNDLE=\/nowhere: there is no such file/);
  });
});

describe("Classroom 50's script", () => {
  const runner = { // what the runner of Classroom 50 sets for it
    CLASSROOM: 'class', ASSIGNMENT: 'two', ASSIGNMENT_TYPE: 'individual', OWNER: 'one',
    SUBMISSION_TAG: 'submit/2026-09-01T10-00-00Z-a1b2c3d', COMMIT_URL: 'https://host.example/c',
    RELEASE_URL: 'https://host.example/r', REVIEW_URL: 'https://host.example/v',
  };
  const grade = (name, env) => {
    const directory = path.join(scratch, name);
    submissionOf('02-printing', directory);
    return {
      file: path.join(directory, 'result.json'),
      ...run('python3', [path.join(setup, 'classroom50', 'autograder.py')],
        { cwd: directory, env: { ...env, WORKBOOK: root, STEP: '02' } }),
    };
  };

  test('writes result.json where it is started', () => {
    const { status, errors, file } = grade('repository', runner);
    assert.equal(status, 0, errors);
    const result = readJson(file);
    assert.deepEqual(faultsOf(result, schema('classroom50')), []);
    assert.deepEqual([result.score, result['max-score'], result.owner], [100, 100, 'one']);
  });
  test('fails where the runner has not set what it needs, and writes nothing', () => {
    const { status, errors, file } = grade('alone', {});
    assert.notEqual(status, 0);
    assert.match(errors, /^single: CLASSROOM, ASSIGNMENT, /m);
    assert.ok(!fs.existsSync(file));
  });
});

test('a build without an end ends with the limit, and nothing of it is left', () => {
  const directory = path.join(scratch, 'endless');
  const twice = '#if __INCLUDE_LEVEL__ < 190\n#include "a.cpp"\n#include "a.cpp"\n#endif\n';
  submissionOf('02-printing', directory, { 'a.cpp': twice });
  const { status, output, errors } = run('node', [path.join(setup, 'single.mjs'), directory, '02',
    '--unsafe', '--limit', '3']);
  assert.equal(status, 0, errors);
  assert.match(output, /\nnot reached: the 3 seconds for all tests are over\n0 of 100 points/);
  const compilers = fs.readdirSync('/proc').filter((id) => /^\d+$/.test(id)).filter((id) => {
    try {
      return /clang.*\0a\.cpp\0/.test(fs.readFileSync(`/proc/${id}/cmdline`, 'latin1'));
    } catch {
      return false; // it has just ended
    }
  });
  assert.deepEqual(compilers, []);
});

test('the commands of scripts and workflows can be read by a shell', () => {
  const scripts = ['setup.sh', 'run_autograder'].map((name) =>
    fs.readFileSync(path.join(setup, 'gradescope', name), 'utf8'));
  const workflow = fs.readFileSync(
    path.join(setup, 'classroom50', 'hypervisor-workbook.yaml'), 'utf8');
  const commands = [...workflow.matchAll(/^ {8}run: (?:\|\n((?: {10}.*\n)+)|(.*))/gm)]
    .map(([, block, line]) => block ?? line);
  assert.equal(commands.length, 7);
  for (const script of [...scripts, ...commands]) {
    const { status, errors } = run('sh', ['-n'], { input: script });
    assert.equal(status, 0, errors);
  }
});
