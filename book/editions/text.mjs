// The pages as plain text for machines, and llms.txt, which lists them (llmstxt.org): Markdown, in
// which each change is a patch. Those of a chapter, applied in their order, lead from step to step.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toMdast } from 'hast-util-to-mdast';
import { toString } from 'hast-util-to-string';
import { h } from 'hastscript';
import { gfmToMarkdown } from 'mdast-util-gfm';
import { toMarkdown } from 'mdast-util-to-markdown';
import { chapterOf } from '../lib/blame.mjs';
import { about, title } from '../lib/contents.mjs';
import { bookDirectory } from '../lib/page.mjs';
import { patchText } from '../lib/render/patch.mjs';
import { base, siteUrl } from '../lib/render/site.mjs';
import { readRuns } from '../record/runs.mjs';
import { readPages } from './pages.mjs';
import { find, findAll, hasClass, isTag, replace } from './tree.mjs';

const fence = (text, language = 'text') => h('pre', [
  h('code', { className: [`language-${language}`] }, text.endsWith('\n') ? text : `${text}\n`),
]);

/** A change: of a box by the states of the chapter, of a fault or solution by its file. */
function changeOf(node, page, runs) {
  const { id } = node.properties;
  const [, of] = /\/files\/([^/]+)\//.exec(find(node, isTag('a'))?.properties.href) ?? [];
  const step = page.step ?? of; // a page beside the chapters may show one of theirs
  const box = chapterOf(step).boxes.find((each) => each.id === id);
  return fence(box ? patchText(box.files)
    : readFileSync(join(bookDirectory, step, runs[id].patch), 'utf8'), 'diff');
}

/** What was typed, and with which patch; nothing where a console does not say. */
function commandOf(node) {
  if (node === undefined) {
    return '';
  }
  const commands = findAll(node, isTag('code')).map((code) => `$ ${toString(code)}\n`);
  const patch = node.children.slice(1).map((each) => `# ${toString(each)}\n`);
  return [...patch, ...commands].join('');
}

/** Instructions in columns. */
const widths = [26, 12, 36, 0];
const rowText = (row) => findAll(row, isTag('td'))
  .map((cell, index) => toString(cell).padEnd(widths[index])).join('').trimEnd();

/** What a console has shown. */
function linesOf(node) {
  const isLine = (each) => ['pre', 'tr', 'p'].includes(each.tagName);
  const textOf = (each) => (isTag('tr')(each) ? `${rowText(each)}\n`
    : hasClass(each, 'title') ? `(${toString(each)})\n` : toString(each));
  return findAll(node, isLine).map(textOf).join('');
}

function consoleOf(node) {
  const [command, code] = ['command', 'code'].map((name) =>
    node.children.find((each) => hasClass(each, name)));
  const rest = node.children.filter((each) => each !== command && each !== code);
  return [fence(commandOf(command) + (code ? linesOf(code) : '')), ...rest];
}

/** A drawing in its own words. */
function drawingOf(node) {
  const [caption, name, told] = ['figcaption', 'title', 'desc']
    .map((tag) => toString(find(node, isTag(tag))).trim());
  return h('blockquote', [h('p', `Drawing: ${name}. ${told} ${caption}`)]);
}

/** Makes the text of a page what Markdown can say. */
function simplify({ content, ...page }, runs) {
  replace(content, (node) => (hasClass(node, 'who') || hasClass(node, 'bits') ? [] : undefined));
  replace(content, (node) => (hasClass(node, 'box') ? [changeOf(node, page, runs)]
    : hasClass(node, 'console') ? consoleOf(node)
      : hasClass(node, 'drawing') ? [drawingOf(node)] : undefined));
  for (const { properties } of findAll(content, isTag('a'))) {
    const here = (siteUrl ?? `http://site${base}`) + page.address;
    properties.href = new URL(properties.href, here).href.replace(/^http:\/\/site/, '');
  }
}

async function textOf(page) {
  const runs = page.step ? (await readRuns(page.step)).runs : {};
  simplify(page, runs);
  return toMarkdown(toMdast(page.content), {
    extensions: [gfmToMarkdown()], bullet: '-', rule: '-', fences: true,
  });
}

/** Where the text of a page lies in the site: beside its HTML, as llmstxt.org has it. */
const fileOf = ({ address }) => `${address}index.html.md`;
const urlOf = (file) => (siteUrl ?? base) + file;

/** The list of them all. */
function listOf(parts) {
  const lines = parts.flatMap((part) => [
    `## ${part.title ?? 'The book'}`,
    '',
    ...part.pages.map((page) => `- [${page.title}](${urlOf(fileOf(page))}): ${page.description}`),
    '',
  ]);
  return [`# ${title}`, '', `> ${about}`, '',
    `All pages as one file: [llms-full.txt](${urlOf('llms-full.txt')}). Each change in a chapter `
    + 'is a patch for `git apply`, in a directory that holds the step before; after the last one '
    + 'it holds the step. A patch before “To try it” is a fault or a solution, and is taken back.',
    '', ...lines].join('\n');
}

/** Writes the texts into a built site. */
export async function writeTexts(site) {
  const parts = readPages(site);
  const texts = [];
  for (const page of parts.flatMap(({ pages }) => pages)) {
    const text = await textOf(page);
    texts.push(text);
    mkdirSync(dirname(join(site, fileOf(page))), { recursive: true });
    writeFileSync(join(site, fileOf(page)), text);
  }
  writeFileSync(join(site, 'llms-full.txt'), texts.join('\n'));
  writeFileSync(join(site, 'llms.txt'), listOf(parts));
}
