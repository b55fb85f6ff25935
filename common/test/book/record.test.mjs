// The recorder: what it refuses, what it takes for the same, and what it stores.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';

import { recordChapter, workers } from '../../../book/record/chapter.mjs';
import {
  changesOfRun, changesOfTheRest, compare, levelOf,
} from '../../../book/record/compare.mjs';
import { plain } from '../../../book/record/elf.mjs';
import { ChangingPlace, Place } from '../../../book/record/place.mjs';
import { standsStill, typeLines } from '../../../book/record/run.mjs';
import { readRuns } from '../../../book/record/runs.mjs';
import { faultOf, readRecorded, store, strayFiles } from '../../../book/record/store.mjs';
import { clean, firmwareOf } from '../../../book/record/text.mjs';
import { linux as linuxImage, qemus, root } from '../machine.mjs';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'record-'));
after(() => fs.rmSync(scratch, { recursive: true }));

const work = workers(2);
let count = 0;

/** A book with these files: its directory. */
function book(files) {
  const directory = path.join(scratch, String(++count));
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    fs.writeFileSync(path.join(directory, name), text);
  }
  return directory;
}

const page = (...lines) => ['---', 'title: Two', '---', '## Build it', ...lines, ''].join('\n');
const record = (directory, step = '02-printing') => recordChapter(step, { work, book: directory });
const errorOf = async (promise) =>
  promise.then(() => 'nothing was refused', ({ message }) => message);

describe('runs.mjs is refused, in one line, with', () => {
  const refused = {
    'a property that there is not': ['{ run: { til: "loop" } }', /run has a til, but there is no/],
    'a value of another kind': ['{ run: { limit: "5" } }', /limit must be a number of seconds/],
    'what does not go together': ['{ a: { limit: 5, until: "x" } }', /limit and until do not go/],
    'an expression that grep does not know': ['{ a: { log: "int", lines: /\\t/ } }',
      /a: lines must be a regular expression that grep -E understands/],
    'what needs another': ['{ a: { lines: /x/ } }', /a: lines needs log or command/],
    'a table of a run that goes on': ['{ a: { table: true } }', /a: table needs until/],
    'a table and a trace': ['{ a: { trace: {}, table: true } }', /a: table and trace do not go/],
    'a request of a run that goes on': ['{ a: { request: true } }', /a: request needs until/],
    'a request and a table': ['{ a: { request: true, table: true } }',
      /a: request and table do not go/],
    'a patch that there is not': ['{ a: { patch: "no.patch" } }', /a: there is no file no\.patch/],
    'a name that is no file\'s': ['{ "a b": {} }', /a b: letters, digits and - make the name/],
    'no object': ['{ a: 1 }', /a is no object/],
    'a mistake of JavaScript\'s': ['{ a: }', /runs\.mjs: Unexpected token/],
  };
  for (const [what, [runs, message]] of Object.entries(refused)) {
    test(what, async () => {
      const directory = book({ '02-printing/runs.mjs': `export const runs = ${runs};\n` });
      const error = await errorOf(readRuns('02-printing', path.join(directory, '02-printing')));
      assert.match(error, message);
      assert.doesNotMatch(error, /\n/);
    });
  }
});

test('a chapter without runs.mjs is run once', async () => {
  const { runs } = await readRuns('02-printing', scratch);
  assert.deepEqual(runs, { run: {} });
});

describe('a run is refused when', () => {
  const refused = {
    'its patch does not apply': ['{ patch: "a.patch" }', /^a\.patch does not apply: .*main\.cpp/],
    'its patch does not compile': ['{ patch: "b.patch" }', /^it does not compile: main\.cpp:\d+:/],
    'there is no such state': ['{ state: "Third" }', /no section "Third" .*; there are none/],
    'it ends by itself, instead of in a loop': ['{ until: "loop" }', /^the run ended by itself/],
    'its text never comes': ['{ until: "good bye" }', /^waited for .*good bye, but the run ended/],
    'its command fails': ['{ command: "cat {step}/nothing" }', /^cat .*No such file/],
    'the exit does not exist': ['{ trace: {} }', /^there is no symbol exit_guest/],
  };
  const [first, second] = fs.readFileSync(path.join(root, 'steps/02-printing/main.cpp'), 'utf8')
    .split('\n');
  const patch = (context) => '--- a/main.cpp\n+++ b/main.cpp\n@@ -1,2 +1,3 @@\n'
    + `+this is no C++\n ${first}\n ${context}\n`;
  const runs = Object.entries(refused).map(([, [run]], index) => `r${index}: ${run},`);
  const recording = record(book({
    '02-printing/runs.mjs': `export const runs = { ${runs.join('\n')} };\n`,
    '02-printing/a.patch': patch('not there'),
    '02-printing/b.patch': patch(second),
  }));
  Object.entries(refused).forEach(([what, [, message]], index) => {
    test(what, async () => {
      const { results: [{ error }] } = (await recording).runs[`r${index}`];
      assert.match(error ?? 'nothing was refused', message);
      assert.ok(!/\n|\/tmp/.test(error) && !error.includes(root), error);
    });
  });
});

test('a register is refused that the monitor does not have', async () => {
  const { runs } = await record(book({
    '01-boot/runs.mjs': 'export const runs = { run: { until: "loop", registers: ["sq"] } };\n',
  }), '01-boot');
  assert.equal(runs.run.results[0].error, 'QEMU\'s monitor says nothing of a register sq');
});

test('a table is refused that the console does not name', async () => {
  const { runs } = await record(book({
    '01-boot/runs.mjs': 'export const runs = { run: { until: "loop", table: true } };\n',
  }), '01-boot');
  assert.match(runs.run.results[0].error, /^the console does not say hgatp 0x…/);
});

describe('the states of a page', () => {
  const headers = 'console.hpp firmware.hpp print.hpp sbi_spec.hpp';
  const old = 'Makefile boot.S main.cpp';
  const rest = 'console.cpp firmware.cpp print.cpp';

  test('each has what came of it', async () => {
    const { states, runs, error } = await record(book({
      '02-printing.md': page('### First', `@@ diff ${headers} ${old}`, '@@ console link',
        '### Second', `@@ diff ${rest}`, '@@ console run'),
      '02-printing/runs.mjs': 'export const runs = { link: { state: "First" } };\n',
    }));
    assert.equal(error, undefined);
    assert.deepEqual(states, [
      { section: 'First', result: 'does not link yet' }, { section: 'Second', result: 'runs' },
    ]);
    const [{ status, text }] = runs.link.results;
    assert.equal(status, 2);
    assert.match(text, /^ {2}link {2}hypervisor\.elf\nld\.lld\S*: error: undefined symbol: /);
    assert.match(text, /^make: \*\*\* \[\S+step\.mk:\d+: build\/mine\/hypervisor\.elf\]/m);
  });

  test('one that does not link is refused without a console', async () => {
    const { states: [first, second] } = await record(book({
      '02-printing.md': page('### First', `@@ diff ${headers} ${old}`,
        '### Second', `@@ diff ${rest}`),
    }));
    assert.match(first.error, /^the state after "First" does not link, and no console/);
    assert.deepEqual(second, { section: 'Second', result: 'builds' });
  });

  test('one that does not compile is refused', async () => {
    const { states: [first] } = await record(book({
      '02-printing.md': page('### First', `@@ diff ${old}`,
        '### Second', `@@ diff ${headers} ${rest}`),
    }));
    assert.match(first.error,
      /^the state after "First" does not compile: main\.cpp:\d+:\d+: fatal error: '\S+' file not/);
  });

  test('a page that shows not all is told', async () => {
    const files = { '02-printing.md': page('### First', '@@ diff main.cpp') };
    const { error } = await record(book(files));
    assert.match(error, /02-printing\.md:6: Makefile:1 \(removed\) is shown by no directive/);
  });
});

const firmware = (version) => `\nOpenSBI v${version}\n\nBoot HART MEDELEG         : 0x${version}\n`;
const linux = (time, text) => `[    ${time}] ${text}\n`;
const result = (text, more) => ({ status: 0, text, ...more });

describe('taken for the same:', () => {
  const same = {
    'another firmware': [firmware('1.1') + 'hypervisor: x\n', firmware('1.5') + 'hypervisor: x\n'],
    'another time stamp': [linux('0.100000', 'Run /init'), linux('0.200000', 'Run /init')],
    'another pc at the limit': ['run: ended; the guest stood at pc 0x10\n',
      'run: ended; the guest stood at pc 0x20\n'],
    'a Linux of another of Debian\'s builds': [
      linux('0.000000', 'Linux version 6.1.192 (guest@workbook) (clang 19.1.7 (3)) #1 SMP Mon'),
      linux('0.000000', 'Linux version 6.1.192 (guest@workbook) (clang 19.1.7 (4)) #1 SMP Tue')],
    'another pc in a loop': [' pc       0000000080200010\n', ' pc       0000000080200014\n'],
  };
  for (const [what, [one, other]] of Object.entries(same)) {
    test(what, () => assert.equal(compare(result(one), result(other)), undefined));
  }
  test('a loop of two places, seen at one of them', () => assert.equal(
    compare(result('a\n'), result('a\n', { loop: 'exit_guest' })), undefined,
  ));
});

describe('not taken for the same:', () => {
  const different = {
    'another number': ['hypervisor: 4 KiB\n', 'hypervisor: 8 KiB\n'],
    'another line': ['one\ntwo\n', 'one\n'],
    'another register in a loop': [' x2/sp    0000000080200010\n', ' x2/sp    0000000080200014\n'],
  };
  for (const [what, [one, other]] of Object.entries(different)) {
    test(what, () => assert.match(compare(result(one), result(other)), /^- |^\+ /m));
  }
  test('another status', () => assert.match(compare(result('a\n'), result('a\n', { status: 2 })),
    /the status: recorded was 0, now it is 2/));
  test('other counts', () => assert.match(compare(result('a\n', { counts: { exits: 1 } }),
    result('a\n', { counts: { exits: 2 } })), /the counts: .*1.*2/));
  test('another loop', () => assert.match(compare(result('a\n', { loop: 'halt' }),
    result('a\n', { loop: 'the guest' })), /the loop: .*halt.*the guest/));
});

describe('on a machine with', () => {
  const versions = { clang: '19.1.7', 'libstdc++': '12', linux: '6.1.192' };
  const level = (changed, run = {}, hasLinux = false) =>
    levelOf(versions, { ...versions, ...changed }, run, hasLinux);
  const boot = (size, line) => `hypervisor: kernel ${size} KiB\n${linux('0.000000', line)}`;

  test('the same versions all counts', () => {
    assert.equal(level({}, {}, true), 'all');
    assert.equal(level({ linux: '6.12.1' }), 'all', 'no Linux has run');
  });
  test('another QEMU or firmware only numbers may be others, but not what LLVM prints', () => {
    const on = (run, isSameMachine) => levelOf(versions, versions, run, false, isSameMachine);
    assert.equal(on({}, true), 'all');
    assert.equal(on({}, false), 'shape');
    assert.equal(on({ command: 'llvm-nm {elf}' }, false), 'all');
    assert.equal(on({ command: 'make -C {step} run' }, false), 'shape');
  });
  test('another firmware it may say something before our line, and meet a trap more often', () => {
    const at = { level: 'shape', isFirmwareSame: false };
    const ours = 'hypervisor: illegal instruction (scause 0x2)\n';
    assert.equal(compare(result(ours), result(`system_opcode_insn: no${ours}`), at), undefined);
    assert.match(compare(result(ours), result(`guest: no${ours}`), at), /^\+ guest: no/m);
    const trap = (address) => `riscv_cpu_do_interrupt: cause:2, epc:0x00000000${address}, desc=x\n`;
    const met = (address, count) => result(trap(address).repeat(count));
    assert.equal(compare(met('80007f08', 5), met('8000cb6e', 18), at), undefined);
    assert.match(compare(met('80207f08', 1), met('8020cb6e', 2), at), /^\+ riscv_cpu/m);
  });
  test('another compiler only numbers may be others', () => {
    assert.equal(level({ clang: '20.1.0' }), 'shape');
    assert.equal(level({ 'libstdc++': '14' }), 'shape');
    const at = { level: 'shape' };
    const [before, now] = ['at 0x80200a06: 12\n', 'at 0x80300bcd: 4\n'];
    assert.equal(compare(result(before), result(now), at), undefined);
    assert.match(compare(result('at 12\n'), result('not at 12\n'), at), /^\+ not at #/m);
  });
  test('another Linux its lines may be others, but not what the hypervisor says', () => {
    assert.equal(level({ linux: '6.1.193' }, {}, true), 'quoted');
    const at = { level: 'quoted', quotes: ['kernel 4922 KiB', 'Linux version 6.1'] };
    const now = result(boot(5000, 'Linux version 6.12.3 with another line\n'));
    assert.equal(compare(result(boot(4922, 'Linux version 6.1.192')), now, at), undefined);
    const [x, y] = ['x', 'y'].map((text) => result(`hypervisor: ${text}\n`));
    assert.match(compare(x, y, at), /^\+ hypervisor: y/m);
  });
  test('another Linux what its programs and the monitor say is the same', () => {
    const at = { level: 'quoted' };
    const say = (...lines) => result(lines.map((line) => `${line}\n`).join(''));
    const before = say('[    0.100000] Run /init', 'exit powers off.', ' V      =   1');
    const now = say('[    0.200000] Run /sbin/init', 'exit powers off.', ' V      =   2');
    assert.equal(compare(before, now, at), undefined);
    assert.match(compare(before, say('exit reboots.', ' V      =   1'), at), /^\+ exit reboots/m);
  });
  test('another Linux of exits and requests what is ours is the same', () => {
    const exits = (...texts) => result(JSON.stringify({ lines: texts.map((text) => ({ text })) }));
    const [before, now] = [['Run /init', 'hypervisor: x'], ['Run it', 'more', 'hypervisor: x']];
    const at = (kind) => ({ level: 'quoted', kind });
    assert.equal(compare(exits(...before), exits(...now), at('exits')), undefined);
    assert.match(compare(exits(...before), exits('hypervisor: y'), at('exits')),
      /^\+ hypervisor: y/m);
    const request = (...events) => result(JSON.stringify({
      events: events.map(([by, does]) => ({ by, does })) }));
    const [takes, stores] = [['device', 'takes'], ['driver', 'stores']];
    assert.equal(compare(request(stores, takes), request(stores, stores, takes), at('request')),
      undefined);
    assert.match(compare(request(takes), request(['device', 'answers']), at('request')),
      /^\+ device answers/m);
  });
  test('another Linux it may ask the same more often', () => {
    const say = (count) => result(`hypervisor: begin\n${'hypervisor: sector 8\n'.repeat(count)}`);
    assert.equal(compare(say(2), say(3), { level: 'quoted' }), undefined);
    assert.match(compare(say(2), say(0), { level: 'quoted' }), /^- hypervisor: sector #/m);
  });
  test('another Linux the page\'s quotes must be there', () => {
    const at = { level: 'quoted', quotes: ['Run /init'] };
    const now = result(boot(4922, 'Linux version 6.12.3'));
    const before = result(boot(4922, 'Run /init'));
    assert.match(compare(before, now, at), /quotes "Run \/init", which is no longer there/);
  });
  test('another compiler the world switch of a trace is the same, and it alone', () => {
    assert.equal(level({ clang: '20.1.0' }, { trace: {} }), 'quoted');
    const trace = (...rows) => result(JSON.stringify(rows.map(([name, text]) =>
      ({ function: name, text }))));
    const at = { level: 'quoted', kind: 'trace' };
    const before = trace(['exit_guest', 'ld a0, 0x8(a0)'], ['Vm::run', 'nop']);
    assert.equal(compare(before, trace(['exit_guest', 'ld a0, 0x8(a0)']), at), undefined);
    assert.match(compare(before, trace(['exit_guest', 'ld a1, 0x8(a0)']), at), /^\+ ld a1/m);
  });
});

describe('elsewhere, of a chapter', () => {
  const versions = {
    qemu: '7.2.22', opensbi: '1.1', clang: '19.1.7', 'libstdc++': '12', linux: '6.1.192',
  };
  const boot = (line, ours = 'x') => `hypervisor: ${ours}\n${linux('0.100000', line)}`;
  const recorded = {
    versions,
    states: [],
    numbers: { n: 1 },
    runs: { run: { ...result(boot('one')), commands: [] } },
  };
  const chapter = (changed, { run = {}, needsLinux = true, now = {}, number = { value: 2 } }) => ({
    step: '09-linux',
    states: [],
    page: { directives: [{ kind: 'console', rest: 'run "one"' }] },
    versions: { ...versions, ...changed },
    numbers: { n: { ...number, reads: ['run'] } },
    runs: { run: { run, commands: [], linux: needsLinux, results: [now] } },
  });
  const numbers = (changed, how = {}) => changesOfTheRest(recorded, chapter(changed, how));
  const changes = (changed, how) => changesOfRun(recorded, chapter(changed, how), 'run', 0);

  test('a number is compared as the runs that it is from', () => {
    const other = ['n: recorded was 1, now it is 2'];
    assert.deepEqual(numbers({}), other);
    for (const changed of [{ qemu: '7.2.23' }, { opensbi: '1.2' }, { clang: '20.1.0' },
      { linux: '6.1.193' }]) {
      assert.deepEqual(numbers(changed), [], JSON.stringify(changed));
    }
    assert.deepEqual(numbers({ linux: '6.1.193' }, { needsLinux: false }), other);
    const number = { error: 'no' };
    assert.deepEqual(numbers({ clang: '20.1.0' }, { number }), ['n: no']);
    assert.deepEqual(numbers({ linux: '6.1.193' }, { number }), []);
  });

  test('a run that shows what one series of Linux does may go on to its end with another', () => {
    const how = (ours) => ({ run: { until: 'one', series: '6.1' },
      now: { error: 'waited for one, but the run ended', shown: boot('two', ours) } });
    assert.equal(changes({ linux: '6.12.1' }, how('x')), undefined);
    assert.match(changes({ linux: '6.12.1' }, how('y')), /^\+ hypervisor: y/m);
    assert.match(changes({ linux: '6.1.193' }, how('x')), /^waited for one, but the run ended/);
    const now = result(boot('two'));
    assert.equal(changes({ linux: '6.12.1' }, { run: { series: '6.1' }, now }), undefined);
    assert.match(changes({ linux: '6.12.1' }, { now }), /quotes "one", which is no longer there/);
  });

  test('a log may lack what is at an address of another Linux, but then none is recorded', () => {
    const at = { level: 'quoted', kind: 'log' };
    const [one, other] = ['cause:c, epc:0x80200088\n', 'cause:d, epc:0x80200088\n'].map(result);
    assert.equal(compare(one, result('\n'), at), undefined);
    assert.match(compare(one, other, at), /^\+ cause:d/m);
    const fault = (needsLinux, text) =>
      faultOf({ run: { log: 'int' }, linux: needsLinux }, { text });
    assert.match(fault(true, '\n'), /no line of the log matches/);
    assert.equal(fault(false, '\n'), undefined, 'where no Linux runs, none may be right');
    assert.equal(fault(true, 'cause:c\n'), undefined);
  });

  test('on a QEMU that keeps mstatus.MPV, a trap is not handed on', () => {
    const fake = path.join(scratch, 'qemu');
    fs.writeFileSync(fake, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
    assert.ok(standsStill({ handsOn: true }, { path: fake }));
    assert.ok(!standsStill({}, { path: fake }));
    const at = { isStuck: true };
    const [before, now] = [result('a\nb\n'), { text: 'a\n' }];
    assert.equal(compare(before, now, at), undefined);
    assert.match(compare(before, now), /^- b/m);
    assert.match(compare(before, { text: 'b\n' }, at), /^\+ b/m);
  });

  test('a run needs Linux where that is its kernel', async () => {
    assert.equal(await new Place('09-linux').kernel(), linuxImage);
    assert.notEqual(await new Place('09-linux').kernel({ GUEST: 'guest/deaf.S' }), linuxImage);
    assert.equal(await new Place('02-printing').kernel(), '');
  });
});

describe('what is stored', () => {
  const runs = `export const runs = { nm: { command: 'llvm-nm {elf}', lines: / _start$/ } };
    export const numbers = { 'run.lines': ({ run }) => run.lines.length };\n`;
  const directory = book({ '02-printing/runs.mjs': runs });
  const stored = path.join(directory, '02-printing/recorded');
  const files = () => new Map(fs.readdirSync(stored)
    .map((name) => [name, fs.readFileSync(path.join(stored, name), 'utf8')]));
  const recording = record(directory);
  const recordAndStore = async () => {
    store(await recording, directory);
    return readRecorded('02-printing', directory);
  };
  const problems = (recorded, chapter, name) =>
    qemus.map((_, index) => changesOfRun(recorded, chapter, name, index)).filter(Boolean);

  test('is what was recorded', async () => {
    const recorded = await recordAndStore();
    const chapter = await recording;
    assert.deepEqual([...files().keys()], ['nm.txt', 'recorded.json', 'run.txt']);
    assert.deepEqual(recorded.numbers, { 'run.lines': 2 });
    assert.match(recorded.runs.nm.commands.join('\n'),
      /^llvm-nm(-\d+)? build\/02-printing\/hypervisor\.elf \| grep -E ' _start\$'$/);
    assert.match(recorded.runs.nm.text, /^[0-9a-f]{16} T _start\n$/);
    assert.match(recorded.runs.run.text,
      /^run: .*\n\nOpenSBI [^]*\nhypervisor: hello from hart 0\n$/);
    assert.deepEqual(problems(recorded, chapter, 'run'), []);
    assert.deepEqual(changesOfTheRest(recorded, chapter), []);
  });

  test('stays byte for byte when it is recorded again', async () => {
    await recordAndStore();
    const before = files();
    assert.deepEqual(store(await record(directory), directory), []);
    assert.deepEqual(files(), before);
  });

  test('stays as it was when only chance differs', async () => {
    const at = async (time) => ({ ...await recording, numbers: {}, runs: { run: {
      run: {}, commands: ['make'], results: [result(linux(time, 'Run /init'))] } } });
    store(await at('0.100000'), directory);
    const before = files();
    assert.deepEqual(store(await at('0.200000'), directory), []);
    assert.deepEqual(files(), before);
  });

  test('is found out when somebody has edited it', async () => {
    const edits = {
      'run.txt': ['hello from', 'hallo from'], 'recorded.json': ['"status": 0', '"status": 1'],
    };
    for (const [name, [from, to]] of Object.entries(edits)) {
      await recordAndStore();
      fs.writeFileSync(path.join(stored, name),
        files().get(name).replace(from, to));
      const edited = readRecorded('02-printing', directory);
      assert.notDeepEqual(problems(edited, await recording, 'run'), [], name);
    }
    await recordAndStore();
    const recorded = readRecorded('02-printing', directory);
    recorded.numbers['run.lines'] = 3;
    recorded.states.push({ section: 'First', result: 'runs' });
    assert.deepEqual(changesOfTheRest(recorded, await recording), [
      'run.lines: recorded was 3, now it is 2', 'there is no section "First" with changes',
    ]);
    const now = { ...await recording, states: [{ section: 'First', result: 'builds' }] };
    assert.ok(changesOfTheRest(recorded, now).includes(
      'the state after "First": recorded was runs, now it is builds'));
  });

  test('is removed when nothing names it any more', async () => {
    await recordAndStore();
    const stray = path.join(stored, 'old.txt');
    fs.writeFileSync(stray, '');
    assert.deepEqual(strayFiles('02-printing', readRecorded('02-printing', directory), directory),
      ['old.txt']);
    await recordAndStore();
    assert.ok(!fs.existsSync(stray));
  });

  test('stays as it was when it cannot be recorded', async () => {
    await recordAndStore();
    const chapter = structuredClone({ ...await recording, runs: { nm: {
      run: { command: '' }, commands: [''], results: [{ error: 'no' }] } } });
    store({ ...chapter, numbers: { 'run.lines': { error: 'no' } } }, directory);
    const { runs: { nm }, numbers } = readRecorded('02-printing', directory);
    assert.match(nm.text, /_start/);
    assert.deepEqual(numbers, { 'run.lines': 2 });
  });

  test('has a second text where the second QEMU prints another', async () => {
    const text = (line) => ({ status: 0, text: `${line}\n` });
    const chapter = { ...await recording, numbers: {}, runs: { run: {
      run: {}, commands: ['make'], results: [text('one'), text('two')] } } };
    store(chapter, directory);
    const { runs: { run } } = readRecorded('02-printing', directory);
    assert.deepEqual([run.text, run.second?.text], ['one\n', 'two\n']);
    assert.match(run.second.file, /^run\.second\.txt$/);
    assert.deepEqual(problems(readRecorded('02-printing', directory), chapter, 'run'), []);
  });
});

test('a place becomes the next state: what stays the same keeps its time', () => {
  const place = new ChangingPlace('02-printing');
  const at = (name) => path.join(place.directory, name);
  try {
    place.become(new Map([['a', '1'], ['b', '1'], ['guest/c', '1']]));
    fs.utimesSync(at('a'), 1, 1);
    fs.utimesSync(at('b'), 1, 1);
    fs.mkdirSync(place.out);
    fs.writeFileSync(path.join(place.out, 'a.o'), '');
    place.become(new Map([['a', '1'], ['b', '2']]));
    assert.deepEqual(['a', 'b', 'guest/c', 'out/a.o'].map((name) => fs.existsSync(at(name))),
      [true, true, false, true]);
    assert.equal(fs.readFileSync(at('b'), 'utf8'), '2');
    assert.deepEqual(['a', 'b'].map((name) => fs.statSync(at(name)).mtimeMs === 1000),
      [true, false]);
  } finally {
    place.remove();
  }
});

test('a recorded text has no path of this machine, and no line about what was made', () => {
  const place = new Place('02-printing', '/x/y/state', '/x/y/state/out');
  const output = 'make: Entering directory \'/x\'\n  c++   main.cpp\n'
    + `/x/y/state/main.cpp ${root}/common/step.mk /x/y/state/out/a.o ${os.tmpdir()}/m-1/tmp.x\n`;
  const line = 'steps/02-printing/main.cpp common/step.mk build/02-printing/a.o /tmp/…\n';
  assert.equal(clean(output, place), line);
  assert.equal(clean(output, place, { failed: true }), `  c++   main.cpp\n${line}`);
});

test('the firmware\'s lines are found, and only those', () => {
  assert.deepEqual(firmwareOf(`run: x\n${firmware('1.1')}hypervisor: y\n`), [2, 5]);
  assert.equal(firmwareOf('run: x\nhypervisor: y\n'), undefined);
});

test('a function has its plain name', () => {
  const names = {
    'Vcpu::run()': 'Vcpu::run',
    'Address<(Space)1>::operator+(unsigned long) const': 'Address::operator+',
    'void println<char [5], Hex>(char const (&) [5], Hex const&)': 'println',
    '(anonymous namespace)::find_extension(unsigned long)': 'find_extension',
    exit_guest: 'exit_guest',
  };
  assert.deepEqual(Object.keys(names).map(plain), Object.values(names));
});

test('make recordings: a chapter that there is not', () => {
  const { status, stderr } = spawnSync('node', ['book/record/record.mjs', '99'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, TEST_QEMUS: `${qemus[0].path} ${qemus[0].path}` },
  });
  assert.equal(status, 1);
  assert.equal(stderr, 'STEP=99: there is no step of that number\n');
});

test('a line is typed when the text before it was shown, and then not before the hart waits', async () => {
  const events = [];
  let looks = 0; // the machine's time: 11 ms for each look
  const machine = {
    expect: async (text) => { events.push(text); looks = 0; },
    typeLine: (line) => { events.push(`${line} after ${looks} looks`); },
  };
  const monitor = {
    connect: async () => {},
    // Four looks at a hart that runs, one of them at a place where it was before; then it stays.
    registers: async () => new Map([['V', 'V 1'], ['pc', `pc ${[0, 1, 0, 3, 4][looks++] ?? 4}`]]),
    seconds: async () => looks * 0.011,
  };
  await typeLines([['login:', 'meow'], ['> ', 'exit']], machine, monitor);
  assert.deepEqual(events, ['login:', 'meow after 7 looks', '> ', 'exit after 7 looks']);
});
