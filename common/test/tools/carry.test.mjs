// `make carry` on small repositories: a change goes through all later steps, stops where it has
// to, and goes on from there.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync,
  statSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const tool = fileURLToPath(new URL('../../stairs/carry.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'carry-test-'));
after(() => rmSync(root, { recursive: true }));

const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
delete env.MAKEFLAGS; // of the make that runs the tests
delete env.WORKBOOK_MAKE;

const nameOf = (number) => `${String(number).padStart(2, '0')}-step`;

/** Each step has the blocks of those before it. Lines that change stand apart from all others. */
const block = (number) =>
  [`// ${number}`, 'a', `begin_block(${number});`, 'b', 'c', `end_block(${number});`, 'd', 'e'];
const program = (number) =>
  [...Array(number).keys()].flatMap((index) => block(index + 1)).concat('').join('\n');

/** A repository with committed steps; `files(number)` are those of one. */
class Repository {
  constructor(count, files = () => ({})) {
    this.directory = mkdtempSync(join(root, 'tree-'));
    this.count = count;
    for (let number = 1; number <= count; ++number) {
      const all = { 'main.cpp': program(number), ...files(number) };
      Object.entries(all).forEach(([path, text]) => this.write(number, path, text));
    }
    this.git('init', '-q');
    this.commit();
  }

  git(...args) {
    return execFileSync('git', args, { cwd: this.directory, env, encoding: 'utf8' });
  }

  commit() {
    this.git('add', '-A');
    const identity = ['-c', 'user.name=nobody', '-c', 'user.email=nobody@example.org'];
    this.git(...identity, 'commit', '-q', '-m', 'steps');
  }

  path(number, path) {
    return join(this.directory, 'steps', nameOf(number), path);
  }

  write(number, path, text) {
    mkdirSync(dirname(this.path(number, path)), { recursive: true });
    writeFileSync(this.path(number, path), text);
  }

  read(number, path = 'main.cpp') {
    return existsSync(this.path(number, path))
      ? readFileSync(this.path(number, path), 'utf8') : undefined;
  }

  /** What a file is in the steps from `first` on. */
  readAll(first, path = 'main.cpp') {
    const count = this.count - first + 1;
    return Array.from({ length: count }, (_, index) => this.read(first + index, path));
  }

  replace(number, path, before, now) {
    assert.ok(this.read(number, path).includes(before));
    this.write(number, path, this.read(number, path).replace(before, now));
  }

  /** Runs the tool, with a `make` that does nothing unless another is given. */
  carry(args, make = 'true') {
    const { status, stdout, stderr } = spawnSync(
      process.execPath, [tool, '--steps', 'steps', ...args.split(' ').filter(Boolean)],
      { cwd: this.directory, env: { ...env, WORKBOOK_MAKE: make }, encoding: 'utf8' },
    );
    return { status, output: stdout.trimEnd().split('\n'), refusal: stderr };
  }

  passes(args, make) {
    const result = this.carry(args, make);
    assert.deepEqual([result.refusal, result.status], ['', 0], result.output.join('\n'));
    return result.output;
  }

  stops(args, make) {
    const result = this.carry(args, make);
    assert.deepEqual([result.refusal, result.status], ['', 1]);
    return result.output;
  }

  refuses(args, message) {
    const { status, refusal } = this.carry(args);
    assert.equal(status, 1);
    assert.match(refusal, message);
    assert.equal(refusal.trimEnd().split('\n').length, 1);
  }
}

const has = (output, line) => assert.ok(output.includes(line), output.join('\n'));
const stopped = (number, what = 'resolve what is between the markers') =>
  `stopped at step ${nameOf(number)}: ${what}, then \`make carry FROM=02\` goes on`;

/** Steps of which the third has changed a line that the second step's change will meet. */
function withConflict(count = 5) {
  const repository = new Repository(count);
  for (let number = 3; number <= count; ++number) {
    repository.replace(number, 'main.cpp', 'begin_block(1);', 'begin_block(1, third);');
  }
  repository.commit();
  repository.replace(2, 'main.cpp', 'begin_block(1);', 'begin_block(1, second);');
  return repository;
}

describe('carry', () => {
  test('takes a change in step 02 to step 15, and builds and checks each step', () => {
    const repository = new Repository(15, (number) => ({
      Makefile: `build:\n\t@echo build ${number} >>$(LOG)\n` +
        (number % 2 ? `check:\n\t@echo check ${number} >>$(LOG)\n` : ''),
    }));
    repository.replace(2, 'main.cpp', 'begin_block(1);', 'begin_block(1);\nmore_of_it();');
    repository.replace(2, 'main.cpp', 'end_block(2);', 'end_it(2);');
    env.LOG = join(repository.directory, 'log');
    const output = repository.passes('02', 'make');
    assert.equal(repository.read(1), program(1));
    const expected = (number) => program(number)
      .replace('begin_block(1);', 'begin_block(1);\nmore_of_it();')
      .replace('end_block(2);', 'end_it(2);');
    for (let number = 2; number <= 15; ++number) {
      assert.equal(repository.read(number), expected(number), nameOf(number));
    }
    has(output, '15-step: main.cpp');
    has(output, '15-step: make check: ok');
    const log = readFileSync(env.LOG, 'utf8').trim().split('\n');
    const each = (number) => [`build ${number}`, ...(number % 2 ? [`check ${number}`] : [])];
    assert.deepEqual(log, Array.from({ length: 14 }, (_, index) => each(index + 2)).flat());
  });

  test('stops at a conflict, and goes on when it is resolved', () => {
    const repository = withConflict();
    const output = repository.stops('02');
    const why = 'both steps change the same lines';
    has(output, `conflict in steps/03-step/main.cpp: ${why}`);
    has(output, stopped(3));
    const marked = '<<<<<<< 03-step\nbegin_block(1, third);\n=======\n' +
      'begin_block(1, second);\n>>>>>>> 02-step\n';
    assert.ok(repository.read(3).startsWith(`// 1\na\n${marked}b\n`));
    assert.ok(!repository.read(4).includes('second'));

    repository.refuses('02', /^steps\/03-step\/main.cpp:3: a conflict marker; resolve/);
    repository.replace(3, 'main.cpp', marked, 'begin_block(1, second, third);\n');
    repository.replace(4, 'main.cpp', 'begin_block(4);', 'begin_block(4, too early);');
    repository.refuses('02', /uncommitted changes: steps\/04-step\/main.cpp; commit or stash them/);
    repository.replace(4, 'main.cpp', 'begin_block(4, too early);', 'begin_block(4);');
    // Another correction on the occasion comes along.
    repository.replace(3, 'main.cpp', 'end_block(3);', 'end_block(3, corrected);');
    assert.ok(!repository.passes('02').includes('03-step: main.cpp'));
    for (const text of repository.readAll(3)) {
      assert.ok(text.includes('begin_block(1, second, third);\nb\n'));
      assert.ok(text.includes('end_block(3, corrected);'));
      assert.ok(!/[<>=]{7}/.test(text));
    }
  });

  test('goes on after a conflict that is resolved as the later step has it', () => {
    const repository = withConflict();
    repository.stops('02');
    repository.git('checkout', 'HEAD', '--', `steps/${nameOf(3)}`);
    repository.passes('02');
    assert.ok(repository.readAll(3).every((text) => text.includes('\nbegin_block(1, third);')));
  });

  test('goes on after the half that is done was committed', () => {
    const repository = withConflict();
    repository.replace(2, 'main.cpp', 'end_block(2);', 'end_block(2, far away);');
    repository.stops('02');
    repository.write(3, 'main.cpp', repository.read(3).replace(/<{7}[^]*>{7}.*/, 'resolved(1);'));
    repository.commit();
    repository.passes('02');
    for (const text of repository.readAll(3)) {
      assert.ok(text.includes('\nresolved(1);\n') && text.includes('end_block(2, far away);'));
    }
  });

  test('carries what is changed in step 02 after it has stopped, once', () => {
    const repository = withConflict();
    repository.stops('02');
    repository.write(3, 'main.cpp', repository.read(3).replace(/<{7}[^]*>{7}.*/, 'resolved(1);'));
    repository.replace(2, 'main.cpp', 'end_block(2);', 'end_block(2, more);');
    repository.passes('02');
    for (const text of repository.readAll(3)) {
      assert.equal(text.match(/resolved\(1\);|end_block\(2, more\);/g).join(), 'resolved(1);,' +
        'end_block(2, more);');
    }
  });

  test('carries a second change on top of the first, before anything is committed', () => {
    const repository = new Repository(4);
    repository.replace(2, 'main.cpp', 'begin_block(1);', 'begin_block(1, once);');
    repository.passes('02');
    repository.refuses('02', /^there is nothing to carry: 02-step is as it was carried$/m);
    repository.replace(2, 'main.cpp', 'begin_block(1, once);', 'begin_block(1, twice);');
    repository.passes('02');
    repository.replace(3, 'main.cpp', 'end_block(3);', 'end_block(3, now);');
    repository.refuses('02', /nothing to carry/);
    repository.passes('03');
    assert.ok(repository.readAll(2).every((text) => text.includes('\nbegin_block(1, twice);')));
    assert.ok(repository.read(4).includes('end_block(3, now);'));
  });

  test('begins anew when the files are put back, or when it is told to', () => {
    const repository = withConflict();
    repository.replace(2, 'main.cpp', 'end_block(2);', 'end_block(2, far away);');
    repository.stops('02');
    repository.write(3, 'main.cpp', repository.read(3).replace(/<{7}[^]*>{7}.*/, 'resolved(1);'));
    repository.refuses('03', /^the carry from 02-step has stopped in 03-step: finish it with/);
    repository.git('checkout', 'HEAD', '--', 'steps');
    repository.refuses('02', /^there is nothing to carry: 02-step is as it was committed$/m);
    repository.replace(3, 'main.cpp', 'end_block(3);', 'end_block(3, now);');
    repository.passes('03');
    assert.ok(repository.read(5).includes('end_block(3, now);'));

    const other = withConflict();
    other.stops('02');
    other.git('checkout', 'HEAD', '--', 'steps');
    other.replace(3, 'main.cpp', 'end_block(3);', 'end_block(3, now);');
    other.refuses('03', /ANEW=1/);
    other.passes('--anew 03');
    assert.ok(other.read(5).includes('end_block(3, now);'));
  });

  test('refuses what it cannot do, in one line', () => {
    const repository = new Repository(4);
    repository.refuses('', /^say which step has the change: make carry FROM=03$/m);
    repository.refuses('02 03', /^say which step/);
    repository.refuses('09', /^FROM=09: there is no such step; the steps are 01-step 02-step 03/);
    repository.refuses('04', /^04-step is the last step/);
    repository.refuses('02', /^there is nothing to carry: 02-step is as it was committed$/m);
    repository.refuses('--fast 02', /^Unknown option '--fast'$/m);
    repository.refuses('--steps missing 02', /^missing: there are no steps here$/m);

    repository.replace(2, 'main.cpp', 'begin_block(1);', 'begin_block(one);');
    repository.replace(3, 'main.cpp', 'begin_block(3);', 'begin_block(three);');
    repository.write(4, 'new.cpp', '');
    repository.refuses('02', new RegExp('^later steps have uncommitted changes: ' +
      'steps/03-step/main.cpp, steps/04-step/new.cpp; commit or stash them'));
    assert.equal(repository.read(3), program(3).replace('begin_block(3)', 'begin_block(three)'));
    repository.write(2, 'main.cpp', 'x\n<<<<<<< 02-step\n');
    repository.refuses('02', /^steps\/02-step\/main.cpp:2: a conflict marker; resolve/);

    repository.git('checkout', 'HEAD', '--', 'steps');
    rmSync(repository.path(4, ''), { recursive: true });
    repository.replace(2, 'main.cpp', 'begin_block(1);', 'begin_block(one);');
    repository.refuses('02', /uncommitted changes: steps\/04-step\/main.cpp; /);
  });

  test('refuses a step that is not committed, and a place without a repository', () => {
    const repository = new Repository(3);
    mkdirSync(repository.path(4, ''));
    repository.write(4, 'main.cpp', program(4));
    repository.write(5, 'main.cpp', program(5));
    repository.refuses('04', /^04-step is not committed yet/);
    repository.replace(2, 'main.cpp', 'begin_block(1);', 'begin_block(one);');
    repository.refuses('02', /uncommitted changes: steps\/04-step\/main.cpp, steps\/05-step/);
    rmSync(join(repository.directory, '.git'), { recursive: true });
    repository.refuses('02', /^git rev-parse: fatal: not a git repository/);
    repository.git('init', '-q');
    repository.refuses('02', /^steps: nothing is committed here yet/);
  });

  test('carries a file that is born', () => {
    const repository = new Repository(5);
    repository.write(2, 'guest/new.S', 'wfi\n');
    chmodSync(repository.path(2, 'guest/new.S'), 0o755);
    has(repository.passes('02'), '05-step: guest/new.S is new');
    assert.deepEqual(repository.readAll(3, 'guest/new.S'), ['wfi\n', 'wfi\n', 'wfi\n']);
    assert.ok(statSync(repository.path(5, 'guest/new.S')).mode & 0o100);
  });

  test('brings a file that is born together with one that a later step has', () => {
    const early = 'first_line();\nsecond_line();\n';
    const late = 'first_line();\nother_line();\n';
    const repository = new Repository(5, (number) => (number >= 4 ? { 'a.hpp': late } : {}));
    repository.write(2, 'a.hpp', early);
    has(repository.stops('02'), 'conflict in steps/04-step/a.hpp: both steps add it');
    const both = '<<<<<<< 04-step\nother_line();\n=======\nsecond_line();\n>>>>>>> 03-step\n';
    assert.equal(repository.read(4, 'a.hpp'), `first_line();\n${both}`);
    repository.write(4, 'a.hpp', late);
    repository.passes('02');
    assert.deepEqual(repository.readAll(2, 'a.hpp'), [early, early, late, late]);

    const same = new Repository(4, (number) => (number >= 3 ? { 'a.hpp': early } : {}));
    same.write(2, 'a.hpp', early);
    same.passes('02');
    assert.deepEqual(same.readAll(2, 'a.hpp'), [early, early, early]);
  });

  test('follows a file that is renamed and changed', () => {
    const repository = new Repository(5, (number) => (number === 5 ? {} : {
      'old.cpp': program(number + 4),
    }));
    renameSync(repository.path(2, 'old.cpp'), repository.path(2, 'new.cpp'));
    repository.replace(2, 'new.cpp', 'begin_block(2);', 'begin_block(two);');
    const output = repository.passes('02');
    has(output, '03-step: old.cpp is now new.cpp, new.cpp');
    has(output, '05-step: old.cpp is not here');
    assert.deepEqual(repository.readAll(2, 'old.cpp'), Array(4).fill(undefined));
    for (const number of [2, 3, 4]) {
      const expected = program(number + 4).replace('begin_block(2)', 'begin_block(two)');
      assert.equal(repository.read(number, 'new.cpp'), expected);
    }
    assert.equal(repository.read(5, 'new.cpp'), undefined);
  });

  test('follows a renamed file to where a later step has renamed it too, or has another', () => {
    const files = (number) => ({
      [number >= 3 ? 'new.cpp' : 'old.cpp']: program(number + 4),
      ...(number >= 4 ? { 'old.cpp': program(number + 4) } : {}),
    });
    const repository = new Repository(4, files);
    renameSync(repository.path(2, 'old.cpp'), repository.path(2, 'new.cpp'));
    repository.replace(2, 'new.cpp', 'begin_block(2);', 'begin_block(two);');
    repository.passes('02');
    assert.ok(repository.readAll(2, 'new.cpp').every((text) => text.includes('begin_block(two);')));

    const taken = new Repository(3, (number) => ({
      'old.cpp': program(6),
      ...(number === 3 ? { 'new.cpp': 'something else\n' } : {}),
    }));
    renameSync(taken.path(2, 'old.cpp'), taken.path(2, 'new.cpp'));
    has(taken.stops('02'), 'conflict in steps/03-step/new.cpp: both steps add it');
    assert.equal(taken.read(3, 'old.cpp'), undefined);
  });

  test('removes a file where it is unchanged, and asks where it is not', () => {
    const repository = new Repository(6, (number) => ({
      'a.cpp': program(3), 'b.cpp': number < 4 ? 'one\n' : 'one\ntwo',
    }));
    rmSync(repository.path(2, 'a.cpp'));
    rmSync(repository.path(2, 'b.cpp'));
    const output = repository.stops('02');
    has(output, '03-step: a.cpp is gone, b.cpp is gone');
    has(output, 'conflict in steps/04-step/b.cpp: 03-step removes it, 04-step has changed it');
    assert.equal(
      repository.read(4, 'b.cpp'),
      '<<<<<<< 04-step\none\ntwo\n=======\n>>>>>>> 03-step, removed\n',
    );
    repository.refuses('02', /^steps\/04-step\/b.cpp:1: a conflict marker/);
    rmSync(repository.path(4, 'b.cpp'));
    repository.passes('02');
    assert.deepEqual(repository.readAll(2, 'a.cpp'), Array(5).fill(undefined));
    assert.deepEqual(repository.readAll(2, 'b.cpp'), Array(5).fill(undefined));
  });

  test('carries a changed mode, with and without a changed content', () => {
    const repository = new Repository(3, (number) => ({ 'a.sh': program(number), 'b.sh': 'b' }));
    chmodSync(repository.path(2, 'a.sh'), 0o755);
    chmodSync(repository.path(2, 'b.sh'), 0o755);
    repository.replace(2, 'a.sh', 'begin_block(1);', 'begin_block(one);');
    has(repository.passes('02'), '03-step: a.sh, mode of a.sh, mode of b.sh');
    assert.ok(statSync(repository.path(3, 'a.sh')).mode & 0o100);
    assert.ok(statSync(repository.path(3, 'b.sh')).mode & 0o100);
    assert.equal(repository.read(3, 'a.sh'), program(3).replace('(1)', '(one)'));
  });

  test('stops where a file without lines has changed on both sides', () => {
    const repository = new Repository(4, (number) => ({ disk: number < 4 ? 'a\0a' : 'a\0b' }));
    repository.write(2, 'disk', 'b\0a');
    has(repository.stops('02'), 'conflict in steps/04-step/disk: it has no lines that could be ' +
      'merged: make it what it should be');
    repository.write(4, 'disk', 'b\0b');
    repository.passes('02');
    assert.deepEqual(repository.readAll(2, 'disk'), ['b\0a', 'b\0a', 'b\0b']);
  });

  test('stops at a step that does not build, and carries what corrects it', () => {
    const repository = new Repository(4, (number) => ({
      Makefile: 'build:\n\t@! grep -H . broken 2>&-\ncheck:\n',
      ...(number === 3 ? { broken: 'a missing semicolon\n' } : {}),
    }));
    repository.replace(2, 'main.cpp', 'begin_block(1);', 'begin_block(one);');
    const output = repository.stops('02', 'make');
    has(output, '02-step: make check: ok');
    has(output, '03-step: make build: FAILED');
    has(output, 'broken:a missing semicolon');
    has(output, stopped(3, 'correct it in the first step that is wrong'));
    assert.ok(!output.includes('04-step: make build: ok'));
    // Which is looked for up to the step that is broken only.
    repository.replace(4, 'main.cpp', 'begin_block(4);', 'begin_block(four);');
    repository.refuses('02', /uncommitted changes: steps\/04-step\/main.cpp;/);
    repository.replace(4, 'main.cpp', 'begin_block(four);', 'begin_block(4);');
    rmSync(repository.path(3, 'broken'));
    repository.replace(3, 'main.cpp', 'end_block(3);', 'end_block(three);');
    has(repository.passes('02', 'make'), '04-step: make check: ok');
    assert.ok(repository.read(4).includes('end_block(three);'));
  });

  test('says which lines an earlier step has already', () => {
    const repository = new Repository(5);
    repository.replace(4, 'main.cpp', 'begin_block(2);', 'begin_block(two);');
    repository.replace(4, 'main.cpp', 'end_block(2);', 'end_block(two);');
    repository.replace(4, 'main.cpp', 'begin_block(4);', 'begin_block(four);');
    const told = repository.passes('04').filter((line) => line.includes('already'));
    assert.deepEqual(told, ['steps/02-step/main.cpp:11: this line is already in step 02-step; ' +
      'change it there unless it is right there: begin_block(2); (and 1 more)']);
  });

  test('says which later steps still have the old line', () => {
    const repository = new Repository(5, (number) => ({
      ...(number >= 4 ? { 'copy.cpp': `// a copy\n${program(2)}` } : {}),
    }));
    repository.replace(2, 'main.cpp', 'begin_block(2);', 'begin_block(two);');
    const told = repository.passes('02').filter((line) => line.includes('old line'));
    assert.deepEqual(told, [4, 5].map((number) => `steps/${nameOf(number)}/copy.cpp:12: ` +
      `step ${nameOf(number)} still has the old line: begin_block(2);`));
    // A line that step 02 itself still has somewhere is not an old one.
    const moved = new Repository(3);
    moved.write(2, 'main.cpp', `${block(2).join('\n')}\n${block(1).join('\n')}\n`);
    assert.ok(!moved.carry('02').output.some((line) => line.includes('old line')));
  });

  test('leaves what is staged alone, and files that git ignores', () => {
    const repository = new Repository(3);
    appendFileSync(join(repository.directory, '.gitignore'), '*.o\n');
    repository.git('add', '.gitignore');
    repository.replace(2, 'main.cpp', 'begin_block(1);', 'begin_block(one);');
    repository.write(2, 'main.o', '');
    repository.passes('02');
    assert.equal(repository.read(3, 'main.o'), undefined);
    assert.equal(repository.git('diff', '--cached', '--name-only'), '.gitignore\n');
  });
});
