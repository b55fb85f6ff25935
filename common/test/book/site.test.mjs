// The built site as files: its HTML, its links, what it weighs. No browser, and nothing is run.
// Read is build/book, or what BOOK_SITE names; it was built before.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { treeOf, versionsOf } from '../../../book/lib/blame.mjs';
import { readingOrder } from '../../../book/lib/contents.mjs';
import { readChapter } from '../../../book/lib/states.mjs';
import { filesOf, steps } from '../../../book/lib/steps.mjs';
import { namesOf } from '../../../book/lib/symbols.mjs';
import { fileSlug } from '../../../book/lib/render/site.mjs';
import { filesIn, withoutComments } from '../../stairs/steps.mjs';
import { assertNone, testHtml } from './html.mjs';
import {
  attribute, builtSite, elementsOf, hasClass, readSite, root, textOf,
} from './pages.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'site-'));
after(() => rmSync(scratch, { recursive: true }));

const site = readSite(builtSite, '/');
testHtml(site);

const pageAt = (address) => {
  assert.ok(site.pages.has(address), `there is no page /${address}`);
  return site.pages.get(address);
};

/** The pages of these kinds; all if none is given. */
const pagesOf = (...kinds) => [...site.pages.values()]
  .filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));

/** The elements of a page's own text: not those of the theme around it. */
const inText = ({ elements }) => elements.filter((element) => hasClass(element, 'vp-doc'))
  .flatMap((element) => [...elementsOf(element)]);

/** Fails where two texts begin to differ. */
function assertText(shown, expected, where) {
  const [lines, wanted] = [shown, expected].map((text) => text.split('\n'));
  const at = wanted.findIndex((line, index) => line !== lines[index]);
  assert.ok(shown === expected, `${where}: line ${at + 1} is ${lines[at]}, not ${wanted[at]}`);
}

const withTag = (elements, name) => elements.filter(({ tagName }) => tagName === name);
const withClass = (elements, name) => elements.filter((element) => hasClass(element, name));

/** The code in an element, as the button would copy it. */
const codeIn = (element) => textOf(element, (each) => hasClass(each, 'vp-copy-ignore'));

test('without SITE_URL and REPO_URL no address of the site or of its sources is invented', () => {
  assert.ok(!site.paths.includes('sitemap.xml'));
  const isInvented = (element) => ['canonical', 'alternate'].includes(attribute(element, 'rel'))
    || attribute(element, 'property') === 'og:url' || hasClass(element, 'edit-link-button');
  assertNone(pagesOf().flatMap(({ path, elements }) => elements.filter(isInvented)
    .map(({ tagName }) => `${path}: <${tagName}>`)));
});

describe('there is a page', () => {
  test('for each chapter, its whole change, its files and its reference', () => {
    for (const step of steps) {
      [`${step}/`, `${step}/whole/`, `files/${step}/`, `api/${step}/`].forEach((address) =>
        pageAt(address));
    }
  });

  test('for the start, the set-up, the map, and for what is not there', () => {
    ['', '404.html', 'setup/', 'map/', 'threat-model/', 'specifications/'].forEach((address) =>
      pageAt(address));
  });

  test('for each version of each file, with the file on it', () => {
    for (const step of steps) {
      const paths = [...treeOf(step).keys()].filter((path) => versionsOf(path).includes(step));
      for (const path of paths) {
        const page = pageAt(`files/${step}/${fileSlug(path)}/`);
        assertText(withClass(inText(page), 'lines').map(codeIn).join(''), treeOf(step).get(path),
          `/${page.address}`);
      }
    }
  });
});

test('each run of lines of a file leads to the box that shows them', () => {
  const faults = pagesOf('file').flatMap((page) => withClass(inText(page), 'run').flatMap((run) => {
    const href = attribute(withClass([...elementsOf(run)], 'origin')[0], 'href');
    const [, address, id] = /^\/(.*)#(.+)$/.exec(href);
    const box = pageAt(address).elements.find((element) => attribute(element, 'id') === id);
    const shown = new Set(withClass([...elementsOf(box)], 'code').map(codeIn).join('').split('\n'));
    return codeIn(run).split('\n').filter((line) => !shown.has(line))
      .map((line) => `${page.path}: ${href} does not show: ${line}`);
  }));
  assertNone(faults);
});

describe('a chapter', () => {
  /** What the patch of a step's whole change does: { files, added, removed }. */
  function changeOf(step) {
    const lines = readFileSync(join(builtSite, step, 'whole', `${step}.patch`), 'utf8').split('\n');
    const count = (pattern) => lines.filter((line) => pattern.test(line)).length;
    const files = count(/^--- /);
    return { files, added: count(/^\+/) - files, removed: count(/^-/) - files };
  }
  const recordedOf = (step) =>
    JSON.parse(readFileSync(join(root, 'book', step, 'recorded/recorded.json'), 'utf8'));
  const plain = (element) => textOf(element).trim();
  const hrefsIn = (element) => withTag([...elementsOf(element)], 'a')
    .map((link) => attribute(link, 'href'));
  const one = (step, name) => {
    const found = withClass(inText(pageAt(`${step}/`)), name);
    assert.equal(found.length, 1, `${step}: .${name}`);
    return found[0];
  };

  for (const step of steps) {
    test(`${step} says at its top how much changes, and with what it was run`, () => {
      const { files, added, removed } = changeOf(step);
      const counted = execFileSync('node', ['common/stairs/lines.mjs', step],
        { cwd: root, encoding: 'utf8' });
      const lines = [...counted.matchAll(/^ *(\d+)  \S+$/gm)]
        .reduce((sum, [, number]) => sum + Number(number), 0);
      const { versions, runs } = recordedOf(step);
      const hasLinux = Object.values(runs).some((run) => run.linux);
      const names = `QEMU ${versions.qemu}${hasLinux ? ` and Linux ${versions.linux}` : ''}`;
      const facts = one(step, 'facts');
      assert.deepEqual(withTag([...elementsOf(facts)], 'li').map(plain), [
        `${files} files`, `+${added} −${removed} lines`,
        `${lines.toLocaleString('en')} lines of code so far`, `run with ${names}`,
      ]);
      assert.deepEqual(hrefsIn(facts), [`/${step}/whole/`]);
    });

    test(`${step} lists its states, each with what came of it, as its heading has it`, () => {
      const { states } = recordedOf(step);
      const expected = states.map(({ section, result }) =>
        `${section.replaceAll('`', '')} ${result}`);
      const list = one(step, 'states');
      assert.deepEqual(withTag([...elementsOf(list)], 'li').map(plain), expected);
      const { elements } = pageAt(`${step}/`);
      const headings = hrefsIn(list).map((href) =>
        elements.find((element) => `#${attribute(element, 'id')}` === href));
      const isLink = ({ tagName }) => tagName === 'a';
      assert.deepEqual(headings.map((each) => textOf(each, isLink).trim()), expected);
    });

    test(`${step} has buttons for its own runs only`, () => {
      const runs = inText(pageAt(`${step}/`)).map((element) => attribute(element, 'data-live'));
      assertNone(runs.filter((run) => run !== undefined && !run.startsWith(`${step}/`)));
    });

    test(`${step} leads on at its end`, () => {
      assert.deepEqual(hrefsIn(one(step, 'onward')), [
        `/${step}/whole/`, `/${step}/whole/${step}.patch`, `/files/${step}/`, `/api/${step}/`,
      ]);
    });
  }
});

describe('a page', () => {
  const built = pagesOf().filter(({ kind }) => kind !== 'missing');
  const metaOf = ({ elements }, name) => attribute(elements.find((element) =>
    [attribute(element, 'name'), attribute(element, 'property')].includes(name)) ?? { attrs: [] },
  'content');

  test('has a title of its own, and a description of 50 to 160 letters', () => {
    const told = new Map();
    for (const page of built) {
      const title = textOf(withTag(page.elements, 'title')[0]);
      const description = metaOf(page, 'description');
      assert.ok(description.length >= 50 && description.length <= 160,
        `/${page.address}: ${description.length} letters: ${description}`);
      for (const text of [title, description]) {
        assert.match(text, /\S{3}/, `/${page.address}`);
        assert.ok(!told.has(text), `/${page.address} and /${told.get(text)}: ${text}`);
        told.set(text, page.address);
      }
    }
  });

  test('says what others show beside a link to it', () => {
    for (const page of built) {
      const title = textOf(withTag(page.elements, 'title')[0]);
      assert.ok(title.startsWith(metaOf(page, 'og:title')), `/${page.address}`);
      assert.equal(metaOf(page, 'og:description'), metaOf(page, 'description'), `/${page.address}`);
      assert.equal(metaOf(page, 'og:image'), '/card.png', `/${page.address}`);
      assert.equal(metaOf(page, 'twitter:card'), 'summary_large_image', `/${page.address}`);
    }
    assert.ok(site.paths.includes('card.png'));
  });

  test('leads to the one before it and the next one, if it belongs to the book', () => {
    const pagersIn = ({ elements }) => ['prev', 'next'].map((name) => attribute(elements.find((each) =>
      hasClass(each, 'pager-link') && hasClass(each, name)) ?? { attrs: [] }, 'href'));
    for (const page of built) {
      const at = readingOrder.indexOf(`/${page.address}`);
      assert.deepEqual(pagersIn(page), at < 0 ? [undefined, undefined]
        : [readingOrder[at - 1], readingOrder[at + 1]], `/${page.address}`);
    }
    assert.deepEqual(readingOrder.filter((address) => !site.pages.has(address.slice(1))), []);
  });

  test('shows inline code as it was written', () => {
    const written = (text) => {
      const prose = text.replace(/^---\n[^]*?\n---\n/, '').replace(/^@@.*/gm, '')
        .replace(/^(`{3,}|~{3,})[^]*?^\1/gm, '');
      return [...prose.matchAll(/(?<!`)(`+)(?!`)([^]*?[^`])\1(?!`)/g)]
        .map(([, , code]) => code.replace(/\n/g, ' ').replace(/^ (.*\S.*) $/, '$1'));
    };
    const sources = filesIn(join(root, 'book')).filter((path) => /^[\w-]+\.md$/.test(path)
      && site.pages.has(`${path.slice(0, -3)}/`));
    assert.ok(sources.length >= 2, 'there are no pages in book/');
    for (const path of sources) {
      const page = pageAt(`${path.slice(0, -3)}/`);
      const shown = withTag(inText(page), 'code').map((code) => textOf(code));
      for (const code of written(readFileSync(join(root, 'book', path), 'utf8'))) {
        const at = shown.indexOf(code);
        assert.ok(at >= 0, `book/${path}: \`${code}\` is not on the page`);
        shown.splice(0, at + 1);
      }
    }
  });

  test('has no role= in its text, which would make its script large', () => {
    assertNone(pagesOf().flatMap((page) =>
      inText(page).filter((element) => attribute(element, 'role') !== undefined)
        .map(({ tagName }) => `${page.path}: <${tagName} role=>`)));
  });

  test('has less than 2 KB of script of its own', () => {
    const scripts = site.paths.filter((path) => path.endsWith('.lean.js'));
    assert.ok(scripts.length >= site.pages.size - 1, `${scripts.length} scripts`);
    assertNone(scripts.map((path) => [path, readFileSync(join(builtSite, path)).length])
      .filter(([, size]) => size >= 2048).map(([path, size]) => `${path}: ${size} bytes`));
  });
});

describe('a change', () => {
  const chapters = steps.map((step) => readChapter(step));

  test('shows each file as it is in its state, and says what was removed and added', () => {
    const written = chapters.filter(({ page }) => page !== undefined);
    assert.ok(written.length > 0, 'no chapter is written');
    for (const { step, boxes } of written) {
      const text = inText(pageAt(`${step}/`));
      for (const { id, files } of boxes) {
        const box = text.find((element) => attribute(element, 'id') === id);
        assert.ok(box, `${step}: there is no box ${id}`);
        const shown = withClass([...elementsOf(box)], 'file');
        assert.equal(shown.length, files.length, `${step}: ${id}`);
        files.forEach((file, index) => assertShown(shown[index], file, `${step}: ${id}`));
      }
    }
  });

  test('of a whole chapter is on one page, each file once', () => {
    chapters.forEach((chapter) => assertWhole(`${chapter.step}/whole/`, chapter));
  });

  test('is the text of a chapter that is not written, below what it prints', () => {
    for (const chapter of chapters.filter(({ page }) => page === undefined)) {
      const address = `${chapter.step}/`;
      const text = inText(pageAt(address));
      assertWhole(address, chapter);
      assert.equal(withClass(text, 'unwritten').length, 1, address);
      assert.equal(withClass(text, 'console').length, 1, address);
    }
  });

  /** A page shows each file that changes, once, and the whole change of it. */
  function assertWhole(address, { step, before }) {
    const [old, now] = [before ? treeOf(before) : new Map(), treeOf(step)];
    const paths = [...new Set([...old.keys(), ...now.keys()])].sort()
      .filter((path) => old.get(path) !== now.get(path));
    const shown = withClass(inText(pageAt(address)), 'file');
    assert.equal(shown.length, paths.length, address);
    paths.forEach((path, index) => assertShown(shown[index],
      { path, before: old.get(path), after: now.get(path) }, `/${address}: ${path}`));
  }

  /** A file of a box has the code after it, and what a screen reader needs to know of the rest. */
  function assertShown(element, { path, before, after }, where) {
    const inside = [...elementsOf(element)];
    const [tab] = withClass(inside, 'tab');
    assert.equal(textOf(tab), path, where);
    const [code] = withClass(inside, 'code');
    assertText(codeIn(code), after ?? '', where);
    for (const [tag, word, isMeant] of [['del', 'removed'], ['ins', 'added']]) {
      for (const run of withTag(inside, tag)) {
        const [spoken] = withClass([...elementsOf(run)], 'spoken');
        assert.ok(spoken && textOf(spoken).startsWith(word), `${where}: ${tag}`);
      }
    }
    if (before === undefined) {
      assert.equal(withTag(inside, 'ins').length, 0, `${where}: all of a new file is painted`);
    }
  }

  test('is a patch that git applies to the step before', () => {
    for (const { step, before } of chapters) {
      const links = inText(pageAt(`${step}/whole/`)).filter((element) =>
        /\.patch$/.test(attribute(element, 'href')));
      assert.ok(links.length > 0, `${step} has no patch`);
      assert.ok(links.every((link) => attribute(link, 'download') !== undefined), step);
      const directory = join(scratch, step);
      for (const [path, text] of filesOf(before)) {
        mkdirSync(dirname(join(directory, path)), { recursive: true });
        writeFileSync(join(directory, path), text);
      }
      mkdirSync(directory, { recursive: true });
      execFileSync('git', ['apply', join(builtSite, attribute(links[0], 'href').slice(1))],
        { cwd: directory });
      assert.deepEqual(filesOf(step, scratch), treeOf(step));
    }
  });
});

describe('a name in code that is linked', () => {
  /** The links in a file that is shown: { name, href, line }, and the line, from 1, where it is. */
  function linksIn(code) {
    const links = [];
    let text = '';
    const walk = (node) => {
      if (node.tagName === 'a' && !hasClass(node, 'vp-copy-ignore')) {
        const href = attribute(node, 'href');
        links.push({ name: textOf(node), href, line: text.split('\n').length });
      }
      if (node.nodeName === '#text') {
        text += node.value;
      } else if (!hasClass(node, 'vp-copy-ignore')) {
        node.childNodes.forEach(walk);
      }
    };
    code.childNodes.forEach(walk);
    return { links, text };
  }

  const links = pagesOf('chapter', 'file').flatMap((page) =>
    withClass(inText(page), 'file').flatMap((file) => {
      const [step] = steps.filter((each) => page.address.split('/').includes(each));
      const path = textOf(withClass([...elementsOf(file)], 'tab')[0]);
      return withClass([...elementsOf(file)], 'code').flatMap((element) => {
        const { links: all, text } = linksIn(element);
        const lines = all.length > 0 ? withoutComments(path, text) : [];
        return all.map((link) => ({ ...link, page, step, code: lines[link.line - 1] }));
      });
    }));
  const told = ({ page, name, code }) => `${page.path}: ${name} in ${code}`;
  const hasWord = (text, name) => new RegExp(`(?<!\\w)${name}(?!\\w)`).test(text);

  test('is in no comment, no string and no number', () => {
    assert.ok(links.length > 1000, `${links.length} names are linked`);
    assertNone(links.filter(({ code, name }) =>
      !hasWord(code.replace(/"(\\.|[^"\\])*"/g, '""'), name)).map(told));
  });

  test('stands for one thing in its step, and leads to it', () => {
    const declared = ['prototype', 'externvar'];
    const isConstructor = ({ name, scope = '' }) => scope.split('::').at(-1) === name;
    const counts = new Map(); // from step and name to the number of things of that name
    for (const step of steps) {
      for (const tag of namesOf(step)) {
        const key = `${step} ${tag.name}`;
        const isCounted = !declared.includes(tag.kind) && !isConstructor(tag);
        counts.set(key, (counts.get(key) ?? 0) + (isCounted ? 1 : 0));
      }
    }
    assertNone(links.filter(({ step, name }) => counts.get(`${step} ${name}`) > 1).map(told));
    assertNone(links.filter(({ name, href }) => {
      const [, step, path, line] = /^\/files\/([^/]+)\/(.+)\/#L(\d+)$/.exec(href) ?? [];
      const [, text = ''] = [...treeOf(step)].find(([each]) => fileSlug(each) === path) ?? [];
      return !hasWord(text.split('\n')[line - 1] ?? '', name);
    }).map(told));
  });
});

describe('the search', () => {
  const [name] = site.paths.filter((path) => /@localSearchIndex.*\.js$/.test(path));

  /** The index as MiniSearch writes it. */
  async function readIndex() {
    const script = readFileSync(join(builtSite, name), 'base64');
    const { default: json } = await import(`data:text/javascript;base64,${script}`);
    return JSON.parse(json);
  }

  test('has an index of at most 600 KiB', () => {
    const { length } = gzipSync(readFileSync(join(builtSite, name)));
    assert.ok(length <= 600 * 1024, `${length} bytes`);
  });

  test('keeps names whole', async () => {
    const { index } = await readIndex();
    assert.ok(index.some(([word]) => word === 'exit_guest'));
  });

  test('knows chapters, the newest reference and the last version of each file, nothing twice',
    async () => {
      const { documentIds } = await readIndex();
      const places = Object.values(documentIds);
      assert.equal(places.length, new Set(places).size, 'a place is there twice');
      const found = new Set(places.map((place) => place.replace(/#.*/, '').slice(1)));
      const last = steps.at(-1);
      const files = [...treeOf(last).keys()]
        .map((path) => `files/${versionsOf(path).at(-1)}/${fileSlug(path)}/`);
      const isMeant = ({ address, kind }) => kind === 'chapter' || files.includes(address)
        || (address.startsWith(`api/${last}/`) && address !== `api/${last}/`);
      assertNone(pagesOf().filter((page) => found.has(page.address)
        && !isMeant(page) && page.kind !== 'prose').map(({ address }) => `also /${address}`));
      assertNone(pagesOf().filter(isMeant).filter(({ address }) => !found.has(address))
        .map(({ address }) => `not /${address}`));
    });
});
