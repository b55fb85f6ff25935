// Pages that break a rule are refused, with the right message: by the build, which stops at what a
// page names that is not there, and by the rules that site.test.mjs holds the built HTML against.
// All that can be wrong with a chapter's changes is in states.test.mjs.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';

import { front, index, makeCheckout } from './checkout.mjs';
import { rules } from './html.mjs';
import { readSite } from './pages.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'refused-'));
after(() => rmSync(scratch, { recursive: true }));

/** What the build of such a checkout says, which has to fail. */
function complaintsOf(name, files, more) {
  const place = makeCheckout(join(scratch, name), files, more);
  const { status, stdout, stderr } = spawnSync('node', ['book/build.mjs'],
    { cwd: place, env: { ...process.env, RUN: '' }, encoding: 'utf8' });
  assert.notEqual(status, 0, 'the build does not fail');
  return stdout + stderr;
}

const drawing = (inner) =>
  `<svg viewBox="0 0 1 1"><title id="t">T</title><desc id="d">D</desc>${inner}</svg>\n`;

describe('the build refuses', () => {
  const faults = [
    ['@@ console nothing', /there is no run nothing of 01-boot/],
    ['@@ console run "three"', /run has no line with "three"/],
    ['@@ console run "two" .. "one"', /run has no line with "one" behind line 1/],
    ['@@ console run one', /one: it has to be "text" or "from" \.\. "to"/],
    ['@@ console lost', /there is no book\/01-boot\/recorded\/lost\.txt/],
    ['@@ trace nothing', /there is no run nothing of 01-boot/],
    ['@@ walk nothing "0x80200000"', /there is no run nothing of 01-boot/],
    ['@@ walk run "0x80200000"', /the run run of 01-boot has no table/],
    ['@@ walk table', /it has to be @@ walk NAME "0x…"/],
    ['@@ walk table "0x80200000" "80 20"', /it has to be @@ walk NAME "0x…"/],
    ['@@ walk table "write 0x80200000"', /before each maybe load, store, fetch$/],
    ['@@ request run', /the run run of 01-boot has no request/],
    ['@@ failure nothing', /there is no run nothing in book\/01-boot\/runs\.mjs/],
    ['@@ solution nothing', /there is no run nothing in book\/01-boot\/runs\.mjs/],
    ['@@ failure run', /the run run in book\/01-boot\/runs\.mjs has no patch/],
    ['@@ solution unfit', /book\/01-boot\/unfit\.patch does not fit main\.cpp/],
    ['@@ drawing nothing "A caption."', /there is no book\/01-boot\/nothing\.svg/],
    ['@@ drawing nothing', /it has to be @@ drawing NAME "Caption\."/],
    ['@@ drawing untold "A caption."', /untold\.svg: it needs a <desc id=/],
    ['@@ drawing red "A caption."', /red\.svg: no colour but currentColor/],
    ['@@ drawing typed "A caption."', /typed\.svg: an address is typed/],
    ['@@ drawing old "A caption."', /01-boot has no constant ram_base/],
    ['@@ quote nobody', /there is no quotation nobody in book\/quotations\.mjs/],
    ['@@ nonsense', /there is no directive @@ nonsense/],
    ['There are @(nothing) of them.', /there is no number nothing/],
    ['It is at @(hex ram_base).', /01-boot has no constant ram_base/],
  ];
  const changes = [
    ['### All', /nothing is recorded of the state after "All"/],
    ['@@ diff nowhere.S', /there is no file nowhere\.S/],
    ['@@ diff boot.S', /Makefile:1 \(added\) is shown by no directive/],
  ];
  const page = `${front}## Build it\n\n${changes.map(([line]) => `${line}\n`).join('\n')
  }\n## Run it\n\n${faults.map(([line]) => `${line}\n`).join('\n')}`;
  const runs = Object.fromEntries(['run', 'lost'].map((name) =>
    [name, { command: 'make', file: `${name}.txt`, status: 0 }]));
  runs.table = { ...runs.run, file: 'table.table.json' };
  const complaints = complaintsOf('faults', {
    'book/01-boot.md': page,
    'book/01-boot/runs.mjs': "export const runs = { unfit: { patch: 'unfit.patch' } };\n",
    'book/01-boot/unfit.patch': '--- a/main.cpp\n+++ b/main.cpp\n@@ -1 +1 @@\n-nobody\n+wrote this\n',
    'book/01-boot/recorded/recorded.json': JSON.stringify({ runs }),
    'book/01-boot/recorded/run.txt': 'one\ntwo\n',
    'book/01-boot/recorded/table.table.json': '{ "hgatp": "0x8000000000080208", "tables": {} }\n',
    'book/01-boot/untold.svg': drawing('').replace(/<desc.*?<.desc>/, ''),
    'book/01-boot/red.svg': drawing('<path stroke="red" d="M0 0"/>'),
    'book/01-boot/typed.svg': drawing('<text>0x80000000</text>'),
    'book/01-boot/old.svg': drawing('<text>@(hex ram_base)</text>'),
  });

  for (const [line, pattern] of [...changes, ...faults]) {
    test(line, () => {
      const number = page.split('\n').indexOf(line) + 1;
      const place = `book/01-boot.md:${number}:`;
      const said = complaints.split('\n').find((text) => text.startsWith(place));
      assert.match(said ?? `nothing is said of line ${number}:\n${complaints}`, pattern);
    });
  }

  test('a link to a page that is not there', () => {
    const said = complaintsOf('link', { 'book/index.md': `${index}\n[There](/nothing/).\n` });
    assert.match(said, /dead link.*\/nothing.*index\.md/s);
  });

  test('a function that is not documented', () => {
    const header = '/// @file\n/// A header.\n\nvoid act();\n';
    const said = complaintsOf('reference', { 'steps/01-boot/bare.hpp': header }, ['book/api']);
    assert.match(said,
      /^book\/api\/01-boot\/bare\.md:\d+: steps\/01-boot\/bare\.hpp:4: .* is not documented/m);
  });
});

describe('the rules of the built site refuse', () => {
  /** What a rule says of a site with that page, and one with an id `there`. */
  function faultsOf(rule, body, more = {}) {
    const place = mkdtempSync(join(scratch, 'built-'));
    const files = {
      'index.html': `<!DOCTYPE html><html><title>T</title><body>${body}</body></html>`,
      'other/index.html': '<!DOCTYPE html><title>T</title><p id="there"></p>',
      ...more,
    };
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(place, path)), { recursive: true });
      writeFileSync(join(place, path), text);
    }
    return rules[rule](readSite(place, '/'));
  }

  const links = 'has no link that leads to nothing';
  const loaded = 'loads nothing from elsewhere';
  const cases = {
    'an attribute twice': ['is HTML without a mistake', '<p id="a" id="b"></p>',
      'index.html:1:56: duplicate-attribute'],
    'elements that cross': ['is HTML without a mistake', '<i><p></i></p>',
      'index.html:1:47: <i> is patched up'],
    'an id twice': ['has no id twice on a page', '<p id="a"></p><p id="a"></p>', 'index.html: a'],
    'a link to nothing': [links, '<a href="/nothing/"></a>',
      'index.html: /nothing/: leads to nothing'],
    'a link without its slash': [links, '<a href="other"></a>',
      'index.html: other: the slash at its end is missing'],
    'a fragment that is not there': [links, '<a href="/other/#here"></a>',
      'index.html: /other/#here: there is no id here'],
    'an image that is not there': [links, '<img src="/a.png">',
      'index.html: /a.png: leads to nothing'],
    'an image from elsewhere': [loaded, '<img src="https://a.example/a.png">',
      'index.html: https://a.example/a.png'],
    'a script from elsewhere': [loaded, '<script src="//a.example/a.js"></script>',
      'index.html: //a.example/a.js'],
    'a sheet that loads from elsewhere': [loaded, '', 'a.css: https://a.example/f.woff2',
      { 'a.css': '@font-face { src: url("https://a.example/f.woff2") }' }],
    'a page beside a folder': ['has a folder for each address', '', 'other.html',
      { 'other.html': '<!DOCTYPE html><title>T</title>' }],
  };
  for (const [what, [rule, body, fault, more]] of Object.entries(cases)) {
    test(what, () => assert.deepEqual(faultsOf(rule, body, more), [fault]));
  }

  test('nothing of what is right', () => {
    const body = '<a href="/other/#there">a</a><a href="other/">b</a>'
      + '<a href="https://a.example/">c</a><a href="#d" id="d">d</a><a href="/a.patch">e</a>';
    for (const rule of Object.keys(rules)) {
      assert.deepEqual(faultsOf(rule, body, { 'a.patch': '' }), [], rule);
    }
  });
});
