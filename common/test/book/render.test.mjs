// What the renderer makes of the steps, of recorded runs and of a page's Markdown, as HTML. Whole
// pages are in site.test.mjs, and those that are refused in refused.test.mjs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createMarkdownRenderer } from 'vitepress';

import { compareTexts } from '../../../book/lib/difference.mjs';
import { slugOf } from '../../../book/lib/page.mjs';
import { fileHtml } from '../../../book/lib/render/change.mjs';
import { checkpointHtml, testsOf } from '../../../book/lib/render/checkpoint.mjs';
import { consoleHtml } from '../../../book/lib/render/console.mjs';
import { filePageHtml } from '../../../book/lib/render/file.mjs';
import { colorSheet, tokensOf } from '../../../book/lib/render/highlight.mjs';
import { linksOf } from '../../../book/lib/render/links.mjs';
import { extendMarkdown } from '../../../book/lib/render/markdown.mjs';
import { patchOf } from '../../../book/lib/render/patch.mjs';
import { fileSlug, versionAt } from '../../../book/lib/render/site.mjs';
import { withoutUnread } from '../../../book/lib/render/style.mjs';
import { subjectOf } from '../../../book/lib/render/subject.mjs';
import { traceHtml } from '../../../book/lib/render/trace.mjs';
import { variablesHtml } from '../../../book/lib/render/variables.mjs';
import { filesOf, linesOf, stepBefore, steps } from '../../../book/lib/steps.mjs';
import { root } from './pages.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'render-'));
after(() => rmSync(scratch, { recursive: true }));

const step = '07-hypercall';
const last = steps.at(-1);

const entities = { lt: '<', gt: '>', quot: '"', amp: '&' };
/** The text of HTML. */
const textOf = (html) => html.replace(/<[^>]*>/g, '').replace(/&(\w+);/g, (_, name) => entities[name]);
/** What the button would copy. */
const copied = (html) => textOf(html.replace(/<(b|del|summary)\b[^>]*vp-copy-ignore[^]*?<\/\1>/g, ''));
const codeIn = (html) => /<div class="lines">([^]*)<\/div><\/div><\/div>$/.exec(html)[1];
const all = (pattern, html) => [...html.matchAll(pattern)].map(([, found]) => found);

/** A file that changes, as a box shows it. */
const show = (before, now, path = 'a.cpp', ...more) =>
  fileHtml({ path, before, after: now, rows: compareTexts(before, now) }, step, ...more);

const numbered = (from, to) =>
  Array.from({ length: to - from + 1 }, (_, index) => `line ${from + index}\n`).join('');

describe('a change', () => {
  test('can be copied whole, also what is folded, and without what is removed', () => {
    const before = `${numbered(1, 20)}old\n${numbered(22, 40)}`;
    const now = before.replace('old', '\tnew <one> & "two"\n');
    assert.equal(copied(codeIn(show(before, now))), now);
  });

  test('folds what stays, but for three lines around', () => {
    const html = show(numbered(1, 30), numbered(1, 30).replace('line 15\n', 'line\n'));
    assert.deepEqual(all(/<summary[^>]*>(.*?)<\/summary>/g, html),
      ['11 unchanged lines', '12 unchanged lines']);
    assert.match(html, /counter-reset:old 11 new 11"><span>line <i class="t\d+">12</);
    const short = show(numbered(1, 7), numbered(1, 7).replace('line 7', 'line'));
    assert.doesNotMatch(short, /<details/, 'three lines are not worth a fold');
  });

  test('of a patch has what is near, and cannot be copied as a file', () => {
    const now = numbered(1, 30).replace('line 15\n', 'line\n');
    const html = show(numbered(1, 30), now, 'a.cpp', true);
    assert.deepEqual(all(/<p class="unchanged[^>]*>(.*?)<\/p>/g, html),
      ['11 unchanged lines', '12 unchanged lines']);
    assert.doesNotMatch(html, /<details|<button|>1</);
    assert.match(show(undefined, now, 'a.cpp', true), /<button/, 'a new file is there as a whole');
  });

  test('says in words what goes and what comes', () => {
    const html = show('a\nb\n', 'a\nc\n');
    assert.match(html, /<del class="vp-copy-ignore"><b class="spoken[^>]*>removed: /);
    assert.match(html, /<ins><b class="spoken[^>]*>added: /);
  });

  test('underlines the words that differ', () => {
    const html = show('int one() { return 1; }\n', 'int two() { return 1; }\n');
    assert.deepEqual(all(/<u>(.*?)<\/u>/g, html).map(textOf), ['one', 'two']);
    const other = show('int one() { return 1; }\n', 'class Whole { bool is = true; };\n');
    assert.doesNotMatch(other, /<u>/, 'another line is not the same with other words');
  });

  test('of a new file is not painted, and that of a file that goes has nothing to copy', () => {
    assert.doesNotMatch(show(undefined, 'a\n'), /<ins>|<input/);
    assert.match(show(undefined, 'a\n'), /new file/);
    const gone = show('a\n', undefined);
    assert.match(gone, /the file goes.*<del/);
    assert.doesNotMatch(gone, /<button|<input/);
  });

  test('has the choice to hide what is removed, only if there is such a line', () => {
    assert.match(show('a\nb\n', 'a\n'), /<input type="checkbox">result/);
    assert.doesNotMatch(show('a\n', 'a\nb\n'), /<input/);
  });
});

describe('colours', () => {
  test('come from the whole text: the end of a comment is one', () => {
    const [first, second] = tokensOf('a.cpp', '/* one\ntwo */\n');
    assert.equal(second[0].class, first[0].class);
    assert.equal(second[0].isCode, false);
  });

  test('are all in the style sheet, in both themes, and only the light ones on paper', () => {
    const sheet = colorSheet();
    const classes = new Set(['vcpu.cpp', 'boot.S', 'Makefile', 'hypervisor.ld'].flatMap((path) =>
      tokensOf(path, filesOf(step).get(path)).flat().map((token) => token.class).filter(Boolean)));
    assert.ok(classes.size > 4);
    const [light, dark] = sheet.split('@media not print');
    classes.forEach((name) => {
      assert.ok(light.includes(`.${name}{`), name);
      assert.ok(dark.includes(`.dark .${name}{`), name);
    });
  });
});

describe('a name in the code of a step', () => {
  const text = filesOf(step).get('exit.cpp');
  const hrefOf = (name, { before = '', path = 'exit.cpp', line = `${before}${name}` } = {}) =>
    linksOf(step, path)(name, before, line);

  test('leads to its definition, in the version of the file that the step has', () => {
    assert.ok(text.includes('handle_exit'));
    assert.match(hrefOf('handle_exit'), /^\/files\/07-hypercall\/exit\.cpp\/#L\d+$/);
    const version = versionAt(step, 'stage2.hpp');
    assert.notEqual(version, step);
    assert.ok(hrefOf('Stage2').startsWith(`/files/${version}/stage2.hpp/#L`));
    assert.match(hrefOf('exit_guest', { path: 'vcpu.cpp' }), /world_switch\.S\/#L/);
  });

  test('has no link where it is overloaded, a local, of the standard library, or of another scope',
    () => {
      ['print', 'run', 'vcpu', 'size', 'nobody'].forEach((name) =>
        assert.equal(hrefOf(name), undefined, name));
      assert.equal(hrefOf('_start', { path: 'boot.S', line: '.global _start' }), undefined);
      assert.equal(hrefOf('handle_exit', { before: 'std::' }), undefined);
      assert.equal(hrefOf('handle_exit', { before: 'vcpu.' }), undefined);
    });

  test('has none to itself', () => {
    const line = linesOf(text).find((each) => /^std::optional<Stop> handle_exit/.test(each));
    assert.equal(hrefOf('handle_exit', { line }), undefined);
  });

  test('is not taken for one of another language, or of a program of the guest', () => {
    assert.equal(hrefOf('sepc', { path: 'world_switch.S' }), undefined);
    assert.equal(hrefOf('console_putchar'), undefined);
    assert.ok(hrefOf('console_putchar', { path: 'guest/hello.S' }));
    assert.equal(linksOf(step, 'Makefile'), undefined);
  });
});

describe('a console', () => {
  test('folds what the firmware says, and tells the guest from the hypervisor by a word', () => {
    const html = consoleHtml(step, 'run');
    assert.match(html, /<summary>\d+ lines of the firmware<\/summary>/);
    assert.match(html, /<pre class="guest"><b class="who">guest<\/b><span>hello from the guest/);
    assert.match(html, /<pre class="hypervisor"><span>hypervisor: hello/);
    assert.match(html, /\$?<code>make -C steps\/07-hypercall run<\/code>/);
  });

  test('shows from one text to another, or one line', () => {
    const linesIn = (rest) => all(/<span>([^<]*)\n<\/span>/g, consoleHtml(step, 'run', rest));
    assert.equal(linesIn('"hello from hart" .. "powered off"').length, 3);
    assert.deepEqual(linesIn('"hello from the guest"'), ['hello from the guest']);
  });

  test('has the colours that the guest asks for, and nothing else of the terminal', () => {
    const html = consoleHtml(last, 'run');
    assert.match(html, /<span class="sgr1 sgr36">meow<\/span>/);
    assert.doesNotMatch(html, /\x1b/);
    assert.match(html, /Linux \d+\.\d+\.\d+<\/p>/, 'which Linux it was');
  });

  test('has what the second QEMU says, where that is something else', () => {
    assert.match(consoleHtml('01-boot', 'low'), /QEMU 10[\d.]* prints something else/);
    assert.doesNotMatch(consoleHtml(step, 'run'), /prints something else/);
  });
});

test('the variables of `make run` are those of the README, with a link as one of the site', () => {
  const html = variablesHtml();
  const names = all(/<dt><code>(\w+)/g, html);
  assert.deepEqual(['KERNEL', 'MEMORY', 'LIMIT'].filter((name) => !names.includes(name)), []);
  assert.equal(names.length, all(/<dd>(.+?)\. Without it: .+?\.<\/dd>/g, html).length);
  assert.match(html, /<a href="\/strict-machine\/">/);
  assert.doesNotMatch(html, /\]\(/);
});

test('a trace folds all but the functions that have a text, if one is given', () => {
  const html = traceHtml('12-mmio', 'exit', '"hlvx.hu" "sra "');
  const open = html.replace(/<details[^]*?<\/details>/g, '');
  assert.match(open, /hlvx\.hu[^]*hlvx\.hu[^]*sra /);
  assert.doesNotMatch(open, /sscratch|sret/);
  assert.equal(html.match(/<tr>/g).length, traceHtml('12-mmio', 'exit').match(/<tr>/g).length);
  assert.throws(() => traceHtml('12-mmio', 'exit', '"nothing"'), /no instruction with "nothing"/);
});

test('a trace folds long runs of loads and stores of one function, and has every instruction', () => {
  const html = traceHtml(step, 'exit');
  assert.deepEqual(all(/<summary>(\d+ \w+):/g, html), ['30 stores', '30 loads']);
  assert.ok(all(/<tr>(.*?)<\/tr>/g, html).length > 100);
  assert.match(html, /<td>exit_guest<\/td><td>0x\w+<\/td><td>csrrw a0, sscratch, a0<\/td>/);
});

test('a checkpoint is shown with its own tests, their points, and what is graded again', () => {
  const html = checkpointHtml('08-device-tree');
  const own = testsOf('08-device-tree').filter(({ isOwn }) => isOwn);
  assert.deepEqual(all(/<td><code v-pre>([\w-]+)<\/code>/g, html), own.map(({ name }) => name));
  assert.deepEqual(all(/<td>(\d+)<\/td>/g, html).map(Number), own.map(({ points }) => points));
  assert.match(html, /make check STEP=08 DIR=steps\/mine/);
  assert.match(html, /The other \d+ points are for what stays true of chapters? <a href="[^"]*02-/);
});

test('the patch of a step is taken in a directory of a repository, and makes and removes files', () => {
  assert.match(patchOf(steps[0]), /^--- \/dev\/null$/m);
  for (const each of [steps[0], step, last]) {
    const place = join(scratch, each);
    const directory = join(place, 'steps', 'mine');
    mkdirSync(directory, { recursive: true });
    execFileSync('git', ['init', '-q', place]);
    for (const [path, text] of filesOf(stepBefore(each))) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    execFileSync('git', ['apply'], { cwd: directory, input: patchOf(each) });
    assert.deepEqual(filesOf('mine', join(place, 'steps')), filesOf(each));
  }
});

describe('the page of a file', () => {
  test('has its lines, each with an address, and beside them the chapter that brought them', () => {
    const html = filePageHtml(step, 'vcpu.cpp');
    const lines = linesOf(filesOf(step).get('vcpu.cpp'));
    assert.deepEqual(all(/<span id="L(\d+)">/g, html).map(Number), lines.map((_, index) => index + 1));
    const origins = new Set(all(/class="origin vp-copy-ignore" href="([^"]*)"/g, html));
    assert.ok([...origins].some((href) => /^\/05-guest-mode\/#/.test(href)), [...origins].join());
    assert.ok([...origins].some((href) => /^\/07-hypercall\/#vcpu/.test(href)), [...origins].join());
  });

  test('has an address that no other file has', () => {
    for (const each of steps) {
      const names = [...filesOf(each).keys()].map((path) => fileSlug(path).replaceAll('/', '_'));
      assert.equal(new Set(names).size, names.length, each);
    }
  });
});

test('an address tells what its page is about', () => {
  const cases = {
    'index.md': { kind: 'prose' },
    'threat-model/index.md': { kind: 'prose' },
    '07-hypercall.md': { kind: 'chapter', step },
    '07-hypercall/index.md': { kind: 'chapter', step },
    '07-hypercall/whole/index.md': { kind: 'whole', step },
    'files/07-hypercall.md': { kind: 'list', step },
    'files/07-hypercall/guest-hello.S/index.md': { kind: 'file', step, path: 'guest/hello.S' },
    'api/07-hypercall/vcpu.md': { kind: 'api', step, path: 'vcpu' },
  };
  for (const [page, subject] of Object.entries(cases)) {
    assert.deepEqual(subjectOf(page), { step: undefined, path: undefined, ...subject }, page);
  }
});

describe('Markdown', () => {
  const markdown = createMarkdownRenderer(root, {
    anchor: { slugify: slugOf },
    highlight: (code) => code,
    config: (md) => extendMarkdown(md, { isStrict: true }),
  });
  const render = async (text, relativePath = 'page.md') =>
    (await markdown).renderAsync(text, { relativePath, path: relativePath });

  test('names every fault of a page with its line, also behind front matter', async () => {
    const text = '---\ntitle: T\n---\n\n# T\n\n@@ nothing\n\n@@ checkpoint\n\nOne\n@(two) three.\n';
    await assert.rejects(render(text), {
      name: 'Refusal', message: /^.*page\.md:7: there is no directive.*\n.*page\.md:9: .* no chapter\n.*page\.md:12: @\(two\): outside of a chapter/,
    });
  });

  test('shows on any page what belongs to a chapter: its numbers, drawings and boxes', async () => {
    assert.equal(await render('@(15-virtio-blk/count 2 + 3)'), '<p>5</p>\n');
    assert.match(await render('@@ drawing 07-hypercall/switch "A caption."'), /<title id="[^]*A caption/);
    assert.match(await render('@@ diff 07-hypercall sbi.cpp'), /<div class="box[^]*putchar/);
    for (const [text, message] of [
      ['@(15-virtio-blk/nothing)', /there is no number nothing/],
      ['@@ drawing switch "A caption."', /a drawing is named PAGE\/switch/],
      ['@@ diff sbi.cpp', /it has to begin with the name of one/],
      ['@@ diff 07-hypercall nothing.cpp', /there is no @@ diff nothing\.cpp in book\/07/],
    ]) {
      await assert.rejects(render(text), { message });
    }
  });

  test('keeps braces and backticks in code', async () => {
    assert.match(await render('`std::array a{{1, 2}}`'), /<code v-pre>std::array a\{\{1, 2\}\}<\/code>/);
    assert.match(await render('`` `a` ``'), /<code v-pre>`a`<\/code>/);
  });

  test('leads to folders', async () => {
    const hrefs = all(/href="([^"]*)"/g, await render(
      '[a](threat-model.md#x) [b](/map) [c](/07-hypercall/) [d](https://a.example/b) [e](#here)'));
    assert.deepEqual(hrefs,
      ['/threat-model/#x', '/map/', '/07-hypercall/', 'https://a.example/b', '#here']);
  });

  test('takes no directive from a block of code', async () => {
    assert.match(await render('```\n@@ nothing\n```'), /@@ nothing/);
  });
});

test('a style sheet loses the custom properties that nothing reads, and no other', () => {
  const css = ':root{--a:#fff;--b:var(--c, 1px);--c:url("data:;}x");--d:1;--e:2}'
    + '@media print{:root{--d:var(--b)}}@layer base{p{color:var(--a);margin:0}}';
  assert.equal(withoutUnread(css, ['style.setProperty("--e")']),
    ':root{--a:#fff;--e:2}@layer base{p{color:var(--a);margin:0}}');
});
