// The box of `make grade`: what a submission tries gains nothing, and nothing of it is left. Where
// this machine allows no box, one test says what is denied.
// As root, all is tested a second time as a plain user. ALL_CHECKS=1: all steps, and four boxes.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { Box, probeBox } from '../../check/box/box.mjs';
import { running, scratchSize } from '../../check/box/limits.mjs';
import { runWithin } from '../../check/box/supervise.mjs';
import { BoxedSubmission } from '../../check/box/submission.mjs';
import { grade } from '../../check/grade.mjs';
import { checkpoints } from '../../check/plan.mjs';
import { root } from '../../check/submission.mjs';
import { filesIn } from '../../stairs/steps.mjs';

const isWhole = Boolean(process.env.ALL_CHECKS);
const isSecond = Boolean(process.env.BOX_SECOND); // as a plain user, after root
const few = ['07-hypercall', '04-memory', '09-linux'];
const isRoot = process.getuid?.() === 0;
const boxModule = fileURLToPath(new URL('../../check/box/box.mjs', import.meta.url));

// What the grader itself leaves would be seen here; no other process uses this place.
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'box-'));
process.env.TMPDIR = path.join(scratch, 'tmp');
fs.mkdirSync(process.env.TMPDIR);
process.on('exit', () => fs.rmSync(scratch, { recursive: true, force: true }));

const secret = `secret-${process.pid}-of-the-teacher`;
const secretFile = path.join(scratch, 'private-checks.hpp');
fs.writeFileSync(secretFile, `// ${secret}\n`);

/** All files of the checkout that a submission could want to change, with size and time. */
const stateOfCheckout = () => ['common', 'steps'].flatMap((top) => filesIn(path.join(root, top))
  .filter((name) => !name.startsWith('node/'))
  .map((name) => {
    const { size, mtimeMs } = fs.statSync(path.join(root, top, name));
    return `${top}/${name} ${size} ${mtimeMs}`;
  }));
const before = stateOfCheckout();

/** The numbers of all processes that have `mark` among their arguments. */
const processesWith = (mark) => fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  .filter((id) => {
    try {
      return fs.readFileSync(`/proc/${id}/cmdline`, 'latin1').split('\0').includes(mark);
    } catch {
      return false;
    }
  });

/** Waits for a condition; what makes no progress is ended by the test's own limit. */
async function until(condition) {
  while (!condition()) {
    await sleep(20);
  }
}

/** A directory with the sources of a step and these files, which may replace one. */
function submissionWith(step, files) {
  const directory = fs.mkdtempSync(path.join(scratch, 'submission-'));
  for (const name of fs.readdirSync(path.join(root, 'steps', step))) {
    if (/\.(cpp|hpp|S|ld|dts)$/.test(name)) {
      fs.copyFileSync(path.join(root, 'steps', step, name), path.join(directory, name));
    }
  }
  Object.entries(files).forEach(([name, text]) =>
    fs.writeFileSync(path.join(directory, name), text));
  return directory;
}

/** Builds it: what went wrong, and the program. */
async function build(box, step, files) {
  const directory = submissionWith(step, files);
  const submission = new BoxedSubmission(directory, step, `${directory}.build`, { box });
  const fault = await submission.build();
  return { fault, program: fault === undefined && fs.readFileSync(submission.elf, 'latin1') };
}

const found = await probeBox();

test('a box can be made on this machine', () =>
  assert.deepEqual(found, { kind: isRoot ? 'root' : 'user' }));

/** Runs a program of Node in a process of its own: what it prints as JSON. */
function runNode(program, { words = [], env = {} } = {}) {
  const [command, ...rest] = [...words, process.execPath, '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync(command, rest,
    { encoding: 'utf8', env: { ...process.env, ...env } });
  return JSON.parse(stdout || JSON.stringify(stderr));
}

const probe = `import { probeBox } from ${JSON.stringify(boxModule)};
  console.log(JSON.stringify(await probeBox()));`;

describe('where a box is forbidden', () => {
  test('no unshare', () => {
    const { kind, missing } = runNode(probe, { env: { PATH: '/nowhere' } });
    assert.equal(kind, 'none');
    assert.match(missing, /unshare.*ENOENT/);
  });
  test('grading goes on with UNSAFE=1 only', () => {
    const open = `import { Box } from ${JSON.stringify(boxModule)};
      const said = await Box.open().catch(({ name, message }) => [name, message]);
      const box = await Box.open({ unsafe: true });
      console.log(JSON.stringify([...said, box.kind]));`;
    const [name, message, kind] = runNode(open, { env: { PATH: '/nowhere' } });
    assert.equal(name, 'Refusal');
    assert.match(message, /unshare.*UNSAFE=1/);
    assert.equal(kind, 'none');
  });
});

const box = await Box.open({ unsafe: true });

if (found.kind !== 'none') {
  const bare = new Box({ kind: 'none' });

  describe('what a machine denies has a name', () => {
    test('mounts, as Ubuntu 24.04 denies them to a plain user', () => {
      const bin = fs.mkdtempSync(path.join(scratch, 'bin-'));
      fs.writeFileSync(path.join(bin, 'mount'), '#!/bin/sh\necho "mount: permission denied" >&2\n'
        + 'exit 32\n', { mode: 0o755 });
      assert.deepEqual(runNode(probe, { env: { PATH: `${bin}:${process.env.PATH}` } }), {
        kind: 'none',
        missing: 'a file system in memory, with a fixed size: mount: permission denied',
      });
    });
    if (isRoot) {
      test('namespaces, as Docker denies them', () => {
        const { kind, missing } = runNode(probe,
          { words: ['setpriv', '--bounding-set=-sys_admin'] });
        assert.equal(kind, 'none');
        assert.match(missing, /^a namespace of mounts: .*Operation not permitted/);
      });
    }
    test('QEMU in a place that the box does not show', () => {
      const { kind, missing } = runNode(probe, { env: { QEMU: path.join(scratch, 'qemu') } });
      assert.equal(kind, 'none');
      assert.match(missing, /^the tools in the box.*BOX_TOOLS.*MISSING/);
    });
  });

  test('private checks in a place that a box shows are refused, also behind a link', () => {
    const shown = fs.mkdtempSync(path.join(scratch, 'tools-'));
    const link = `${shown}-link`;
    fs.symlinkSync(shown, link);
    fs.mkdirSync(path.join(shown, 'checks'));
    for (const [tools, file] of [[`${shown}/`, `${link}/checks`], [link, `${shown}/new/results`]]) {
      assert.equal(runNode(`import { Box } from ${JSON.stringify(boxModule)};
        const opened = Box.open({ hides: [undefined, ${JSON.stringify(file)}] });
        console.log(JSON.stringify(await opened.then(() => 'open', ({ message }) => message)));`,
      { env: { BOX_TOOLS: tools } }),
      `${file}: a box shows all of ${tools}: this has to lie in another place`);
    }
  });

  describe(`graded in a box [${found.kind}]`, { concurrency: 2 }, () => {
    for (const step of isWhole ? checkpoints : isSecond ? few.slice(0, 1) : few) {
      test(`${step} has all points`, async () => {
        const { points, fault, results } = await grade(path.join(root, 'steps', step), step,
          { out: path.join(scratch, step), seed: 'box', box });
        assert.equal(fault, undefined);
        assert.equal(points, 100, results.filter(({ state }) => state !== 'passed')
          .map(({ test: { name }, message }) => [name, ...message].join('\n  ')).join('\n'));
      });
    }
    test('a tool that looks at a program has a room, and sees it', () => {
      const file = path.join(scratch, 'program');
      fs.writeFileSync(file, 'what it is');
      assert.equal(box.look(['cat', file], file).stdout, 'what it is');
    });
    test('nothing comes of a Makefile, or of the environment of the grader', async () => {
      const directory = submissionWith('02-printing', {
        Makefile: 'SHELL := /bin/true\ninclude /dev/null\nbuild:\n\t@true\n',
      });
      const grader = runNode(`import { Box } from ${JSON.stringify(boxModule)};
        import { grade } from ${JSON.stringify(path.join(root, 'common/check/grade.mjs'))};
        const { points } = await grade(${JSON.stringify(directory)}, '02-printing',
          { out: ${JSON.stringify(`${directory}.build`)}, seed: 'box', box: await Box.open() });
        console.log(points); process.exit();`, {
        env: { MAKEFLAGS: '--eval=SHELL:=/bin/false', SHELL: '/bin/false', MAKELEVEL: '3' },
      });
      assert.equal(grader, 100);
    });
  });

  describe(`a build reads no file of the machine [${found.kind}]`, { concurrency: 2 }, () => {
    const ld = fs.readFileSync(path.join(root, 'steps', '02-printing', 'hypervisor.ld'), 'utf8');
    const dts = fs.readFileSync(path.join(root, 'steps', '08-device-tree', 'guest.dts'), 'utf8');
    const attacks = [
      ['#embed', '02-printing', (file) => ({ 'x.cpp':
        `constexpr char x[] = {\n#embed "${file}"\n};\nstatic_assert(x[1] == '/');\n` })],
      ['.incbin', '02-printing', (file) => ({ 'x.S':
        `.section .rodata.x, "aR"\n.incbin "${file}"\n` })],
      ['#include', '02-printing', (file) => ({ 'x.cpp': `#include "${file}"\n` })],
      ['INCLUDE', '02-printing', (file) => ({ 'hypervisor.ld': `${ld}\nINCLUDE ${file}\n` })],
      ['/incbin/', '08-device-tree', (file) => ({ 'guest.dts':
        dts.replace(/\/ \{/, `/ { x = /incbin/("${file}");`) })],
    ];
    for (const [name, step, filesFor] of attacks) {
      test(`by ${name}, as it does without a box`, async () => {
        const file = name === 'INCLUDE' ? path.join(scratch, 'empty.ld') : secretFile;
        fs.writeFileSync(path.join(scratch, 'empty.ld'), '');
        const without = await build(bare, step, filesFor(file));
        assert.equal(without.fault, undefined);
        assert.equal(without.program.includes(secret), /incbin/.test(name));
        for (const other of [file, `${root}/steps/${step}/main.cpp`]) {
          const { fault } = await build(box, step, filesFor(other));
          assert.match(fault ?? 'it builds', /not found|No such file|cannot find|Could not find/,
            other);
        }
      });
    }
    test('by #include of the book’s own step', async () => {
      const { fault } = await build(box, '02-printing', {
        'main.cpp': '#include "../../steps/02-printing/main.cpp"\n',
      });
      assert.match(fault, /file not found/);
    });
  });

  describe(`a build ends [${found.kind}]`, { concurrency: 2 }, () => {
    test('that would fill the disk', async () => {
      const { fault } = await build(box, '02-printing', {
        'x.S': '.section .data\n.space 0x10000000000\n',
      });
      assert.match(fault, /File size limit exceeded/);
    });
    test('that comes to no end', async () => {
      const short = new Box(found, { cpu: 1, cpuOfAll: 4 });
      const endless = 'template <int n, int m> struct X { static constexpr int '
        + 'x = X<n - 1, 2 * m>::x + X<n - 1, 2 * m + 1>::x; };\n'
        + 'template <int m> struct X<0, m> { static constexpr int x = 1; };\n'
        + 'int x = X<30, 0>::x;\n';
      const files = Object.fromEntries([...'abcdefgh'].map((name) => [`a${name}.cpp`, endless]));
      const { fault } = await build(short, '02-printing', files);
      assert.match(fault, /Error 137|Killed|CPU time/);
    });
    test('that prints without an end', async () => {
      const { fault } = await build(box, '02-printing', {
        'a.S': '.rept 1000000\n.warning "a line that is printed again and again"\n.endr\n',
      });
      assert.match(fault, /the build was ended: it has printed more than \d+ bytes/);
    });
    test('whose program is none', async () => {
      const { fault } = await build(box, '02-printing', {
        'hypervisor.ld': `OUTPUT_FORMAT(binary)\n${fs.readFileSync(
          path.join(root, 'steps', '02-printing', 'hypervisor.ld'), 'utf8')}`,
      });
      assert.match(fault, /no ELF file/);
    });
  });

  const limits = {
    ...running, clock: 60, cpuOfAll: 30, memoryOfAll: 2 ** 31, output: 2 ** 16, program: 2 ** 16,
  };

  /** Runs a script of the shell in a room, as a compiler could that is in somebody's hand. */
  async function attack(script, { more, words = [], room } = {}) {
    const place = room ?? await box.room([]);
    const { status, stdout, stderr, excess } = await runWithin(place,
      ['bash', '-c', script, 'bash', ...words], { ...limits, ...more });
    return { status, said: stdout.toString(), stderr, excess };
  }

  describe(`a process in the box [${found.kind}]`, { concurrency: 2 }, () => {
    test('is a user of its own, without rights, and cannot get any', async () => {
      const { said } = await attack('sed -n "s/^\\(Cap[A-Z][a-z]*\\|NoNewPrivs\\):\\s*//p" '
        + '/proc/self/status | sort | uniq -c; id -u; mount -t tmpfs x /scratch 2>/dev/null'
        + ' && echo mounted; echo end');
      const [none, one, user, ...rest] = said.trim().split('\n').map((line) => line.trim());
      assert.deepEqual([none, one, rest], ['5 0000000000000000', '1 1', ['end']]);
      assert.ok(isRoot ? Number(user) > 1e9 : user === '0', user);
    });
    test('writes to the scratch file system only', async () => {
      const { said } = await attack('for at in / /usr /usr/bin /etc /dev /proc /outside /dev/shm '
        + '/tmp /var/tmp "$@"; do : 2>/dev/null >"$at/x" && echo "$at"; done; '
        + ': >/scratch/x; ls /scratch; ls /dev; '
        + 'grep -v "^\\([^ ]* \\)\\{5\\}ro," /proc/self/mountinfo | cut -d " " -f 5 | sort',
      { words: [root, `${root}/common`, `${root}/build/guest`, scratch] });
      assert.equal(said, 'x\nfd\nfull\nnull\nrandom\nurandom\nzero\n/proc\n/scratch\n');
    });
    test('and its neighbour see nothing of each other', async () => {
      const mark = `neighbour-${process.pid}`;
      const writer = await box.room([]);
      const [program, ...words] = writer.words(['sh', '-c',
        `find / -xdev -type d -exec sh -c ': >$0/${mark}' {} ';' 2>/dev/null; `
        + 'echo written; sleep 1000; :'], limits); // the shell waits, with the mark as an argument
      const child = spawn(program, [...words, mark]);
      await once(child.stdout, 'data');
      assert.ok(fs.existsSync(writer.path(`/scratch/${mark}`)), 'it writes to its own');
      assert.ok(processesWith(mark).length > 0);
      const { said } = await attack(`find / -name ${mark} 2>/dev/null; cat /proc/*/cmdline | `
        + `tr '\\0' '\\n' | grep -x '[n]${mark.slice(1)}'`); // which is not what grep's own has
      assert.equal(said, '');
      for (const place of [os.tmpdir(), '/tmp', '/dev/shm', '/var/tmp', scratch, root]) {
        assert.ok(!fs.existsSync(path.join(place, mark)), place);
      }
      const closed = once(child, 'close');
      await writer.close();
      await closed;
      assert.deepEqual(processesWith(mark), []);
    });
    test('finds none of our processes, and no home', async () => {
      const { said } = await attack(`kill -0 ${process.pid} && echo there; `
        + `ls -d /proc/[0-9]* | wc -l; ls -A ${os.homedir()} ${scratch} 2>/dev/null; `
        + `ls /; exec env | sed s/=.*// | sort`);
      const [count, ...rest] = said.trim().split('\n');
      assert.ok(Number(count) < 8, said);
      assert.deepEqual(rest.filter((name) => !/^(s?bin|lib(x?\d+)?|WORKBOOK_LLVM_SUFFIX)$/.test(name)),
        ['dev', 'etc', 'outside', 'proc', 'scratch', 'usr', 'HOME', 'LC_ALL', 'PATH', 'PWD',
          'SHLVL', 'TMPDIR']); // two of them are the shell's own
    });
    test('has no network', async () => {
      const server = net.createServer((socket) => socket.end());
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address();
      const script = `: 2>/dev/null <>/dev/tcp/127.0.0.1/${port} && echo connected`;
      const outside = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
      assert.match(String(await once(outside.stdout, 'data')), /connected/);
      assert.equal((await attack(script)).said, '');
      server.close();
    });
    test('that fills its disk fills no other', async () => {
      const full = await box.room([]);
      const { said } = await attack('cat /dev/zero >/scratch/a 2>/dev/null; '
        + 'cat /dev/zero >/scratch/b; stat -c %s /scratch/a /scratch/b; : >/scratch/c; '
        + 'for n in $(seq 20000); do : >/scratch/$n || break; done 2>/dev/null; '
        + 'ls /scratch | wc -l',
      { room: full, more: { file: scratchSize - 2 ** 20 } });
      const [one, two, count] = said.trim().split('\n').map(Number);
      assert.ok(one + two <= scratchSize && one + two > scratchSize - 2 ** 21, said);
      assert.ok(count < 10_000, said);
      assert.equal((await attack('echo word >/scratch/a; cat /scratch/a')).said, 'word\n');
    });
    test('gets no memory without an end', async () => {
      const { said } = await attack('tail /dev/zero 2>/dev/null || echo refused',
        { more: { memory: 2 ** 28 } });
      assert.equal(said, 'refused\n');
      const { excess } = await attack(
        'for n in 1 2 3 4; do (while :; do tail /dev/zero; done) & done; wait',
        { more: { memory: 2 ** 28, memoryOfAll: 2 ** 28 } });
      assert.equal(excess, `it has used more than ${2 ** 28} bytes of memory`);
    });
    test('that forks without an end stays in its number', async () => {
      const room = await box.room([]);
      const [program, ...words] = room.words(
        ['sh', '-c', 'trap "" HUP; for n in $(seq 1000); do sleep 1000 & done'], limits);
      const child = spawn(program, words, { stdio: 'ignore' });
      const [status] = await once(child, 'exit');
      const count = fs.readdirSync(room.path('/proc')).filter((name) => /^\d+$/.test(name)).length;
      await room.close();
      assert.notEqual(status, 0);
      assert.ok(count > limits.processes / 2 && count <= limits.processes + 1, `${count}`);
    });
    test('that leaves processes behind holds nobody up, and they end', async () => {
      const mark = `1234.${process.pid}`;
      const { said, status } = await attack(`setsid sleep ${mark} & setsid nohup sleep ${mark} &`
        + ' echo done');
      assert.deepEqual([said, status], ['done\n', 0]);
      assert.deepEqual(processesWith(mark), []);
    });
    test('that prints without an end is ended', async () => {
      const { excess } = await attack('yes');
      assert.match(excess, /more than 65536 bytes/);
    });
    test('that works without an end is ended, also by many short ones', async () => {
      const work = 'n=0; while [ $n -lt 100000 ]; do n=$((n + 1)); done';
      const { excess } = await attack(`while :; do bash -c '${work}'; done`,
        { more: { cpuOfAll: 2 } });
      assert.equal(excess, 'it has used more than 2 seconds of CPU time');
      const { status } = await attack('while :; do :; done', { more: { cpu: 1 } });
      assert.notEqual(status, 0);
    });
    test('that sleeps is ended by the clock', async () => {
      const { excess } = await attack('sleep 1000', { more: { clock: 1 } });
      assert.equal(excess, 'it has taken more than 1 seconds');
    });
  });

  const boxes = isWhole ? 4 : 2;
  test(`${boxes} boxes near the limit on processes do not disturb each other`, async () => {
    const most = running.processes - 8;
    const rooms = await Promise.all(Array.from({ length: boxes }, () => box.room([])));
    const children = rooms.map((room) => {
      const [program, ...words] = room.words(['sh', '-c',
        `for n in $(seq ${most}); do sleep 1000 & done; echo all; wait`], limits);
      return spawn(program, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    });
    const said = await Promise.all(children.map((child) => Promise.race(
      [child.stdout, child.stderr].map((stream) => once(stream, 'data').then(String)))));
    const ends = children.map((child) => once(child, 'close'));
    await Promise.all(rooms.map((room) => room.close()));
    await Promise.all(ends);
    assert.deepEqual(said, rooms.map(() => 'all\n'));
  });

  test('a grader that is killed leaves no process', async () => {
    const mark = `4321.${process.pid}`;
    const program = `import { Box } from ${JSON.stringify(boxModule)};
      import { spawn } from 'node:child_process';
      import { running } from ${JSON.stringify(path.join(path.dirname(boxModule), 'limits.mjs'))};
      const room = await (await Box.open()).room([]);
      const [command, ...words] = room.words(['setsid', 'sleep', '${mark}'], running);
      spawn('sh', ['-c', '"$@" | cat', 'sh', command, ...words], { detached: true });`;
    const grader = spawn(process.execPath, ['--input-type=module', '-e', program],
      { stdio: 'inherit' });
    await until(() => processesWith(mark).length > 0 || grader.exitCode !== null);
    assert.equal(grader.exitCode, null);
    grader.kill('SIGKILL');
    await until(() => processesWith(mark).length === 0);
  });
}

if (isRoot && found.kind === 'root') {
  test('all this as a plain user', { timeout: 1_200_000 }, () => {
    // A plain user may not see the place of this checkout or of our PATH, but everybody sees /mnt.
    const file = path.join('/mnt', path.relative(root, fileURLToPath(import.meta.url)));
    const { NODE_TEST_CONTEXT, TEST_RESULTS, TMPDIR, ...env } = process.env;
    const { status, stdout } = spawnSync('unshare', ['--mount', 'sh', '-c',
      'mount --bind "$1" /mnt && shift && cd / && exec "$@"', 'sh', root,
      'setpriv', '--reuid=4242', '--regid=4242', '--clear-groups',
      process.execPath, '--test',
      '--test-reporter=/mnt/common/test/reporter.mjs', file],
    {
      encoding: 'utf8', env: {
        ...env, HOME: '/nonexistent', PATH: '/usr/bin:/bin:/usr/sbin:/sbin', BOX_SECOND: '1',
      },
    });
    assert.equal(status, 0, stdout.replace(/^ok .*\n/gm, ''));
  });
}

test('after all that the checkout is as it was, and no file is left', async () => {
  await box.close();
  assert.deepEqual(stateOfCheckout(), before);
  assert.deepEqual(fs.readdirSync(process.env.TMPDIR), []);
});
