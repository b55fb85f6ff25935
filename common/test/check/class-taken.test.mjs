// What is taken of a submission, of whatever kind it is: nothing in it acts on who grades it. And
// how submissions are compared.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { compareAll } from '../../check/class/copies.mjs';
import { takeFrom } from '../../check/class/take.mjs';
import { pack } from '../../check/student/archive.mjs';
import { take } from '../../check/student/taken.mjs';
import { root, scratchDirectory } from '../machine.mjs';
import { changed, Class, packAs, sources, unsafe } from './classes.mjs';

const scratch = scratchDirectory('class-taken');
const copies = path.join(root, 'common', 'check', 'class', 'copies.mjs');

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
      { ...source, name: '__MACOSX/._main.cpp' }, { ...source, name: '__MACOSX/x.cpp' },
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
    ['a name that a shell would execute', [source, { ...source, name: 'x`id>pwned`.cpp' }],
      /letters/],
    ['sources in two directories', [{ ...source, name: 'a/main.cpp' }, { ...source,
      name: 'b/main.cpp' }], /several/],
    ['no source', [{ name: 'README', text: 'x' }], /no source/],
    ['too many', Array.from({ length: 101 }, (_, at) => ({ ...source, name: `a${at}.cpp` })),
      /at most/],
    ['too much', [{ ...source, text: 'x'.repeat(2 ** 20 + 1) }], /at most/],
  ]) {
    test(`is not an archive with ${what}`, () => {
      assert.throws(() => taken(packAs(members)), message);
    });
  }
  for (const [what, content, message] of [
    ['has another name than its sum is of', Buffer.from(packAs([source]))
      .fill('n', 0, 1), /damaged/],
    ['is cut off', packAs([{ ...source, text: 'x'.repeat(4000) }]).subarray(0, 1500), /damaged/],
    ['is none', Buffer.alloc(2000, 'x'), /damaged/],
    ['is empty', Buffer.alloc(0), /damaged/],
    ['is one byte', Buffer.from([0x1f]), /damaged/],
    ['is no gzip', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(600)]), /damaged/],
    ['has very many files', gzipSync(Buffer.alloc(512 * 20_001, packAs([{ name: 'x' }])
      .subarray(0, 512))), /more than 20000 files/],
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
  test('is what has a plain name, whatever lies beside it', () => {
    const directory = path.join(scratch, 'beside');
    const named = (name) => Buffer.from(`${directory}/${name}`, 'latin1');
    fs.mkdirSync(directory);
    fs.writeFileSync(path.join(directory, 'main.cpp'), '');
    fs.writeFileSync(named('\u00dcbung.txt'), '');
    fs.mkdirSync(named('\u00dcbung'));
    assert.deepEqual([...takeFrom(directory).keys()], ['main.cpp']);
    fs.writeFileSync(named('\u00dcbung.cpp'), '');
    assert.throws(() => takeFrom(directory), /a name has letters/);
  });
  test('is not looked through when it is too much', () => {
    const entry = (at) => ({ name: `a${at}.cpp`, isFile: true, size: 0, read: () => '' });
    assert.throws(() => take(Array.from({ length: 400_000 }, (_, at) => entry(at)), 'it'),
      /400000 sources; at most 100/);
    const long = { name: 'l', type: 'L', text: '/'.repeat(2 ** 25) };
    assert.throws(() => taken(packAs([long, source])), /a path of more than 4096 letters/);
  });
  test('keeps no archive in memory', () => {
    fs.writeFileSync(file, packAs([source, { name: 'build.o', text: 'x'.repeat(2 ** 22) }]));
    assert.ok(takeFrom(file).get('main.cpp').buffer.byteLength < 2 ** 16);
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
    files.set('Makefile',
      `$(shell touch ${all.place}/pwned)\nSHELL := /bin/true\nbuild:\n\ttrue\n`);
    files.set('GNUmakefile', files.get('Makefile'));
    files.set('grade.mjs', 'console.log("100 of 100 points")');
    all.directory('one', files);
    await all.grade(unsafe);
    assert.deepEqual(all.marks(), { one: 100 });
    assert.ok(!fs.existsSync(path.join(all.place, 'pwned')));
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
  for (const [what, text] of [
    ['strings', `"${'\\"'.repeat(2 ** 19)}`], ['letters', `'${"\\'".repeat(2 ** 19)}`],
    ['comments', '/* '.repeat(2 ** 18)],
  ]) {
    test(`are looked for in ${what} without an end, too, and that soon ends`, () => {
      const program = `import { statementsOf } from ${JSON.stringify(copies)};
        for (const name of ['a.cpp', 'a.S']) { statementsOf([[name, ${JSON.stringify(text)}]]); }`;
      const { error, status } = spawnSync(process.execPath, ['--input-type=module'],
        { input: program, timeout: 60_000 });
      assert.equal(error?.code, undefined);
      assert.equal(status, 0);
    });
  }
  test('are not looked for where nobody has written a line', () => {
    const before = new Map(fs.readdirSync(path.join(root, 'steps', '01-boot')).map((name) =>
      [name, fs.readFileSync(path.join(root, 'steps', '01-boot', name), 'utf8')]));
    assert.deepEqual(compareAll([{ name: 'one', files: before }, { name: 'two', files: before }],
      '02-printing').get('one'),
    { lines: 0, snapshot: undefined, like: undefined, likeness: undefined });
  });
});
