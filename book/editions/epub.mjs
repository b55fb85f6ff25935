// The document as an EPUB 3: a file for each page. The same sources give the same bytes.
import { readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { toXast } from 'hast-util-to-xast';
import { h } from 'hastscript';
import { toXml } from 'xast-util-to-xml';
import { x } from 'xastscript';
import { sectionsOf } from './sections.mjs';
import { titleOf } from './title.mjs';
import { find, findAll, isTag, replace } from './tree.mjs';

const own = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');
const fileOf = (page) => `${page.name}.xhtml`;
const declared = (tree) => `<?xml version="1.0" encoding="utf-8"?>\n${toXml(tree)}\n`;

/** A page of XHTML. */
const xhtml = (title, attributes, content) => declared(toXast(
  h('html', { lang: 'en', xmlLang: 'en', 'xmlns:epub': 'http://www.idpf.org/2007/ops' }, [
    h('head', [h('title', title), h('link', { rel: 'stylesheet', href: 'book.css' })]),
    h('body', attributes, content),
  ]),
));

/** Points links at files, and takes the colours from code: e-readers have none. */
function adapt({ content }, places) {
  replace(content, ({ tagName, properties, children }) => (
    tagName === 'i' && properties.className?.some((name) => /^t\d+$/.test(name))
      ? children : undefined));
  for (const { properties } of findAll(content, isTag('a'))) {
    const page = properties.href.startsWith('#') && places.get(properties.href.slice(1));
    properties.href = page ? fileOf(page) + properties.href : properties.href;
  }
}

/** A list of the contents; nothing where there are none. */
const listOf = (items) => (items.length > 0 ? [h('ol', items)] : []);

const sectionItem = (page) => ({ title, id, sections }) => h('li', [
  h('a', { href: `${fileOf(page)}#${id}` }, title), ...listOf(sections.map(sectionItem(page))),
]);

const pageItem = (page) => h('li', [
  h('a', { href: fileOf(page) }, page.title), ...listOf(sectionsOf(page).map(sectionItem(page))),
]);

/** The table of contents. */
const navigation = ({ title, parts }) => xhtml(title, {}, [
  h('nav', { 'epub:type': 'toc' }, [h('h1', 'Contents'), ...listOf(parts.flatMap((part) =>
    (part.title ? [h('li', [h('span', part.title), ...listOf(part.pages.map(pageItem))])]
      : part.pages.map(pageItem))))]),
  h('nav', { 'epub:type': 'landmarks', hidden: true }, [h('h2', 'Landmarks'), ...listOf([
    h('li', [h('a', { 'epub:type': 'cover', href: 'cover.xhtml' }, 'Cover')]),
    h('li', [h('a', { 'epub:type': 'bodymatter', href: 'index.xhtml' }, 'Text')]),
  ])]),
]);

const coverPage = ({ title }) => xhtml(title, { 'epub:type': 'cover', className: ['cover'] },
  [h('img', { src: 'cover.svg', alt: `Cover: ${title}` })]);

/** What a library and a reader who cannot see need to know. */
function metadataOf({ title, about, revision: { version, commit, date } }) {
  const day = /^\d/.test(date) ? date : '1970-01-01';
  const meta = (property, text) => x('meta', { property }, text);
  return x('metadata', { 'xmlns:dc': 'http://purl.org/dc/elements/1.1/' }, [
    x('dc:identifier', { id: 'id' }, `hypervisor-workbook-${version}`),
    x('dc:title', title),
    x('dc:language', 'en'),
    x('dc:creator', 'The Hypervisor Workbook authors'),
    x('dc:description', `${about} Version ${version}, commit ${commit}.`),
    x('dc:rights', 'Code and text are under the MIT license. Quotations keep their own.'),
    x('dc:date', day),
    meta('dcterms:modified', `${day}T00:00:00Z`),
    ...['textual', 'visual'].map((mode) => meta('schema:accessMode', mode)),
    meta('schema:accessModeSufficient', 'textual'),
    ...['tableOfContents', 'readingOrder', 'structuralNavigation', 'longDescription',
      'displayTransformability'].map((feature) => meta('schema:accessibilityFeature', feature)),
    meta('schema:accessibilityHazard', 'none'),
    meta('schema:accessibilitySummary', 'Each drawing has a description. Lines of code that a '
      + 'change removes begin with a minus, lines that it adds with a plus.'),
  ]);
}

/** The list of files, and their order. */
function packageOf(document) {
  const hasDrawing = ({ content }) => find(content, isTag('svg')) !== undefined;
  const page = 'application/xhtml+xml';
  const item = (id, href, type, more) => x('item', { id, href, 'media-type': type, ...more });
  return declared(x('package', {
    xmlns: 'http://www.idpf.org/2007/opf', version: '3.0', 'unique-identifier': 'id',
    'xml:lang': 'en',
  }, [
    metadataOf(document),
    x('manifest', [
      item('nav', 'nav.xhtml', page, { properties: 'nav' }),
      item('cover-image', 'cover.svg', 'image/svg+xml', { properties: 'cover-image' }),
      item('cover', 'cover.xhtml', page),
      item('title', 'title.xhtml', page),
      item('style', 'book.css', 'text/css'),
      ...document.pages.map((each) => item(each.id, fileOf(each), page,
        hasDrawing(each) ? { properties: 'svg' } : {})),
    ]),
    x('spine', ['cover', 'title', 'nav', ...document.pages.map(({ id }) => id)]
      .map((idref) => x('itemref', { idref }))),
  ]));
}

const container = declared(x('container', {
  version: '1.0', xmlns: 'urn:oasis:names:tc:opendocument:xmlns:container',
}, [x('rootfiles', [x('rootfile', {
  'full-path': 'book/package.opf', 'media-type': 'application/oebps-package+xml',
})])]));

/** @param document as readDocument gives it @returns the bytes of the EPUB */
export function epubOf(document) {
  document.pages.forEach((page) => adapt(page, document.places));
  const files = {
    'package.opf': packageOf(document),
    'nav.xhtml': navigation(document),
    'cover.xhtml': coverPage(document),
    'title.xhtml': xhtml(document.title, { 'epub:type': 'titlepage' }, titleOf(document)),
    'cover.svg': own('cover.svg'),
    'book.css': own('book.css') + own('epub.css'),
    ...Object.fromEntries(document.pages.map((page) => [fileOf(page), xhtml(page.title, {}, [
      h('section', { id: page.id, 'epub:type': page.isChapter ? 'chapter' : undefined },
        page.content.children),
    ])])),
  };
  const entries = Object.entries(files).map(([name, text]) => [`book/${name}`, strToU8(text)]);
  return zipSync({
    mimetype: [strToU8('application/epub+zip'), { level: 0 }],
    'META-INF/container.xml': strToU8(container),
    ...Object.fromEntries(entries),
  }, { level: 9, mtime: new Date(1980, 0, 1) });
}
