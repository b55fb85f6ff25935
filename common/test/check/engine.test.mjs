// What the checkpoints are made of: values from a seed, lines and numbers compared, QEMU's log, runs
// that come to no end, and that each test of each chapter is complete.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';

import { faultOf, readElf } from '../../check/elf.mjs';
import { Emulator } from '../../check/emulator.mjs';
import { closest, Failure, require, requireEqual } from '../../check/failure.mjs';
import { checkpoints, planOf } from '../../check/plan.mjs';
import { Run } from '../../check/run.mjs';
import { sumOf } from '../../check/told.mjs';
import { changeWith, steps } from '../../check/student/changes.mjs';
import { countByName, readTraps, trapsOfGuest } from '../../check/traps.mjs';
import { Values } from '../../check/values.mjs';
import { describeWhere } from '../../check/where.mjs';
import { root } from '../../check/submission.mjs';

const scratch = fs.mkdtempSync(path.join(os.tmpdir(), 'engine-'));
after(() => fs.rmSync(scratch, { recursive: true }));

const plans = await Promise.all(checkpoints.map((step) => planOf(step)));

describe('the plan', () => {
  test('has a checkpoint for each step', () => assert.deepEqual(checkpoints, steps));

  plans.forEach(({ tests, lasting, boots }, index) => {
    const step = checkpoints[index];
    test(`of ${step} gives 100 points in all`, () => {
      const own = tests.filter(({ isOwn }) => isOwn);
      assert.equal([...own, ...lasting].reduce((sum, { points }) => sum + points, 0), 100);
      [...own, ...lasting].forEach(({ name, points }) =>
        assert.ok(points > 0 && points <= 30, `${name}: ${points}`));
      assert.ok(own.length >= 5, 'its own tests');
    });
    test(`of ${step} grades again what stays true`, () => {
      const again = lasting.reduce((sum, { points }) => sum + points, 0);
      assert.ok(step < '08' || again >= 20, `${again} points for tests of earlier chapters`);
      assert.deepEqual(lasting.flatMap(({ names }) => names),
        tests.filter(({ isOwn }) => !isOwn).map(({ name }) => name));
    });
    test(`of ${step} is complete`, () => {
      const names = tests.map(({ name }) => name);
      assert.equal(new Set(names).size, names.length, 'a name is there twice');
      for (const each of tests) {
        const { name, says, hints, boot, check, parents } = each;
        assert.match(name, /^[a-z][a-z0-9-]*$/);
        assert.ok(says?.length > 10 && hints?.length === 2, `${name} has no text or not two hints`);
        assert.ok(boots.has(`${each.step}/${boot}`), `${name}: there is no boot ${boot}`);
        assert.equal(typeof check, 'function', name);
        parents.forEach((parent) => assert.ok(names.includes(parent), `${name} needs ${parent}`));
      }
    });
    test(`of ${step} names sections of its chapter, and code for the third hint`, () => {
      const page = fs.readFileSync(path.join(root, 'book', `${step}.md`), 'utf8');
      for (const { name, section, code: [file, text] } of tests.filter(({ isOwn }) => isOwn)) {
        assert.ok(page.split('\n').some((line) => /^###? /.test(line)
          && line.replace(/^#+ /, '') === section), `${name}: the page has no section "${section}"`);
        assert.notEqual(changeWith(step, file, text).length, 0,
          `${name}: the chapter changes no ${text} in ${file}`);
      }
    });
  });
});

describe('values', () => {
  test('are the same for a seed and a name, and others for others', () => {
    const draw = (seed, name) => {
      const any = new Values(seed, name);
      return [any.number(0, 2 ** 31), any.word(), any.number(5, 7)];
    };
    assert.deepEqual(draw('a', 'b'), draw('a', 'b'));
    assert.notDeepEqual(draw('a', 'b'), draw('a', 'c'));
    assert.notDeepEqual(draw('a', 'b'), draw('c', 'b'));
  });
  test('stay within their bounds, and reach them', () => {
    const any = new Values('seed', 'bounds');
    const drawn = new Set(Array.from({ length: 200 }, () => any.number(3, 6)));
    assert.deepEqual([...drawn].sort(), [3, 4, 5, 6]);
    assert.match(any.word(), /^[a-z]{12}$/);
  });
});

describe('a failure', () => {
  const messageOf = (action) => {
    try {
      action();
    } catch (error) {
      assert.ok(error instanceof Failure);
      return error.lines;
    }
    return [];
  };
  const firmware = 'Boot HART MEDELEG : 0x0\n';
  const run = (text) => new Run({ console: firmware + text, end: { how: 'off', status: 0 } });

  test('of a line shows the closest that came, and where it differs', () => {
    assert.deepEqual(messageOf(() => run('one\nword abcdefg\nother\n').expectLine('word abcxefg')), [
      'expected  a line "word abcxefg"', 'came      word abcdefg',
      '                  ^ different from here on',
    ]);
  });
  test('of a line says when nothing is like it', () =>
    assert.deepEqual(messageOf(() => run('zzz\n').expectLine('word')),
      ['expected  a line "word"', 'came      nothing like it']));
  test('does not show half a megabyte', () => {
    const lines = messageOf(() => run(`${'ab'.repeat(250_000)}\n`).expectLine('ab'.repeat(100)));
    assert.ok(lines.join('').length < 2000);
  });
  test('of many lines looks at the last 2000', () => {
    const many = Array.from({ length: 79_000 }, (_, at) => `line ${at}`);
    assert.equal(closest(many, 'line 78999')[0], 'line 78999');
    assert.ok(!closest(many, 'line 0').includes('line 0'));
  });
  test('compares numbers as numbers', () => {
    assert.deepEqual(messageOf(() => requireEqual(0x10n, 16, 'sum')), []);
    assert.deepEqual(messageOf(() => requireEqual(17n, 16, 'sum')),
      ['expected  sum: 0x10', 'came      0x11']);
    assert.deepEqual(messageOf(() => require(false, 'this')),
      ['expected  this', 'came      nothing like it']);
  });
  test('of an end says how it was', () => {
    assert.deepEqual(messageOf(() => run('').expectEnd(0)), []);
    assert.deepEqual(messageOf(() => run('').expectEnd(1, 'after a panic')), [
      'expected  the machine ends with status 1 after a panic',
      'came      the machine ended by itself, with status 0',
    ]);
    const hung = new Run({ console: `${firmware}run: ended after`, end: { how: 'hang' } });
    assert.deepEqual(messageOf(() => hung.expectEnd(1)),
      ['expected  the machine ends with status 1', 'came      the run hangs']);
  });
  test('shows what would steer a terminal', () =>
    assert.match(messageOf(() => run('word \x1b[31mx\n').expectLine('word y')).join('\n'),
      /came {6}word \\x1b\[31mx/));
});

test("QEMU's log of traps is read, and what only a guest causes is known", () => {
  const traps = readTraps([
    'riscv_cpu_do_interrupt: hart:0, async:0, cause:0000000000000009, epc:0x00000000802000bc, '
      + 'tval:0x0000000000000000, desc=supervisor_ecall',
    'riscv_cpu_tlb_fill ad 80200000 rw 2 mmu_idx 1',
    'riscv_cpu_do_interrupt: hart:1, async:0, cause:000000000000000a, epc:0xffffffff80000000, '
      + 'tval:0x0000000000000000, desc=hypervisor_ecall',
    'riscv_cpu_do_interrupt: hart:0, async:1, cause:0000000000000005, epc:0x0000000080200000, '
      + 'tval:0x0000000000000000, desc=s_timer', ''].join('\n'));
  assert.deepEqual(traps.map(({ hart, isInterrupt, cause }) => [hart, isInterrupt, cause]),
    [[0, false, 9], [1, false, 10], [0, true, 5]]);
  assert.equal(traps[1].epc, 0xffffffff80000000n);
  assert.equal(trapsOfGuest(traps).length, 1);
  assert.deepEqual(countByName([...traps, traps[0]])[0], ['environment call from HS-mode', 2]);
});

/** An ELF file: a program header, and sections as [type, offset, size], all with `content`. */
function elfOf(sections, content) {
  const start = 64 + 56 + 64 * sections.length;
  const file = Buffer.concat([Buffer.alloc(start), content]);
  file.writeUInt32BE(0x7f454c46, 0);
  file[4] = 2;
  [[32, 64], [40, 120]].forEach(([at, place]) => file.writeBigUInt64LE(BigInt(place), at));
  [[54, 56], [56, 1], [58, 64], [60, sections.length]]
    .forEach(([at, number]) => file.writeUInt16LE(number, at));
  file.writeUInt32LE(1, 64); // PT_LOAD
  [24, 32, 40].forEach((at) => file.writeBigUInt64LE(16n, 64 + at));
  sections.forEach(([type, offset, size], index) => {
    const at = 120 + 64 * index;
    file.writeUInt32LE(type, at + 4);
    file.writeBigUInt64LE(BigInt(start + offset), at + 24);
    file.writeBigUInt64LE(BigInt(size), at + 32);
  });
  return file;
}

describe('a program', () => {
  // Section 0 has the names; a symbol is the place of its name, and 8 bytes on its address.
  const symbol = Buffer.alloc(24, 1);
  symbol.writeUInt32LE(0, 0);
  const names = Buffer.from(`${'n'.repeat(1000)}\0`);
  const [word, table] = [[3, 24, names.length], [2, 0, 24]];
  const content = Buffer.concat([symbol, names]);
  const symbolsOf = (file) => {
    fs.writeFileSync(path.join(scratch, 'program'), file);
    return [...readElf(path.join(scratch, 'program')).symbols];
  };
  test('has names, of which the first 256 bytes count', () =>
    assert.deepEqual(symbolsOf(elfOf([word, table], content)),
      [['n'.repeat(256), 0x0101010101010101n]]));
  test('has one table of names: what is called another is not read', () => {
    const file = elfOf([word, table, [2, 0, 24 * 1000]], content);
    assert.equal(faultOf(file), undefined);
    assert.equal(symbolsOf(file).length, 1);
  });
  test('with a table that leads out of the file is damaged', () =>
    assert.equal(faultOf(elfOf([word, [2, 0, 24 * 1000]], content)), 'hypervisor.elf is damaged'));
  test('is an ELF file of 64 bits', () =>
    assert.match(faultOf(Buffer.alloc(4000, 1)), /is no ELF file of 64 bits/));
});

/** A program in the place of QEMU. */
function pretend(script, options = {}) {
  const directory = fs.mkdtempSync(path.join(scratch, 'run-'));
  return new Emulator(['sh', '-c', `${script}\nexit 0`, 'sh'], { directory, quiet: 1, ...options });
}

describe('a run', () => {
  test('that ends by itself has its status', async () =>
    assert.deepEqual(await pretend('exit 3').end(), { how: 'off', status: 3 }));
  test('that prints without an end is ended', async () => {
    const emulator = pretend('while :; do echo 0123456789012345678901234567890123456789; done');
    const { how } = await emulator.end();
    assert.equal(how, 'prints');
    assert.ok(emulator.console.length < 2 ** 20 + 2 ** 17, `${emulator.console.length} bytes are kept`);
  });
  test('that sleeps is ended, also after half a line', async () => {
    const emulator = pretend("printf 'run: ended'; sleep 1000 & wait");
    assert.equal((await emulator.end()).how, 'hang');
    assert.equal(emulator.console, 'run: ended');
  });
  test('that works in silence is ended', async () =>
    // As QEMU, it writes its number, by which its CPU time is found; asleep it would have 40 seconds.
    assert.equal((await pretend('while [ "$1" != -pidfile ]; do shift; done; echo $$ > "$2"; '
      + 'while :; do :; done').end()).how, 'hang'));
  test('that fills its log is ended', async () =>
    assert.equal((await pretend('while [ "$1" != -D ]; do shift; done; '
      + 'while :; do head -c 1000000 /dev/zero >> "$2"; echo; done').end()).how, 'traps'));
  test('is ended after the seconds that it may have, whatever it does', async () =>
    assert.equal((await pretend('while :; do echo one; sleep 0.2; done', { seconds: 1 }).end()).how,
      'hang'));
  test('is stopped when enough has been seen', async () => {
    const emulator = pretend('echo one; sleep 1000 & wait');
    assert.ok(await emulator.until(/one\n/));
    await emulator.stop();
    assert.equal((await emulator.end()).how, 'enough');
  });
  test('that ends before what was waited for does not wait for it', async () =>
    assert.equal(await pretend('echo one').until(/two/), undefined));
});

test('where a run stood is told by function and line', () => {
  const registers = { pc: 0x10n, V: 1n, htval: 0n };
  const trap = 'riscv_cpu_do_interrupt: hart:0, async:0, cause:000000000000000a, '
    + 'epc:0x0000000080200000, tval:0x0000000000000000, desc=hypervisor_ecall\n';
  const program = { elf: '/dev/null' };
  assert.deepEqual(describeWhere({ registers, recent: trap.repeat(3), last: trap }, program), [
    'stood in  the guest, at 0x10',
    'last trap environment call from VS-mode: sepc 0x80200000, stval 0x0, htval 0x0',
    'each second 3 environment call from VS-mode',
  ]);
  assert.match(describeWhere({ registers: { pc: 0x80000400n, V: 0n }, recent: '', last: '' },
    program).join('\n'), /^stood in {2}the firmware, at 0x80000400\nno trap in the last second$/);
});

test('a name in a program may have any length, and may be cut off', () => {
  const standing = (stdout) => describeWhere({ registers: { pc: 0x80200000n, V: 0n }, recent: '',
    last: '' }, { elf: '/dev/null', look: () => ({ stdout }) })[0];
  assert.equal(standing('main()\nmain.cpp:3:0\n'),
    'stood in  the hypervisor, in main, main.cpp:3 (0x80200000)');
  assert.equal(standing('f'.repeat(2 ** 16)),
    'stood in  the hypervisor, in 0x80200000 (0x80200000)');
  assert.ok(standing(`${'<'.repeat(2 ** 16)}\nmain.cpp:3:0\n`).length < 1000);
});

test('a pool of which no page is told in noise is a mistake, and no fault of the check', () => {
  const console = 'Boot HART MEDELEG\n0x1000\nno page after 0x1000\n';
  const { check } = plans[3].tests.find(({ name }) => name === 'whole-pool');
  assert.throws(() => check(new Run({ console, elf: '/dev/null' })), Failure);
});

describe('a console and a log as long as they may be are looked through, and that ends:', () => {
  for (const step of checkpoints) {
    test(`by all tests of ${step}`, () => {
      const { error, status, stderr } = spawnSync(process.execPath,
        [path.join(root, 'common', 'test', 'check', 'long.mjs'), step],
        { encoding: 'utf8', timeout: 300_000 }); // what takes the square of them takes half an hour
      assert.equal(error, undefined);
      assert.equal(status, 0, stderr);
    });
  }
});

describe('what a hypervisor makes up for its guest is no fault of the check:', () => {
  const mask = 2n ** 64n - 1n;
  const forged = {
    nothing: [], zeros: Array(8).fill(0n), 'the largest numbers': Array(8).fill(mask),
    'addresses of RAM': Array(8).fill(0x8000_0000n),
    'numbers of 80 bits': Array(8).fill(2n ** 80n - 1n),
    'any numbers': Array.from({ length: 8 },
      (_, at) => 0x1234_5678_9abc_def1n * BigInt(at + 1) & mask),
  };
  const calls = 'riscv_cpu_do_interrupt: hart:0, async:0, cause:000000000000000a, '
    + 'epc:0x0000000080200000, tval:0x0000000000000000, desc=hypervisor_ecall\n';
  /** A line as a guest tells it, of a name and these numbers. */
  const lineOf = (name, numbers, key) => {
    const proof = numbers.reduce((sum, number) => (sum ^ number) * 0x1_0000_01b3n & mask,
      sumOf(Buffer.from(name), key));
    return `${[name, ...numbers.map((number) => `0x${number.toString(16)}`)].join(' ')} told 0x${
      proof.toString(16)}\n`;
  };
  plans.forEach(({ tests, boots }, index) => {
    const step = checkpoints[index];
    const chapter = fs.readFileSync(path.join(root, 'common', 'check', 'chapters', `${step}.mjs`),
      'utf8');
    const names = new Set(['seed-a', 'seed-b', ...[...chapter.matchAll(/'([a-z][a-z-]*)'/g)]
      .flatMap(([, name]) => [name, `rd${name}`])]);
    for (const { name, check, boot } of tests.filter(({ isOwn }) => isOwn)) {
      const values = boots.get(`${step}/${boot}`)?.values?.(new Values('a seed', name));
      if (values?.key === undefined) {
        continue;
      }
      test(`${name} of ${step}`, () => {
        for (const [what, numbers] of Object.entries(forged)) {
          const told = [...names].map((each) => lineOf(each, numbers, values.key)).join('');
          const run = new Run({ values, elf: '/dev/null', log: calls.repeat(300),
            console: `Boot HART MEDELEG\n${told}`, end: { how: 'off', status: 1 } });
          try {
            check(run, values);
          } catch (error) {
            assert.ok(error instanceof Failure, `${what}: ${error.stack}`);
          }
        }
      });
    }
  });
});
