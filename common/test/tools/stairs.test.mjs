// `make stairs` on small staircases: a good one passes, and each thing that does not belong into
// one is named with its file and line.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const tool = fileURLToPath(new URL('../../stairs/stairs.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'stairs-test-'));
after(() => rmSync(root, { recursive: true }));

function write(directory, files) {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), [content, ''].flat().join('\n'));
  }
}

/** Writes steps { '01-first': { file: lines, … }, … }; `common` may be one of them. */
function build({ common = {}, ...steps }) {
  const directory = mkdtempSync(join(root, 'tree-'));
  write(join(directory, 'common'), common);
  for (const [step, files] of Object.entries(steps)) {
    write(join(directory, 'steps', step), files);
  }
  return directory;
}

function run(directory, ...args) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath, [tool, '--steps', 'steps', ...args], { cwd: directory, encoding: 'utf8' },
  );
  assert.ok(status === 0 || status === 1, stderr);
  const [, ...lines] = stdout.trimEnd().split('\n');
  const isRow = (line) => /^\d\d-|^ /.test(line);
  return {
    status,
    stderr,
    rows: lines.filter((line) => isRow(line) && !/^  sum: /.test(line))
      .map((line) => line.trim().replace(/ +/g, ' ')),
    faults: lines.filter((line) => !isRow(line)),
  };
}

/** What is found when main.cpp changes from `before` to `now` to `next`. */
function faultsOf(...versions) {
  const names = ['01-first', '02-second', '03-third'];
  const steps = versions.map((lines, index) => [names[index], { 'main.cpp': lines }]);
  const { status, faults } = run(build(Object.fromEntries(steps)));
  assert.equal(status, faults.length > 0 ? 1 : 0);
  return faults;
}

const counted = (count, text = 'call_number') =>
  Array.from({ length: count }, (_, index) => `${text}(${index});`);

describe('stairs', () => {
  test('counts what each step changes, as git does', () => {
    const directory = build({
      '01-first': { 'main.cpp': counted(10), 'boot.S': counted(5), Makefile: '# Step 1: a' },
      '02-second': {
        'main.cpp': [...counted(5, '-- another'), ...counted(8)],
        'boot.S': counted(5),
        'guest.dts': 'only what a reader sees',
        'guest/hello.S': ['neither counted', 'with the hypervisor'],
        'guest_tree.cpp': 'counted',
        Makefile: '# Step 2: b',
      },
      '03-third': { 'boot.S': counted(6), Makefile: '# Step 3: c' },
    });
    const { status, faults, rows } = run(directory);
    assert.deepEqual(faults, []);
    assert.equal(status, 0);
    assert.deepEqual(rows, [
      '01-first 2 15 0 15 16',
      '02-second 2 6 2 8 13',
      '03-third 3 1 14 15 20',
    ]);
    const numstat = spawnSync(
      'git', ['diff', '--no-index', '--numstat', '--no-renames', '01-first', '02-second'],
      { cwd: join(directory, 'steps'), encoding: 'utf8' },
    ).stdout;
    assert.match(numstat, /^5\t2\t.*main.cpp/m);
  });

  test('is content with one step, and with a gap', () => {
    const one = run(build({ '15-last': { 'main.cpp': counted(300) } }));
    assert.deepEqual([one.status, one.faults], [0, []]);
    assert.deepEqual(one.rows, ['15-last - - - - -', '(there is no step 14 yet)']);
    const gap = build({ '01-a': { a: 'x' }, '02-b': { a: 'y' }, '15-z': { a: counted(300) } });
    assert.deepEqual(run(gap).rows.slice(2), ['15-z - - - - -', '(there is no step 14 yet)']);
  });

  test('allows 300 changed lines and not one more', () => {
    assert.deepEqual(faultsOf(counted(300)), []);
    assert.deepEqual(faultsOf(counted(301)), [
      'steps/01-first: 301 changed lines, where 300 are the limit',
    ]);
    assert.deepEqual(faultsOf(counted(100), counted(200, 'other_call')), []);
    const tooMany = faultsOf(counted(100), counted(201, 'other_call'));
    assert.deepEqual(tooMany, ['steps/02-second: 301 changed lines, where 300 are the limit']);
  });

  test('allows steps 8 and 13 thirty lines more', () => {
    for (const [before, step] of [['07-a', '08-b'], ['12-a', '13-b']]) {
      const faults = (count) =>
        run(build({ [before]: { a: 'x' }, [step]: { a: 'x', 'a.cpp': counted(count) } })).faults;
      assert.deepEqual(faults(330), []);
      assert.deepEqual(faults(331), [`steps/${step}: 331 changed lines, where 330 are the limit`]);
    }
  });

  test('marks a step above the aim of 250', () => {
    const rows = (count) => run(build({ '01-a': { 'a.cpp': counted(count) } })).rows;
    assert.deepEqual(rows(250), ['01-a 1 250 0 250 250']);
    assert.deepEqual(rows(251), ['01-a 1 251 0 * 251 251']);
  });

  test('finds lines that disappear and come back', () => {
    const lines = ['int main() {', '    first_call();', '    second_call();', '}'];
    const without = ['int main() {', '}'];
    assert.deepEqual(faultsOf(lines, without, ['// new here', ...lines]), [
      'steps/03-third/main.cpp:3: this had disappeared in 02-second and is back: first_call();',
    ]);
    const braces = ['int main() {', '    return false;', '}'];
    const other = ['int variable;'];
    assert.deepEqual(faultsOf(braces, other, [...other, ...braces.slice(1)]), []);
  });

  test('finds lines that come back with their file', () => {
    const directory = build({
      '01-first': { 'a.hpp': 'struct Early;', Makefile: 'x' },
      '02-second': { Makefile: 'x' },
      '03-third': { Makefile: 'x' },
      '04-fourth': { 'a.hpp': 'struct Early;', Makefile: 'x' },
    });
    assert.deepEqual(run(directory).faults, [
      'steps/04-fourth/a.hpp:1: this had disappeared in 02-second and is back: struct Early;',
    ]);
  });

  test('finds a hunk that changes only a comment', () => {
    const fault = (line) => [`steps/02-second/main.cpp:${line}: only a comment changes here`];
    const code = 'call(now, later);';
    assert.deepEqual(faultsOf(['// one', code], ['// two', code]), fault(1));
    assert.deepEqual(faultsOf([`${code} // one`], [`${code} /* two */`]), fault(1));
    assert.deepEqual(faultsOf(['// one', code], [code]), fault(1));
    const block = (text) => ['/* begins', text, 'ends */', code];
    assert.deepEqual(faultsOf(block('one thing'), block('another')), fault(2));
    // Not a comment: it stands in a string.
    assert.deepEqual(faultsOf(['print("//one");'], ['print("//two");']), []);
    assert.deepEqual(faultsOf([code], ['// why', 'more(code);', code]), []);
    assert.deepEqual(faultsOf([code], [code, '// more to know']), []);
    assert.deepEqual(faultsOf(['// one', code], ['// two', 'other(code);']), []);
  });

  test('knows the comments of assembly and of make, and the title of a step', () => {
    const step = (title, remark) => ({
      Makefile: [title, 'LIBFDT := yes', `# ${remark}`, 'include it'],
      'boot.S': ['#include "a.h"', `    call main # ${remark}`, '    wfi'],
    });
    const good = build({ '01-a': step('# Step 1: a', 'x'), '02-b': step('# Step 2: b', 'x') });
    assert.deepEqual(run(good).faults, []);
    const bad = build({ '01-a': step('# Step 1: a', 'x'), '02-b': step('# Step 2: b', 'y') });
    assert.deepEqual(run(bad).faults, [
      'steps/02-b/Makefile:3: only a comment changes here',
      'steps/02-b/boot.S:2: only a comment changes here',
    ]);
    const include = build({ '01-a': { 'a.S': '#include "a"' }, '02-b': { 'a.S': '#include "b"' } });
    assert.deepEqual(run(include).faults, []);
  });

  test('finds a hunk that changes only whitespace', () => {
    const fault = (line) => [`steps/02-second/main.cpp:${line}: only whitespace changes here`];
    assert.deepEqual(faultsOf(['call(a, b);'], ['  call(a, b);']), fault(1));
    assert.deepEqual(faultsOf(['call(a, b);'], ['call(a,', '     b);']), fault(1));
    assert.deepEqual(faultsOf(['one();', '', 'two();'], ['one();', 'two();']), fault(2));
  });

  test('allows a block that is indented, for what is put around it', () => {
    const body = ['prepare(all);', '', 'run_it(all);', '', 'finish(all);'];
    const loop = ['for (;;) {', ...body.map((line) => line && `    ${line}`), '}'];
    assert.deepEqual(faultsOf(body, loop), []);
    const indented = body.map((line) => line && ` ${line}`);
    const elsewhere = ['if (all_is_well()) {', '}', 'unchanged();', ...indented];
    assert.equal(faultsOf(['unchanged();', ...body], elsewhere).length, 3);
  });

  test('finds a hunk that only moves lines', () => {
    const [a, b, c, d] = ['first(thing);', 'second(thing);', 'third(thing);', 'fourth(thing);'];
    assert.deepEqual(faultsOf([a, b, c, d], [b, c, d, a]), [
      'steps/02-second/main.cpp:1: lines are only moved from here',
    ]);
    // It is a move all the same if something new stands where the lines have gone.
    assert.deepEqual(faultsOf([a, b, c, d], [b, c, d, 'fifth(thing);', a]), [
      'steps/02-second/main.cpp:1: lines are only moved from here',
    ]);
    // The same line may well be lost in one place and be new in another.
    const refuse = 'return Status::refused;';
    assert.deepEqual(faultsOf([refuse, a, b, refuse], [a, refuse, b, refuse]), []);
  });

  test('finds a file whose mode changes', () => {
    const directory = build({ '01-a': { 'run.sh': 'x' }, '02-b': { 'run.sh': 'x' } });
    chmodSync(join(directory, 'steps/02-b/run.sh'), 0o755);
    chmodSync(join(directory, 'steps/01-a/run.sh'), 0o644);
    assert.deepEqual(run(directory).faults, ['steps/02-b/run.sh:1: its mode was 644, is 755']);
  });

  test('finds what is copied from common', () => {
    const lines = counted(8, 'while_it_copies');
    const copy = (count) => ['int own;', ...lines.slice(0, 3), '', '}', ...lines.slice(3, count)];
    const tree = (count) => build({
      common: { 'string.c': ['', ...lines], 'test/unit/a.cpp': copy(8), 'a.patch': copy(8) },
      '01-a': { 'main.cpp': copy(count) },
      '02-b': { 'main.cpp': copy(count) },
    });
    assert.deepEqual(run(tree(5)).faults, []);
    const fault = 'steps/01-a/main.cpp:2: these lines are a copy of common/string.c:2';
    assert.deepEqual(run(tree(6)).faults, [fault]);
    assert.deepEqual(run(tree(8)).faults, [fault]);
  });

  test('finds what a step declares and does not use', () => {
    const directory = build({
      '01-a': { 'a.hpp': 'void act();' },
      '02-b': { 'a.hpp': 'void act();', 'main.cpp': ['void main() {', '    act();', '}'] },
    });
    assert.deepEqual(run(directory).faults, ['steps/01-a/a.hpp:1: nothing in this step uses act']);
  });

  test('says in one line what it cannot do', () => {
    const empty = build({});
    const twice = build({ '01-a': { a: 'x' }, '01-b': { a: 'x' } });
    for (const [directory, args, message] of [
      [empty, [], 'steps: there are no steps here\n'],
      [twice, [], 'steps: there are two steps 01\n'],
      [twice, ['03'], '03: nothing is to be named here, all steps are looked at\n'],
      [twice, ['--limit'], "Unknown option '--limit'\n"],
    ]) {
      const { status, stderr } = run(directory, ...args);
      assert.deepEqual([status, stderr], [1, message]);
    }
  });

  test('has nothing against the steps as they are', () => {
    execFileSync(process.execPath, [tool]);
  });
});
