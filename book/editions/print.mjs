// The document as one page of HTML, for paper: with a title, contents, and its fonts in it.
import { readFileSync } from 'node:fs';
import { toHtml } from 'hast-util-to-html';
import { h } from 'hastscript';
import { number } from '../../common/stairs/steps.mjs';
import { colorSheet } from '../lib/render/highlight.mjs';
import { sectionsOf } from './sections.mjs';
import { titleOf } from './title.mjs';
import { findAll, hasClass, isTag } from './tree.mjs';

const own = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

// The last has what the others lack: arrows, frames.
const fonts = [
  ...['400-normal', '400-italic', '600-normal'].map((style) => ['IBM Plex Serif', style]),
  ...['400-normal', '600-normal'].map((style) => ['IBM Plex Sans', style]),
  ...['400-normal', '600-normal'].map((style) => ['IBM Plex Mono', style]),
  ['DejaVu Mono', '400-normal'],
];

/** A font as part of a style sheet. */
function fontFace([family, style]) {
  const name = family.toLowerCase().replaceAll(' ', '-');
  const file = import.meta.resolve(`@fontsource/${name}/files/${name}-latin-${style}.woff2`);
  const data = readFileSync(new URL(file)).toString('base64');
  const [weight, slant] = style.split('-');
  return `@font-face { font-family: '${family}'; font-weight: ${weight}; font-style: ${slant}; `
    + `src: url(data:font/woff2;base64,${data}) format('woff2') }\n`;
}

/** The kind of pages that a page of the book takes: all solutions share one. */
const sheetOf = ({ name, step, isChapter }) => (step && !isChapter ? 'solutions' : name);

/** What stands above each sheet of paper. */
function runningTitles({ title, pages }) {
  const textOf = (page) => (sheetOf(page) === 'solutions' ? 'Solutions'
    : page.isChapter ? `${number(page.step)}  ${page.title}` : page.title);
  return pages.map((page) => `#${page.id} { page: sheet-${sheetOf(page)} }\n`
    + `@page sheet-${sheetOf(page)} { @top-left { content: ${JSON.stringify(textOf(page))} } }\n`)
    .join('') + `@page sheet-index { @top-left { content: ${JSON.stringify(title)} } }\n`;
}

const longest = 14; // lines of what stays on one sheet

/** Says which boxes stay whole: CSS cannot count lines. */
function markShort({ content }) {
  const isBox = (node) => ['file', 'console', 'block'].some((name) => hasClass(node, name));
  for (const box of findAll(content, isBox)) {
    const lines = findAll(box, ({ tagName }) => ['span', 'tr', 'p', 'li'].includes(tagName));
    box.properties.className.push(...(lines.length <= longest ? ['short'] : []));
  }
}

const titlePage = (document) => h('section', { className: ['title-page'] },
  [{ type: 'raw', value: own('../public/icon.svg') }, ...titleOf(document)]);

const entry = (id, text, sheets, before = '') => h('li', [
  h('a', { href: `#${id}` }, [
    h('span', { className: ['before'] }, before),
    h('span', text),
    h('span', { className: ['dots'] }),
    h('span', { className: ['sheet'] }, sheets.get(id) ?? '000'),
  ]),
]);

/** The sections that the contents name: those of a chapter in which something is built. */
const namedSections = (page) => (page.isChapter
  ? sectionsOf(page).find(({ title }) => title === 'Build it').sections : []);

const pageEntry = (page, sheets) => {
  const item = entry(page.id, page.title, sheets, page.isChapter ? `${number(page.step)}` : '');
  const sections = namedSections(page);
  item.properties.className = ['page-entry'];
  item.children.push(...(sections.length === 0 ? []
    : [h('ol', sections.map(({ id, title }) => entry(id, title, sheets)))]));
  return item;
};

const contents = ({ parts }, sheets) => h('section', { className: ['contents'] }, [
  h('h1', 'Contents'),
  ...parts.flatMap(({ title, pages }) => [
    ...(title ? [h('p', { className: ['part'] }, title)] : []),
    h('ol', pages.map((page) => pageEntry(page, sheets))),
  ]),
]);

/** The ids that the contents name. */
export const namedIds = ({ pages }) =>
  pages.flatMap((page) => [page.id, ...namedSections(page).map(({ id }) => id)]);

/** Makes a function that gives the HTML, from the sheets on which ids are: a map of numbers. */
export function printer(document) {
  document.pages.forEach(markShort);
  const style = fonts.map(fontFace).join('') + own('book.css') + own('print.css') + colorSheet()
    + runningTitles(document);
  const pages = document.pages.map((page) =>
    h('section', { id: page.id, className: ['page', sheetOf(page)] }, page.content.children));
  return (sheets) => `<!doctype html>${toHtml(h('html', { lang: 'en' }, [
    h('head', [h('meta', { charSet: 'utf-8' }), h('title', document.title), h('style', style)]),
    h('body', [titlePage(document), contents(document, sheets), ...pages]),
  ]), { allowDangerousHtml: true })}`;
}
