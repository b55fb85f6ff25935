// What doctor.sh says of tools that are there and do not do.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';

import { root, scratchDirectory, userEnvironment } from '../machine.mjs';

const scratch = scratchDirectory('doctor');

/** A program that says that it is this version of QEMU, and notes what else it is started for. */
function qemu(version) {
  const file = path.join(scratch, `qemu-${version}`);
  fs.writeFileSync(file, `#!/bin/sh
[ "$*" = --version ] || { echo "$*" >> ${scratch}/started; exit 1; }
echo "QEMU emulator version ${version} (a distribution's)"
echo "Copyright (c) 2003-2023 Fabrice Bellard and the QEMU Project developers"
`, { mode: 0o755 });
  return file;
}

/** What doctor.sh says of the tools for a run: { status, lines }. */
function doctor(mode, file) {
  const { status, stdout, stderr } = spawnSync('sh',
    [path.join(root, 'common', 'install', 'doctor.sh'), mode, 'run'], {
      encoding: 'utf8',
      env: { LLVM_SUFFIX: '-19', ...userEnvironment(), QEMU: file },
    });
  return { status, lines: (stdout + stderr).split('\n').filter(Boolean) };
}

describe('what is missing', () => {
  const programs = path.join(scratch, 'programs');
  const folder = path.join(scratch, 'folder');
  [programs, folder].forEach((place) => fs.mkdirSync(place));
  for (const name of ['sed', 'sort', 'head', 'dirname', 'apt-get']) {
    fs.writeFileSync(path.join(programs, name), `#!/bin/sh\nPATH=$USUAL exec ${name} "$@"\n`,
      { mode: 0o755 });
  }
  /** What doctor.sh says of these groups where there is hardly a program. */
  const report = (...groups) => spawnSync('/bin/sh',
    [path.join(root, 'common/install/doctor.sh'), 'report', ...groups], {
      cwd: folder,
      encoding: 'utf8',
      env: { USUAL: process.env.PATH, PATH: programs, LLVM_SUFFIX: '-19', QEMU: 'qemu' },
    }).stdout;

  test('is installed by a command that names its group', () => {
    assert.match(report('run', 'guest'), /^`make setup` at the top of the checkout installs it; /m);
    assert.match(report('run', 'check'), /^`make setup SETUP=check` at /m);
    assert.match(report('run', 'strict', 'test'), /^`make setup SETUP='strict test'` at /m);
  });
  test('is no file that has its name where one is', () => {
    fs.writeFileSync(path.join(folder, 'git'), '');
    assert.match(report('check'), /MISSING: git$/m);
  });
});

describe('a tool that is none', () => {
  const text = path.join(scratch, 'text');
  fs.writeFileSync(text, 'no program');
  for (const file of [text, scratch]) {
    test(`is named in one line: ${path.basename(file)}`, () => {
      const { status, lines } = doctor('check', file);
      const [line, ...more] = lines.filter((each) => each.startsWith('run ')); // then: what to do
      assert.match(line, /^run +the machine +TELLS NO VERSION, .*: \//);
      assert.deepEqual(more, []);
      assert.equal(status, 1);
    });
  }
});

describe('a QEMU of another name', () => {
  test('that is missing is not replaced by a package', () => {
    assert.deepEqual(doctor('packages', '/nowhere/qemu').lines.join('').trim(), '');
    const { status, stdout } = spawnSync('make', ['-C', root, 'run', 'QEMU=/nowhere/qemu'],
      { encoding: 'utf8', env: userEnvironment() });
    assert.match(stdout, /^run +the machine +MISSING: \/nowhere\/qemu$/m);
    assert.doesNotMatch(stdout, /^setup: /m);
    assert.notEqual(status, 0);
  });
});

describe('a QEMU whose guest-loader does not work', () => {
  for (const version of ['8.1.0', '8.1.1', '8.1.2', '8.1.3']) {
    test(`is named: ${version}`, () => {
      const { status, lines } = doctor('check', qemu(version));
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.match(lines[0], /LOADS NO GUEST, use 7\.2 to 8\.0, or 8\.1\.4 and newer: /);
      assert.ok(lines[0].endsWith(`qemu-${version} ${version}`), lines[0]);
      assert.equal(status, 1);
    });
  }

  for (const version of ['7.2.22', '8.0.5', '8.1.4', '8.1.5', '8.2.0', '8.10.1', '10.0.2']) {
    test(`is not ${version}`, () => {
      assert.deepEqual(doctor('check', qemu(version)), { status: 0, lines: [] });
    });
  }

  test('is named when its own name ends as a version does', () => {
    const file = path.join(scratch, 'qemu-81');
    fs.copyFileSync(qemu('8.1.0'), file);
    assert.match(doctor('check', file).lines.join(), /LOADS NO GUEST/);
  });

  test('is not replaced by a package', () => {
    assert.deepEqual(doctor('packages', qemu('8.1.2')).lines.join('').trim(), '');
  });

  test('is not started by a run, which says the same', () => {
    const { status, stdout, stderr } = spawnSync('make',
      ['-C', root, 'run', 'STEP=07', `QEMU=${qemu('8.1.2')}`],
      { encoding: 'utf8', env: userEnvironment() });
    assert.match(stdout, /^run +the machine +LOADS NO GUEST, .*8\.1\.2$/m);
    assert.notEqual(status, 0);
    assert.doesNotMatch(stdout + stderr, /OpenSBI|guest-loader/);
    assert.ok(!fs.existsSync(path.join(scratch, 'started')), 'it has been started');
  });
});

test('a program that is too old and comes first is named, where no package helps', () => {
  const programs = path.join(scratch, 'older');
  fs.mkdirSync(programs);
  for (const [name, text] of Object.entries({
    node: 'echo v16.20.0', 'apt-get': 'echo "nodejs is already the newest version."',
    sudo: 'exec "$@"',
  })) {
    fs.writeFileSync(path.join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const { status, stderr } = spawnSync('sh',
    [path.join(root, 'common/install/setup.sh'), 'check'], {
      encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'],
      env: { LLVM_SUFFIX: '-19', ...userEnvironment(), PATH: `${programs}:${process.env.PATH}` },
    });
  assert.equal(status, 1);
  assert.match(stderr, /^check .* TOO OLD, .* is needed: .*older\/node 16\.20\.0$/m);
  assert.match(stderr, /^setup: .* another program comes first on the PATH$/m);
});
