// The reference: what of a header is read, what is refused, and that its addresses are names.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

import { readReference, textOf } from '../../../book/lib/reference.mjs';
import { headerPageHtml } from '../../../book/lib/render/reference.mjs';
import { filesOf, linesOf, steps } from '../../../book/lib/steps.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'reference-test-'));
after(() => rmSync(scratch, { recursive: true }));

/** What is read of a step with one header. */
function readHeader(text) {
  mkdirSync(join(scratch, '01-try'), { recursive: true });
  writeFileSync(join(scratch, '01-try/try.hpp'), text);
  const [header] = readReference('01-try', scratch);
  return header;
}

const all = (entries) => entries.flatMap((entry) => [entry, ...all(entry.entries)]);

const documented = `/// @file
/// A header.

/// A constant.
inline constexpr int least = 1, most = 2;

/// A type.
struct Type {
    int plain;
    int other; ///< after it
    Type() {}
    Type(const Type&) = delete;
    /// A member function.
    void act(int count);
    /// What a bit means.
    enum class Bit { on, off };
};

/// What there is by another name.
using Other = Type;

namespace inner {
/// A function.
void act();
} // namespace inner
`;

test('reference: a header in which all is documented has no error', () => {
  assert.deepEqual(readHeader(documented).errors, []);
});

test('reference: what has no comment is refused, with its file and line', () => {
  const withoutComment = (comment) => {
    const line = documented.split('\n').findIndex((text) => text.includes(comment));
    const { errors } = readHeader(documented.replace(comment, ''));
    return errors.map((error) => {
      assert.match(error, /^steps\/01-try\/try\.hpp:\d+: .*is not documented\.$/);
      return /:(\d+):/.exec(error)[1] - line - 1;
    });
  };
  for (const comment of ['/// A type.', '/// A member function.', '/// What a bit means.',
    '/// What there is by another name.', '/// A function.']) {
    assert.deepEqual(withoutComment(comment), [1], comment);
  }
  assert.deepEqual(withoutComment('/// A constant.'), [], 'a constant may go without');
});

test('reference: a header says what it is for', () => {
  assert.deepEqual(readHeader('/// A function.\nvoid act();\n').errors,
    ['steps/01-try/try.hpp:1: there is no comment with @file']);
});

test('reference: every step has all its headers without an error', () => {
  for (const step of steps) {
    const headers = readReference(step);
    assert.deepEqual(headers.map(({ path }) => path),
      [...filesOf(step).keys()].filter((path) => path.endsWith('.hpp')), step);
    assert.deepEqual(headers.flatMap(({ errors }) => errors), [], step);
  }
});

test('reference: ids are names, each of one thing, and stand at the line that has the name', () => {
  for (const { path, text, entries } of readReference(steps.at(-1))) {
    const ids = all(entries).map(({ id }) => id);
    assert.deepEqual(ids, [...new Set(ids)], path);
    for (const { id, name, kind, line } of all(entries)) {
      const own = name.split('::').at(-1);
      assert.ok(id === name || (kind === 'function' && id.startsWith(`${name}(`)), id);
      const there = linesOf(text)[line - 1].replace(/ /g, '');
      assert.ok(there.includes(own), `${path}:${line} has no ${own}`);
    }
  }
});

test('reference: functions of one name differ by their parameters', () => {
  const print = readReference(steps.at(-1)).find(({ path }) => path === 'print.hpp');
  assert.deepEqual(all(print.entries).map(({ id }) => id).filter((id) => /^print\b/.test(id)),
    ['print', 'print(std::uint64_t)', 'print(Hex)', 'print(Address<Space>)']);
});

test('reference: comments before and behind a member are its own', () => {
  const commentOf = (name) => {
    const { comment } = all(readHeader(documented).entries).find((entry) => entry.name === name);
    return comment.map(textOf).join('').trim();
  };
  assert.equal(commentOf('Type::other'), 'after it');
  assert.equal(commentOf('Type::plain'), '');
  assert.equal(commentOf('inner::act'), 'A function.');
});

/** What a page has from the element with an id up to the end of the next paragraph. */
function partAt(html, id) {
  const from = html.indexOf(`id="${id}"`);
  return html.slice(from, html.indexOf('</p>', from));
}

test('reference: a drawing in a comment keeps its shape', () => {
  const drawing = linesOf(filesOf('07-hypercall').get('stage2.hpp'))
    .filter((line) => /^\/\/\/ {5}/.test(line));
  const html = headerPageHtml('07-hypercall', 'stage2');
  const [, shown] = /<pre class="ascii".*?>(.*?)<\/pre>/.exec(html);
  const lines = shown.split('&#10;');
  assert.ok(lines.length > 4);
  const indent = (text) => text.search(/\S/);
  assert.deepEqual(lines.map((line) => line.trim()), drawing.map((line) => line.slice(3).trim()));
  assert.deepEqual(lines.map((line) => indent(line) - indent(lines[0])),
    drawing.map((line) => indent(line.slice(3)) - indent(drawing[0].slice(3))));
});

test('reference: a declaration is as in the header, with links to its types and its line', () => {
  const html = headerPageHtml('08-device-tree', 'vcpu');
  const load = partAt(html, 'Vcpu::load');
  assert.match(load.replace(/<[^>]*>/g, ''), /void load\(const Stage2&amp; stage2\) constline \d+/);
  assert.match(load, /href="\/api\/08-device-tree\/stage2\/#Stage2"/);
  // vcpu.hpp is in chapter 8 as chapter 7 left it, and there is no page of it for chapter 8.
  const [, step, line] = /href="\/files\/([^/]*)\/vcpu\.hpp\/#L(\d+)"/.exec(load);
  assert.equal(step, '07-hypercall');
  assert.match(linesOf(filesOf(step).get('vcpu.hpp'))[line - 1], /void load\(/);
});

test('reference: constants below one comment, or in one line, share it', () => {
  const html = headerPageHtml('07-hypercall', 'vcpu');
  const [, shared] = /<li>((?:(?!<li>).)*host_ra.*?)<\/li>/.exec(html);
  assert.match(shared, /id="Vcpu::host_sp".*<p>Where the hypervisor goes on/);
  assert.match(html, /id="a0".*<span id="a1"><\/span><span id="a6"><\/span><span id="a7"><\/span>/);
});
