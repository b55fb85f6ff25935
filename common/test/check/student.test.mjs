// The commands that a student types, as they type them: make start, check, hint, compare, submit.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';

import { changesOf, sourcesOf, stepBefore, steps } from '../../check/student/changes.mjs';
import { unmark } from '../../check/student/markers.mjs';
import { isTelling } from '../../stairs/steps.mjs';
import { root, userEnvironment } from '../machine.mjs';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'student-'));
after(() => fs.rmSync(scratch, { recursive: true }));

/** Runs make at the top of the checkout, or elsewhere: { status, output, errors }. */
function make(words, { cwd = root, env = {} } = {}) {
  const list = Array.isArray(words) ? words : words.split(' ');
  // A shell that stays tells make where it is.
  const { status, stdout, stderr } = spawnSync('sh', ['-c', 'make "$@"; exit', 'sh', ...list], {
    cwd, encoding: 'utf8', env: { ...userEnvironment(), ...env },
  });
  return { status, output: stdout, errors: stderr.replace(/^make.*\n/gm, '') };
}

const place = (name) => path.join(scratch, name);
const read = (name, file) => fs.readFileSync(path.join(place(name), file), 'utf8');

/** What a start of each step is, made once. */
const starts = new Map();
function startOf(step) {
  if (!starts.has(step)) {
    starts.set(step, make(`start STEP=${step.slice(0, 2)} DIR=${place(step)}`));
  }
  return starts.get(step);
}

describe('make start', () => {
  for (const step of steps) {
    test(`${step}: the step before, with a mark at each place, and nothing of what comes`, () => {
      const { status, output, errors } = startOf(step);
      assert.equal(status, 0, errors);
      assert.match(output, /TODO\.md says what to do/);
      const before = sourcesOf(stepBefore(step));
      for (const [name, text] of before) {
        assert.equal(unmark(read(step, name)), text, name);
      }
      const files = fs.readdirSync(place(step), { recursive: true })
        .filter((name) => fs.statSync(path.join(place(step), name)).isFile()).sort();
      assert.deepEqual(files, [...before.keys(), '.start.json', 'Makefile', 'TODO.md'].sort());
      const changes = changesOf(step).filter(({ path: name }) => name !== 'Makefile');
      const marks = changes.flatMap(({ path: name, hunks }) => (hunks.length === 0 ? []
        : read(step, name).match(/^.* chapter \d+, place \d+: /gm)));
      assert.equal(marks.length, changes.reduce((sum, { hunks }) => sum + hunks.length, 0));
      const all = files.map((name) => read(step, name)).join('\n');
      const old = new Set([...before.values()].join('\n').split('\n'));
      for (const line of changes.flatMap(({ hunks }) => hunks.flatMap(({ added }) => added))) {
        assert.ok(!isTelling(line) || old.has(line) || !all.split('\n').includes(line), line);
      }
    });
  }

  test('it builds without a warning', () => {
    startOf('12-mmio');
    const { status, errors } = make(`build DIR=${place('12-mmio')}`);
    assert.deepEqual({ status, errors }, { status: 0, errors: '' });
  });

  test('TODO.md has the goal, all places, new files and the tests with their points', () => {
    startOf('09-linux');
    const todo = read('09-linux', 'TODO.md');
    assert.match(todo, /^# Chapter 9: /);
    for (const { path: name, isNew, hunks } of changesOf('09-linux')) {
      const count = name === 'Makefile' ? 3 : isNew ? 1 : hunks.length;
      assert.equal(todo.split(`\`${name}\``).length - 1, count, name);
    }
    assert.match(todo, /^- \[ \] `Makefile`: `KERNEL \?= .*` comes$/m);
    const points = [...todo.matchAll(/^\| .* \| (\d+) \| .* \|$/gm)].map(([, number]) => Number(number));
    assert.equal(points.reduce((sum, number) => sum + number, 0), 100);
  });

  test('what is there is moved aside, whole', () => {
    fs.mkdirSync(place('mine'));
    fs.writeFileSync(path.join(place('mine'), 'own.cpp'), 'own');
    for (const count of [1, 2]) {
      assert.equal(make(`start STEP=02 DIR=${place('mine')}`).status, 0);
      const aside = fs.readdirSync(scratch).filter((name) => name.startsWith('mine.'));
      assert.equal(aside.length, count);
    }
    const [first] = fs.readdirSync(scratch).filter((name) => /^mine\.\d{4}-\d\d-\d\d$/.test(name));
    assert.equal(fs.readFileSync(path.join(scratch, first, 'own.cpp'), 'utf8'), 'own');
  });

  test('KEEP=1 brings the next chapter, and touches no code', () => {
    assert.equal(make(`start STEP=07 DIR=${place('kept')}`).status, 0);
    fs.writeFileSync(path.join(place('kept'), 'own.cpp'), '// own\n');
    const before = Object.fromEntries(fs.readdirSync(place('kept'))
      .filter((name) => /\.(cpp|hpp|S|ld)$/.test(name)).map((name) => [name, read('kept', name)]));
    const { status, errors } = make(`start STEP=08 DIR=${place('kept')} KEEP=1`);
    assert.equal(status, 0, errors);
    Object.entries(before).forEach(([name, text]) => assert.equal(read('kept', name), text, name));
    assert.match(read('kept', 'Makefile'), /^STEP := 08-/m);
    assert.match(read('kept', 'TODO.md'), /^# Chapter 8: /);
    assert.ok(fs.existsSync(path.join(place('kept'), 'guest', 'tree.cpp')), 'the guest program');
    const { starts: all } = JSON.parse(read('kept', '.start.json'));
    assert.deepEqual(all.map(({ step }) => step.slice(0, 2)), ['07', '08']);
  });
});

fs.mkdirSync(place('strange'));
fs.writeFileSync(path.join(place('strange'), 'Makefile'), `include ${root}/common/step.mk\n`);
fs.writeFileSync(path.join(place('strange'), '.start.json'), '{}');

describe('a directory anywhere', () => {
  test('takes what helps, too', () => {
    startOf('06-guest-page-table');
    const { status, output } = make(`-C ${place('06-guest-page-table')} hint TEST=mapped N=2`);
    assert.equal(status, 0);
    assert.match(output, /^mapped: .*\nhint 2 of 3: /m);
  });
  test('is found by a relative name, from where make was started', () => {
    const deep = place('a/b/c');
    fs.mkdirSync(deep, { recursive: true });
    const at = { cwd: deep };
    assert.equal(make(`-C ${root} start STEP=02 DIR=own`, at).status, 0);
    assert.equal(make(`-C ${root} build DIR=own`, at).status, 0);
    assert.equal(make('-C own build', at).status, 0);
  });
  for (const [what, words, message] of [
    ...['start', 'run', 'check'].map((name) => [`with a space for ${name}`,
      [name, 'STEP=07', 'DIR=a b'], /DIR=a b: a path with a space in it/]),
    ...['run', 'check', 'hint', 'compare', 'submit'].map((name) => [`that is not there for ${name}`,
      `${name} STEP=07 DIR=/nowhere`, /DIR=\/nowhere: there is no Makefile: .make start/]),
    ['that is the checkout', `start STEP=02 DIR=${root}`, /that is the workbook's own/],
    ['that is a step of the book', 'start STEP=02 DIR=steps/02-printing', /the workbook's own/],
    ['that is a file', 'start STEP=02 DIR=README.md', /README\.md: it is a file/],
    ['where nobody can make one', 'start STEP=02 DIR=/proc/x/y',
      /\/proc\/x: no directory can be made there/],
    ['that make start has not written', `check DIR=${place('strange')}`, /remove it, and name STEP=/],
    ['of no step', 'check STEP=99', /STEP=99: there is no such step: say 09, 09-linux or/],
    ['of a directory that is no step', 'run STEP=common/run', /STEP=common\/run: there is no such/],
    ['with a number of one digit', 'start STEP=7', /STEP=7: there is no such step: say STEP=09/],
    ['without a step', 'start', /STEP=: there is no such step/],
  ]) {
    test(`${what} is refused in one line`, () => {
      const { status, output, errors } = make(words);
      assert.equal(status, 2);
      assert.match(errors + output, message);
    });
  }
});

describe('make check', () => {
  test('names a test that is not there, and those that are', () => {
    const { status, errors } = make('check STEP=07 ONLY=nothing');
    assert.equal(status, 2);
    assert.match(errors, /^check: ONLY=nothing: 07-hypercall has no such test: call print/);
  });
  test('ends with the points and the seed, which gives the same values again', () => {
    const run = () => make('check STEP=07 ONLY=print V=1 SEED=one');
    const [one, other] = [run(), run()];
    assert.equal(one.status, 0, one.output);
    assert.match(one.output, /\n\d+ of \d+ points, seed one\n$/);
    const numbers = ({ output }) => /numbers( 0x\w+)+/.exec(output)[0];
    assert.equal(numbers(one), numbers(other));
    assert.notEqual(numbers(one), numbers(make('check STEP=07 ONLY=print V=1 SEED=two')));
  });
  test('what does not build gets nothing, and reads what the compiler says', () => {
    startOf('07-hypercall');
    fs.writeFileSync(path.join(place('07-hypercall'), 'broken.cpp'), 'int x = "";\n');
    const { status, output } = make(`check DIR=${place('07-hypercall')}`);
    const handedIn = make(`submit DIR=${place('07-hypercall')}`);
    fs.rmSync(path.join(place('07-hypercall'), 'broken.cpp'));
    assert.equal(status, 2);
    assert.match(output, /it does not build:\n[^]*broken\.cpp:1:[^]*\n0 of 100 points, seed \w+\n$/);
    assert.match(handedIn.output, /it does not build:\n[^]*broken\.cpp:1:[^]* does not build\n$/);
  });
  test("a guest that is not written yet is missed by who runs it", () => {
    make(`start STEP=07 DIR=${place('guestless')}`);
    const makefile = path.join(place('guestless'), 'Makefile');
    fs.writeFileSync(makefile,
      fs.readFileSync(makefile, 'utf8').replace('guest/call.S', 'guest/hello.S'));
    const missing = /GUEST=guest\/hello\.S: there is no such file/;
    assert.match(make(`check DIR=${place('guestless')} ONLY=call`).output, /^ {2}FAIL .*call: /m);
    assert.match(make(`run DIR=${place('guestless')}`).errors, missing);
  });
  test("two directories of one name do not share a build", () => {
    for (const [name, exit] of [['x/same', 'int main_of_x;\n'], ['y/same', 'int x = "";\n']]) {
      make(`start STEP=07 DIR=${place(name)}`);
      fs.writeFileSync(path.join(place(name), 'more.cpp'), exit);
    }
    const old = new Date(0);
    fs.readdirSync(place('y/same')).forEach((name) =>
      fs.utimesSync(path.join(place('y/same'), name), old, old));
    assert.match(make(`check DIR=${place('x/same')} ONLY=call`).output, /^ {2}FAIL/m);
    assert.match(make(`check DIR=${place('y/same')} ONLY=call`).output, /it does not build/);
  });
});

test('make hint gives one hint after another, and the third is the code', () => {
  startOf('07-hypercall');
  const hint = (more = '') => make(`hint STEP=07 DIR=${place('07-hypercall')}${more}`);
  const [one, two, three] = [hint(), hint(), hint()];
  assert.match(one.output, /^call: .*\nhint 1 of 3: /);
  assert.match(two.output, /^call: .*\nhint 2 of 3: /);
  assert.match(three.output, /^call: .*\nhint 3 of 3: world_switch\.S, as the book has it:\n[^]*\n\+/);
  assert.match(hint(' TEST=print N=2').output, /^print: .*\nhint 2 of 3: /);
  assert.match(hint(' TEST=print N=4').errors, /^hint: N=4: a test has hints 1, 2 and 3$/m);
  assert.match(hint(' TEST=nothing').errors, /^hint: TEST=nothing: there is no such test: call/);
});

test('make compare tells of each file, and shows one', () => {
  startOf('07-hypercall');
  const { output } = make(`compare STEP=07 DIR=${place('07-hypercall')}`);
  assert.match(output, /^address\.hpp +is the same$/m);
  assert.match(output, /^exit\.cpp +is not there$/m);
  assert.match(output, /^csr\.hpp +differs: \+0 −1 lines$/m, 'marks are no difference');
  const one = make(`compare STEP=07 DIR=${place('07-hypercall')} FILE=csr.hpp`);
  assert.match(one.output, /^-    sscratch/m);
  assert.match(make(`compare STEP=07 DIR=${place('07-hypercall')} FILE=no.cpp`).errors,
    /^compare: FILE=no\.cpp: neither 07-hypercall nor .* has it$/m);
});

describe('make submit', () => {
  const submit = (name) => make(`submit STEP=02 DIR=${place(name)}`);
  const cases = {
    'a link': ['it is no plain file', (at) => fs.symlinkSync('/etc/passwd', path.join(at, 'link.cpp'))],
    'a name for the shell': ['a name has letters, digits', (at) =>
      fs.writeFileSync(path.join(at, 'x`id>pwned`.cpp'), '')],
    'names that differ in capital letters': ['another file has this name', (at) =>
      fs.writeFileSync(path.join(at, 'MAIN.cpp'), '')],
    'what is too large': ['at most 1048576 in all are taken', (at) =>
      fs.writeFileSync(path.join(at, 'large.cpp'), Buffer.alloc(2 ** 20))],
  };
  for (const [what, [message, spoil]] of Object.entries(cases)) {
    test(`refuses ${what}`, () => {
      const name = `spoilt-${what.replaceAll(' ', '-')}`;
      make(`start STEP=03 DIR=${place(name)}`);
      spoil(place(name));
      const { status, errors } = submit(name);
      assert.equal(status, 2);
      assert.match(errors, new RegExp(`^submit: .*${message}`, 'm'));
      assert.ok(!fs.existsSync(path.join(root, 'pwned')));
    });
  }

  test('packs the sources, their hashes, the start and the result; again, and nothing is lost', () => {
    startOf('03-traps');
    fs.writeFileSync(path.join(place('03-traps'), 'notes.txt'), 'mine');
    const { status, output } = submit('03-traps');
    assert.equal(status, 0);
    assert.match(output, /notes\.txt is not handed in/);
    const bundle = place('03-traps-02-printing.tar');
    const names = spawnSync('tar', ['tf', bundle], { encoding: 'utf8' }).stdout.trim().split('\n');
    assert.deepEqual(names, [...sourcesOf('02-printing').keys(), 'submission.json']);
    const note = JSON.parse(spawnSync('tar', ['xOf', bundle, 'submission.json'],
      { encoding: 'utf8' }).stdout);
    assert.equal(note.step, '02-printing');
    assert.equal(note.starts[0].step, '03-traps');
    assert.equal(note.result.points, 100);
    assert.ok(note.isMarked);
    assert.equal(submit('03-traps').status, 0);
    assert.ok(fs.existsSync(place('03-traps-02-printing.2.tar')));
  });
});
