// What make is told from outside: names in the environment, on the command line, and the directory
// in which it is started.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';

import { filesIn } from '../../stairs/steps.mjs';
import { root, scratchDirectory, userEnvironment } from '../machine.mjs';

const scratch = scratchDirectory('outside it\'s (1)');
const files = execFileSync('git', ['ls-files', 'Makefile', 'common', 'book'],
  { cwd: root, encoding: 'utf8' }).trim().split('\n');
const read = (name) => fs.readFileSync(path.join(root, name), 'utf8');

/** The lists of names.mk: { NAMES, INNER_NAMES, FOREIGN_NAMES }. */
const lists = Object.fromEntries([...read('common/names.mk').replaceAll('\\\n', '')
  .matchAll(/^(\w*NAMES|FLAGS) := (.*)$/gm)].map(([, list, names]) => [list, names.split(/ +/)]));
const all = Object.values(lists).flat();

/** Runs make in a folder of the checkout: what it and its recipes are told, a line each. */
function told(folder, { words = [], env = {}, names = [] } = {}) {
  const shown = names.map((name) => `echo '${name} $(${name})'; `).join('');
  const { status, stdout, stderr } = spawnSync('make', ['-s', '--no-print-directory',
    `--eval=told: ; @${shown}env | sort`, 'told', ...words],
  { cwd: path.join(root, folder), env: { ...userEnvironment(), ...env }, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  // What a Makefile gives a name that was in the environment is in it for its recipes, too.
  return stdout.split('\n').filter((line) => !/^(PWD|_|LIBFDT)=/.test(line));
}

describe('a name in the environment', () => {
  const folders = ['.', 'book', 'common/bench', 'common/guest', 'common/machine', 'common/qemu',
    'steps/02-printing', 'steps/15-virtio-blk'];
  const names = ['KERNEL', 'DISK', 'BOOTARGS', 'GUEST', 'OUT', 'STEP', 'MACHINE', 'MEMORY',
    'LIBFDT', 'RUN', 'VPATH'];
  for (const folder of folders) {
    for (const words of [[], ['-e']]) {
      test(`does not count in ${folder} ${words}`, () => {
        const env = Object.fromEntries(all.map((name) => [name, 'of somebody else']));
        assert.deepEqual(told(folder, { env, words, names }), told(folder, { words, names }));
      });
    }
  }
  test('counts if it begins with WORKBOOK_', () => {
    const paths = ['QEMU', 'GUEST', 'GUEST_BUNDLE', 'LLVM_SUFFIX']; // make looks at these itself
    const plain = lists.NAMES.filter((name) => !paths.includes(name));
    const env = Object.fromEntries(plain.map((name) => [`WORKBOOK_${name}`, `my $$ ${name}`]));
    const lines = told('steps/15-virtio-blk', { env });
    plain.forEach((name) => assert.ok(lines.includes(`${name}=my $$ ${name}`), name));
    assert.ok(told('.', { env: { WORKBOOK_QEMU: '/my/qemu' } }).includes('QEMU=/my/qemu'));
    const cache = { WORKBOOK_CACHE: 'mine', WORKBOOK_STARTED: '/here' };
    ['common/guest', 'common/qemu'].forEach((folder) =>
      assert.ok(told(folder, { env: cache, names: ['CACHE'] }).includes('CACHE /here/mine')));
  });
  test('with WORKBOOK_ gives way to the command line, and not to a step', () => {
    const env = { WORKBOOK_KERNEL: 'theirs', WORKBOOK_BOOTARGS: 'mine' };
    const lines = told('steps/15-virtio-blk', { env, words: ['KERNEL=mine'] });
    ['KERNEL=mine', 'BOOTARGS=mine'].forEach((line) => assert.ok(lines.includes(line), line));
  });
  test('or on the command line is not told where it is a flag and 0', () => {
    const words = lists.FLAGS.map((name) => `${name}=0`);
    assert.deepEqual(told('steps/15-virtio-blk', { words, names: lists.FLAGS })
      .filter((line) => lists.FLAGS.includes(line.split(/[ =]/)[0]) && /0$/.test(line)), []);
  });
  for (const folder of [...folders, 'common/test']) {
    test(`is in the lists of names.mk, if the first goal of ${folder} reads it`, () => {
      const { stderr } = spawnSync('make', ['-n', '--warn-undefined-variables'],
        { cwd: path.join(root, folder), encoding: 'utf8', env: userEnvironment() });
      const read = [...stderr.matchAll(/undefined variable '(.+)'/g)].map(([, name]) => name);
      assert.ok(read.includes('ANEW'), stderr);
      assert.deepEqual(read.filter((name) => !all.includes(name)
        && !name.startsWith('WORKBOOK_') && name !== 'XDG_CACHE_HOME'), []);
    });
  }
  test('is in the lists of names.mk, if a Makefile or a script asks for it', () => {
    const makefiles = files.filter((name) => /(Makefile|\.mk)$/.test(name)).map(read).join('\n');
    const given = new Set([...makefiles.matchAll(/^(?:export |override )*(\w+)\s*:?=/gm)]
      .map(([, name]) => name));
    const ofMake = ['CURDIR', 'MAKE', 'MAKEFILE_LIST', 'HOME', 'PWD', 'XDG_CACHE_HOME'];
    const asked = [...makefiles.matchAll(/\$\(([A-Z][A-Z_]*)\)|ifn?def ([A-Z_]+)/g)]
      .map(([, name, other]) => name ?? other).filter((name) => !given.has(name));
    const scripts = files.filter((name) => name.endsWith('.mjs')).map(read).join('\n');
    const ofNode = ['PATH', 'TMPDIR', 'NODE_TEST_CONTEXT'];
    const wanted = [...scripts.matchAll(/process\.env\.([A-Z_]+)/g)].map(([, name]) => name);
    const isOurs = (name) => name.startsWith('WORKBOOK_') || given.has(name) || all.includes(name);
    assert.ok(asked.length > 50 && wanted.length > 30);
    assert.deepEqual([...asked.filter((name) => !ofMake.includes(name)),
      ...wanted.filter((name) => !ofNode.includes(name))].filter((name) => !isOurs(name)), []);
  });
});

describe('a directory', () => {
  test('that STEP names is no command, whatever its name', () => {
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'outside-'));
    const step = path.join(place, 'x;pwd>pwned');
    fs.mkdirSync(step);
    fs.writeFileSync(path.join(step, 'Makefile'), `include ${root}/common/step.mk\n`);
    const { status, stderr } = spawnSync('make', ['-C', root, 'build', `STEP=${step}`],
      { cwd: place, encoding: 'utf8', env: userEnvironment() });
    assert.equal(status, 2);
    assert.match(stderr, /the path of this directory has a ; in it/);
    assert.ok(!fs.existsSync(path.join(root, 'pwned')));
    fs.rmSync(place, { recursive: true });
  });
  test('that OUT names stays, whatever is cleaned', () => {
    const mine = fs.mkdtempSync(path.join(os.tmpdir(), 'outside-'));
    const clean = (words, env) => spawnSync('make', ['-C', 'steps/02-printing', 'clean', ...words],
      { cwd: root, encoding: 'utf8', env: { ...userEnvironment(), ...env } });
    assert.equal(clean([], { OUT: mine }).status, 0);
    const { status, stderr } = clean([`OUT=${mine}`], {});
    assert.equal(status, 2);
    assert.match(stderr, /^clean: OUT=.*: only what is below .*build is removed$/m);
    assert.match(clean(['OUT='], {}).stderr, /\*\*\* OUT=: name a path\. /);
    fs.rmdirSync(mine);
  });

  const checkout = (name) => {
    const place = path.join(scratch, '..', name);
    const top = fs.readdirSync(path.join(root, 'common'), { withFileTypes: true })
      .filter((entry) => entry.isFile()).map((entry) => entry.name);
    const parts = ['install', 'include', 'run', ...top].map((part) => `common/${part}`);
    fs.rmSync(place, { recursive: true, force: true });
    ['steps/02-printing', ...parts].forEach((part) =>
      fs.cpSync(path.join(root, part), path.join(place, part), { recursive: true }));
    return place;
  };
  const run = (place) => spawnSync('make',
    ['-s', '-C', path.join(place, 'steps/02-printing'), 'run'],
    { encoding: 'utf8', env: userEnvironment(), input: '' });
  test('of which make and the shell take the name is one for a checkout', () => {
    const { status, stdout, stderr } = run(checkout('a~^@+,-é!z'));
    assert.match(stdout, /^hypervisor: hello from hart 0$/m, stderr);
    assert.equal(status, 0);
  });
  test('of which they do not is named, with what is wrong in it', () => {
    const place = checkout('unfit');
    for (const sign of '#$%&();:=|<>*?[]{}\\`\'" \t') {
      const other = path.join(place, '..', `a${sign}z`);
      fs.renameSync(place, other);
      const { status, stdout, stderr } = run(other);
      fs.renameSync(other, place);
      assert.equal(status, 2);
      const name = sign.trim() || 'space';
      assert.ok(stderr.endsWith(`*** the path of this checkout has a ${name} in it, which make `
        + 'cannot handle: move it.  Stop.\n'), stderr);
      assert.equal(stderr.trimEnd().split('\n').length + stdout.length, 1);
    }
  });
});

describe('where make is started', () => {
  const here = path.join(scratch, 'here');
  const there = path.join(scratch, 'there');
  [here, there].forEach((place) => fs.mkdirSync(place));
  const step = path.join(root, 'steps/02-printing');
  fs.symlinkSync(step, path.join(scratch, 'link'));
  const placeOf = (command, options = {}) => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command, 'sh', here, there, step],
      { encoding: 'utf8', cwd: here, env: { ...userEnvironment(), PWD: here }, ...options });
    assert.equal(status, 0, stderr);
    return stdout.trimEnd();
  };
  const make = `make -s --no-print-directory '--eval=told: ; @echo "$$WORKBOOK_STARTED"' told`;
  for (const [what, command, place] of [
    ['is its own directory', `cd "$3"; ${make}`, step],
    ['is that also without PWD', `cd "$3"; unset PWD; ${make}`, step],
    ['is that also with the PWD of another', `cd "$3"; PWD=$2 ${make}`, step],
    ['is that also with the PWD of the shell', `env -C "$3" ${make}`, step],
    ['is that, as the shell calls it', `cd "$1/../link"; ${make}`, path.join(scratch, 'link')],
    ['is with -C where the shell is', `cd "$2"; ${make} -C "$3"; true`, there],
    ['is that with --directory, too', `cd "$2"; ${make} --directory="$3"; true`, there],
    ['is with -C not where PWD says that it was', `PWD=$2 ${make} -C "$3"; true`, step],
    ['is with -C and without PWD where make is', `unset PWD; ${make} -C "$3"; true`, step],
  ]) {
    test(what, () => assert.equal(placeOf(command), place));
  }
});

describe('a name of a file', () => {
  const place = path.join(scratch, 'a b, & c:d');
  fs.mkdirSync(place);
  const make = (...words) => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', 'make "$@"; exit', 'sh', '-s', '-C',
      path.join(root, 'steps/12-mmio'), ...words],
    { cwd: place, env: userEnvironment(), encoding: 'utf8', input: '' });
    return { status, output: stdout + stderr };
  };
  test('may have what it likes for QEMU', () => {
    const found = execFileSync('sh', ['-c', 'command -v qemu-system-riscv64'],
      { encoding: 'utf8' });
    fs.symlinkSync(found.trim(), path.join(place, 'my, "q"'));
    const { status, output } = make('run', 'QEMU=./my, "q"', 'GUEST=guest/forms.cpp');
    assert.match(output, /^guest: all \d+ forms work$/m);
    assert.equal(status, 0);
    assert.match(make('run', 'QEMU=./no, q').output, /MISSING: .*a b, & c:d\/.\/no, q$/m);
  });
  test('may have spaces for GUEST, which is looked for in the step, too', () => {
    const file = path.join(os.tmpdir(), 'outside guest.cpp');
    fs.copyFileSync(path.join(root, 'steps/12-mmio/guest/forms.cpp'), file);
    assert.match(make('run', `GUEST=${file}`).output, /^guest: all \d+ forms work$/m);
    fs.rmSync(file);
  });
  test('may have what it likes for a bundle', () => {
    fs.writeFileSync(path.join(place, "it's a bundle.tar.gz"), '');
    assert.match(make('build', "GUEST_BUNDLE=it's a bundle.tar.gz").output, /not an archive, or/);
    assert.match(make('build', 'GUEST_BUNDLE=none').output, /BUNDLE=none: there is no such file/);
  });
});
