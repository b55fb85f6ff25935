// A chapter's directives and the states between two steps: who takes which line, and which pages
// are refused. Most tests have two small steps and a page of their own.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';

import { readChapter } from '../../../book/lib/states.mjs';
import { filesOf, steps } from '../../../book/lib/steps.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'states-'));
after(() => rmSync(scratch, { recursive: true }));

let count = 0;

/** Two steps and a page: what readChapter makes of them. `body` is what stands in "Build it". */
function chapter(before, now, body) {
  const place = join(scratch, String(++count));
  const write = (path, text) => {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), text);
  };
  for (const [step, files] of [['01-one', before], ['02-two', now]]) {
    write(`steps/${step}/Makefile`, 'include ../../common/step.mk\n');
    Object.entries(files).forEach(([path, text]) => write(`steps/${step}/${path}`, text));
  }
  write('book/02-two.md', `---\ntitle: Two\n---\n## Build it\n### First\n${body}\n`);
  return readChapter('02-two', {
    book: join(place, 'book'), steps: join(place, 'steps'), before: '01-one',
  });
}

/** What is wrong with it, as `line: message`. */
const complaintsOf = (...all) => chapter(...all).errors.map(({ line, message }) =>
  `${line}: ${message}`);

/** What a box shows of its only file, as a diff without the lines that stay. */
const shownIn = ({ files: [{ rows }] }) => rows.filter(({ kind }) => kind !== 'same')
  .map(({ kind, text }) => `${kind === 'added' ? '+' : '-'}${text}`);

const one = 'int one() {\n    return 1;\n}\n';
const two = '\n/// Two.\nint two() {\n    return 2;\n}\n';
const three = '\n/// Three.\nint three() {\n    return 3;\n}\n';

describe('a directive takes', () => {
  test('a symbol with the comment above it and the blank line before it', () => {
    const { errors, boxes } = chapter({ 'a.cpp': one }, { 'a.cpp': one + two + three },
      '@@ diff a.cpp#three\n@@ diff a.cpp#two');
    assert.deepEqual(errors, []);
    const [last, middle] = boxes.map(shownIn);
    assert.deepEqual(last, ['+', '+/// Three.', '+int three() {', '+    return 3;', '+}']);
    assert.deepEqual(middle, ['+', '+/// Two.', '+int two() {', '+    return 2;', '+}']);
  });

  test('the blank line behind it, where one stands before it already', () => {
    const now = `${two.slice(1)}\n${three.slice(1)}\n${one}`;
    const { errors, boxes } = chapter({ 'a.cpp': one }, { 'a.cpp': now },
      '@@ diff a.cpp#two\n@@ diff a.cpp#three');
    assert.deepEqual(errors, []);
    assert.deepEqual(boxes.map((box) => shownIn(box).at(-1)), ['+', '+']);
  });

  test('what differs from the state before, where all else is context', () => {
    const { boxes } = chapter({ 'a.cpp': one }, { 'a.cpp': one + two + three },
      '@@ diff a.cpp#two\n@@ diff a.cpp#three');
    const [{ rows }] = boxes[1].files;
    assert.ok(rows.some(({ kind, text }) => kind === 'same' && text === 'int two() {'));
    assert.deepEqual(rows.filter(({ kind }) => kind === 'added').map((row) => row.new),
      [9, 10, 11, 12, 13]);
  });

  test('what a line replaces', () => {
    const { errors, boxes } = chapter({ 'a.cpp': one }, { 'a.cpp': one.replace('1', '17') },
      '@@ diff a.cpp#one');
    assert.deepEqual(errors, []);
    assert.deepEqual(shownIn(boxes[0]), ['-    return 1;', '+    return 17;']);
  });

  test('a removed symbol that another one replaces', () => {
    const { errors, boxes } = chapter({ 'a.cpp': one }, { 'a.cpp': two.slice(1) },
      '@@ diff a.cpp#two');
    assert.deepEqual(errors, []);
    assert.ok(shownIn(boxes[0]).includes('-int one() {'));
  });

  test('a member before its class does, whatever the order', () => {
    const before = 'struct S {\n    int a;\n};\n';
    const now = '/// All.\nstruct S {\n    int a;\n    int b;\n    int c;\n};\n';
    const { errors, boxes } = chapter({ 'a.hpp': before }, { 'a.hpp': now },
      '@@ diff a.hpp#S\n@@ diff a.hpp#S::b');
    assert.deepEqual(errors, []);
    assert.deepEqual(shownIn(boxes[0]), ['+/// All.', '+    int c;']);
    assert.deepEqual(shownIn(boxes[1]), ['+    int b;']);
  });

  test('the run of changed lines around a text, and all from one text to another', () => {
    const lines = (...all) => all.map((text) => `    ${text};\n`).join('');
    const f = (body) => `void f() {\n${body}}\n`;
    const { errors, boxes } = chapter({ 'a.cpp': f(lines('a', 'b', 'c')) },
      { 'a.cpp': f(lines('x', 'y', 'a', 'p', 'b', 'q', 'c', 'r')) },
      '@@ diff a.cpp#"y"\n@@ diff a.cpp#"p".."q"\n@@ diff a.cpp#f');
    assert.deepEqual(errors, []);
    assert.deepEqual(boxes.map(shownIn),
      [['+    x;', '+    y;'], ['+    p;', '+    q;'], ['+    r;']]);
  });

  test('the frame with the first directive, or where it is asked for', () => {
    const now = { 'a.cpp': `#include "b.hpp"\n\n${one}${two}` };
    const [first, second] = chapter({ 'a.cpp': one }, now, '@@ diff a.cpp#two').boxes
      .concat(chapter({ 'a.cpp': one }, now, '@@ diff a.cpp#two\n@@ diff a.cpp#frame').boxes);
    assert.ok(shownIn(first).includes('+#include "b.hpp"'));
    assert.ok(!shownIn(second).includes('+#include "b.hpp"'));
  });

  test('labels, sections of a linker script, nodes, targets and variables', () => {
    const now = {
      'a.S': '// One.\none:\n    ret\n\n    .balign 4\n\n// Two.\ntwo:\n    nop\n',
      'a.ld': 'SECTIONS {\n    .text : {\n        *(.text)\n    }\n    .bss : {\n    }\n}\n',
      'a.dts': '/ {\n    chosen {\n    };\n    cpu@0 {\n    };\n};\n',
      Makefile: 'include ../../common/step.mk\nGUEST ?= a\n\nall: a\n\ttrue\n',
    };
    const { errors, boxes } = chapter({}, now, ['a.S#two', 'a.S#one', 'a.ld#.bss', 'a.ld',
      'a.dts#cpu@0', 'a.dts#/', 'Makefile#GUEST', 'Makefile#all']
      .map((list) => `@@ diff ${list}`).join('\n'));
    assert.deepEqual(errors, []);
    assert.deepEqual(shownIn(boxes[0]),
      ['+', '+    .balign 4', '+', '+// Two.', '+two:', '+    nop']);
    assert.deepEqual(shownIn(boxes[2]), ['+    .bss : {', '+    }']);
    assert.deepEqual(shownIn(boxes[4]), ['+    cpu@0 {', '+    };']);
    assert.deepEqual(shownIn(boxes[6]), ['+GUEST ?= a']);
  });

  test('all from one text to the next one with the other', () => {
    const { errors, boxes } = chapter({ 'a.cpp': one }, { 'a.cpp': one + two + three },
      '@@ diff a.cpp#"/// Two.".."}"\n@@ diff a.cpp');
    assert.deepEqual(errors, []);
    assert.deepEqual(shownIn(boxes[1]).slice(-3), ['+int three() {', '+    return 3;', '+}']);
    assert.ok(shownIn(boxes[0]).includes('+int two() {'));
    assert.ok(!shownIn(boxes[0]).includes('+int three() {'));
  });

  test('a file that a directive names twice, once', () => {
    const { errors, boxes } = chapter({}, { 'a.cpp': one },
      '@@ diff a.cpp#one a.cpp');
    assert.deepEqual(errors, []);
    assert.equal(boxes[0].files.length, 1);
  });

  test('a file that is gone', () => {
    const { errors, boxes, states } = chapter({ 'a.cpp': one }, {}, '@@ diff a.cpp');
    assert.deepEqual(errors, []);
    assert.equal(boxes[0].files[0].after, undefined);
    assert.equal(states[0].files.has('a.cpp'), false);
  });
});

describe('a page is refused', () => {
  const cases = {
    'for a changed line that it does not show': [
      '@@ diff a.cpp#two', /^6: a\.cpp:10 \(added\) is shown by no directive: \/\/\/ Three\.$/,
    ],
    'for a file that it does not show': [
      'nothing', /^1: a\.cpp:\d+ \(added\) is shown by no directive/,
    ],
    'for a line that it shows twice': [
      '@@ diff a.cpp\n@@ diff a.cpp#two\n@@ diff a.cpp#two',
      /^8: a\.cpp:\d+ \(added\) is shown twice/,
    ],
    'for a directive with nothing left to show': [
      '@@ diff a.cpp\n@@ diff a.cpp', /^7: nothing of a\.cpp is left for this directive$/,
    ],
    'for a symbol that is not there': [
      '@@ diff a.cpp\n@@ diff a.cpp#four', /^7: a\.cpp has no symbol four$/,
    ],
    'for a symbol that does not change': [
      '@@ diff a.cpp\n@@ diff a.cpp#one', /^7: one in a\.cpp does not change$/,
    ],
    'for a file that is not there': [
      '@@ diff a.cpp\n@@ diff b.cpp', /^7: there is no file b\.cpp/,
    ],
    'for a file that does not change': [
      '@@ diff a.cpp\n@@ diff Makefile', /^7: Makefile does not change in this step$/,
    ],
    'for a text that occurs twice': [
      '@@ diff a.cpp\n@@ diff a.cpp#"return"',
      /^7: a\.cpp: 2 changed lines have the text "return"$/,
    ],
    'for a text that does not occur': [
      '@@ diff a.cpp\n@@ diff a.cpp#"four"', /^7: a\.cpp: no changed line has the text "four"$/,
    ],
    'for texts in the wrong order': [
      '@@ diff a.cpp\n@@ diff a.cpp#"Three".."Two"', /^7: a\.cpp: "Three" comes after "Two"$/,
    ],
    'for a list of files that is none': [
      '@@ diff a.cpp\n@@ diff a.cpp# one', /^7: @@ diff a\.cpp# one: a list of files is needed/,
    ],
    'for an elision without a reason': [
      '@@ elided a.cpp', /^6: @@ elided gives no reason/,
    ],
    'for a directive outside of a section of "Build it"': [
      '## Run it\n@@ diff a.cpp', /^7: @@ diff stands in no section of "Build it"$/,
    ],
  };
  for (const [what, [body, pattern]] of Object.entries(cases)) {
    test(what, () => {
      const found = complaintsOf({ 'a.cpp': one }, { 'a.cpp': one + two + three }, body);
      assert.ok(found.some((line) => pattern.test(line)), found.join('\n') || 'it is not');
    });
  }
});

describe('the steps', () => {
  for (const step of steps) {
    const { page, errors, boxes, states, before } = readChapter(step);
    if (page === undefined) {
      continue;
    }
    test(`${step} has a page that shows each line of its change once`, () => {
      assert.deepEqual(errors, []);
    });

    test(`${step}: its last state is the step, and a box begins where the last ended`, () => {
      assert.deepEqual(states.at(-1).files, filesOf(step));
      const now = filesOf(before);
      for (const { path, before: from, after: to } of boxes.flatMap(({ files }) => files)) {
        assert.equal(now.get(path), from, path);
        to === undefined ? now.delete(path) : now.set(path, to);
      }
      assert.deepEqual([...now].sort(), [...filesOf(step)].sort());
    });
  }
});
