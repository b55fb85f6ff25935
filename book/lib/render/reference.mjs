// The pages of the reference: for each step one that lists its headers, and one for each header
// with what it declares. An address is made of names only: /api/07-hypercall/vcpu/#Vcpu::run.
import { number, refuse } from '../../../common/stairs/steps.mjs';
import { versionsOf } from '../blame.mjs';
import { isConstant, nameOf, readReference, textOf } from '../reference.mjs';
import { remember } from '../remember.mjs';
import { linesOf, steps } from '../steps.mjs';
import { lineHtml } from './code.mjs';
import { tokensOf } from './highlight.mjs';
import { escape, headingHtml } from './html.mjs';
import { chapterHref, fileHref, referenceHref } from './site.mjs';

/** The address of a header in the reference of a step, or of what it declares. */
const entryHref = (step, header, id) =>
  `${referenceHref(step)}${nameOf(header)}/${id ? `#${encodeURI(id)}` : ''}`;

const all = (entries) => entries.flatMap((entry) => [entry, ...all(entry.entries)]);

/** A step's reference, with what its words can mean: by Doxygen's ids, and by name. */
const referenceOf = remember((step) => {
  const headers = readReference(step);
  const byId = new Map();
  const byName = new Map();
  for (const { path, refid, entries } of headers) {
    byId.set(refid, { name: path, href: entryHref(step, path) });
    for (const { refid: own, id, name } of all(entries)) {
      const meaning = { name, id, href: entryHref(step, path, id) };
      byId.set(own, meaning);
      byName.set(name, byName.get(name) ?? meaning);
    }
  }
  return { step, headers, byId, byName };
});

/** What Doxygen takes a word for: some versions link words like `constexpr` too. */
function referred({ byId }, refid, word) {
  const meaning = byId.get(refid);
  const isThat = meaning?.name.split('::').at(-1) === word.split('::').at(-1).replace(/\(.*/, '');
  return isThat ? meaning : undefined;
}

/** What a name in the comment of an entry stands for: looked for in its scope, then further out. */
function meaningOf({ byName }, name, entry) {
  if (entry.parameters?.includes(name) || !/^[\w:]+$/.test(name)) {
    return undefined;
  }
  const scope = entry.name?.split('::') ?? [];
  return scope.map((_, index) => [...scope.slice(0, scope.length - index), name].join('::'))
    .concat(name).map((candidate) => byName.get(candidate))
    .find((meaning) => meaning !== undefined && meaning.id !== entry.id);
}

const linkTo = (meaning, html) => (meaning ? `<a href="${meaning.href}">${html}</a>` : html);

/** What a comment has within its paragraphs, as HTML. */
function inlineHtml(reference, node, entry) {
  if (typeof node === 'string') {
    return escape(node);
  }
  const html = inlinesHtml(reference, node.children, entry);
  switch (node.name) {
    case 'computeroutput':
      return linkTo(meaningOf(reference, textOf(node), entry), `<code>${html}</code>`);
    case 'ref':
      return linkTo(referred(reference, node.attributes.refid, textOf(node)), html);
    case 'emphasis':
      return `<em>${html}</em>`;
    case 'bold':
      return `<strong>${html}</strong>`;
    default:
      return refuse(`a comment has what the reference has no form for: Doxygen's <${node.name}>`);
  }
}

const inlinesHtml = (reference, nodes, entry) =>
  nodes.map((node) => inlineHtml(reference, node, entry)).join('');

/** Lines of a block as they are; none is blank, which would end the HTML for Markdown. */
const preformatted = (lines) => lines.join('&#10;');

const blocks = {
  verbatim: (reference, node) => '<pre class="ascii" tabindex="0">'
    + `${preformatted(escape(textOf(node).replace(/\s+$/, '')).split('\n'))}</pre>`,
  parameterlist: (reference, { children }, entry) => {
    const items = children.filter(({ name }) => name === 'parameteritem').map((item) => {
      const [names, description] = item.children.filter(({ name }) => name !== undefined);
      const text = description.children.flatMap((paragraph) => paragraph.children ?? []);
      return `<li><code>${escape(textOf(names).trim())}</code> `
        + `${inlinesHtml(reference, text, entry)}</li>`;
    });
    return `<ul>${items.join('')}</ul>`;
  },
  itemizedlist: (reference, { children }, entry) => {
    const items = children.filter(({ name }) => name === 'listitem')
      .map((item) => `<li>${commentHtml(reference, { ...entry, comment: item.children })}</li>`);
    return `<ul>${items.join('')}</ul>`;
  },
};

/** The comment of an entry or a header. Doxygen's paragraphs may have blocks within. */
function commentHtml(reference, entry) {
  return entry.comment.flatMap(({ children = [] }) => {
    const parts = [];
    for (const node of children) {
      const isBlock = Object.hasOwn(blocks, node.name ?? '');
      if (isBlock || parts.at(-1)?.isBlock !== false) {
        parts.push({ isBlock, nodes: [] });
      }
      parts.at(-1).nodes.push(node);
    }
    return parts.map(({ isBlock, nodes }) => {
      const text = isBlock ? '' : inlinesHtml(reference, nodes, entry).trim();
      return isBlock ? blocks[nodes[0].name](reference, nodes[0], entry) : text && `<p>${text}</p>`;
    });
  }).join('');
}

/** What comes behind a declaration. */
const stops = {
  variable: /;/,
  enumerator: /,|\s*\/\/|\s*\}|$/m,
  function: /;|\s*\{|\s+:(?!:)/,
};

/** Where a declaration stands: its lines, counted from 0, and where it ends in the last one. */
function extentOf(lines, { line, kind }) {
  let from = line - 1;
  while (/^\s*template\b/.test(lines[from - 1] ?? '')) {
    --from;
  }
  const text = lines.slice(from).join('\n');
  const [own] = text.slice(0, text.search(stops[kind] ?? /;|\s*\{/)).split('\n\n');
  const rows = own.split('\n');
  return { from, to: from + rows.length, end: rows.at(-1).length };
}

/** The tokens of a line from one column to another. */
function cut(tokens, from, to) {
  let start = 0;
  return tokens.map((token) => {
    const text = token.text.slice(Math.max(0, from - start), Math.max(0, to - start));
    start += token.text.length;
    return { ...token, text };
  }).filter(({ text }) => text !== '');
}

/** A declaration as it stands in the header, its types linked, with the line where it is. */
function declarationHtml(reference, header, entry, id = '') {
  const lines = linesOf(header.text);
  const { from, to, end } = extentOf(lines, entry);
  const indent = lines[from].search(/\S/);
  const isOwn = (meaning) => meaning.id === entry.id || entry.name.startsWith(`${meaning.id}::`);
  const linkOf = (name) => {
    const meaning = referred(reference, entry.references.get(name), name);
    return meaning && !isOwn(meaning) ? meaning.href : undefined;
  };
  const code = tokensOf(header.path, header.text).slice(from, to).map((tokens, index) =>
    lineHtml(cut(tokens, indent, index === to - from - 1 ? end : Infinity), { linkOf }));
  const place = fileHref(reference.step, header.path, entry.line);
  return `<div class="declaration"${id && ` id="${escape(id)}"`}>`
    + `<pre><code>${preformatted(code)}</code></pre>`
    + `<a class="place" href="${place}">line ${entry.line}</a></div>`;
}

/**
 * Constants, members and enumerators in groups that share a comment: those in one line, and those
 * right below one whose comment stands above it.
 */
function groupsOf(header, entries) {
  const lines = linesOf(header.text);
  const groups = [];
  for (const entry of entries) {
    const group = groups.at(-1);
    const last = group?.at(-1);
    const isCommentAbove = group && /^\s*\/\/\//.test(lines[group[0].line - 2] ?? '');
    const isBelow = isCommentAbove && entry.comment.length === 0 && entry.line === last.line + 1;
    if (group && (entry.line === last.line || isBelow)) {
      group.push(entry);
    } else {
      groups.push([entry]);
    }
  }
  return groups;
}

/** Constants, members or enumerators, as a list. */
function constantsHtml(reference, header, entries) {
  const items = groupsOf(header, entries).map((group) => {
    const declarations = group.map((entry, index) => {
      const isSame = index > 0 && group[index - 1].line === entry.line;
      return isSame ? `<span id="${escape(entry.id)}"></span>`
        : declarationHtml(reference, header, entry, entry.id);
    });
    const comments = group.map((entry) => commentHtml(reference, entry));
    return `<li>${declarations.join('')}${comments.join('')}</li>`;
  });
  return items.length > 0 ? `<ul class="constants">${items.join('')}</ul>` : '';
}

/** A type, function or namespace, with all that is in it. */
function entryHtml(reference, header, entry, level) {
  const overridden = reference.byId.get(entry.overridden);
  return headingHtml(level, entry.id, entry.name)
    + (entry.kind === 'namespace' ? '' : declarationHtml(reference, header, entry))
    + commentHtml(reference, entry)
    + (overridden ? `<p>Overrides ${linkTo(overridden, escape(overridden.name))}.</p>` : '')
    + entriesHtml(reference, header, entry.entries, level + 1);
}

const entriesHtml = (reference, header, entries, level) =>
  constantsHtml(reference, header, entries.filter(isConstant))
  + entries.filter((entry) => !isConstant(entry))
    .map((entry) => entryHtml(reference, header, entry, level)).join('');

const stepsHtml = (step, among, hrefOf) => '<ul class="versions"><li>As of chapter</li>'
  + among.map((each) => `<li><a href="${hrefOf(each)}"${
    each === step ? ' aria-current="page"' : ''}>${each.slice(0, 2)}</a></li>`).join('') + '</ul>';

/** A header of a step, by its name. */
const headerOf = ({ headers }, name) => headers.find(({ path }) => nameOf(path) === name);

/** The page of a header. It refuses one that leaves a type or function without a comment. */
export function headerPageHtml(step, name) {
  const reference = referenceOf(step);
  const header = headerOf(reference, name);
  const { path, entries, errors } = header;
  if (errors.length > 0) {
    refuse(errors.join('\n'));
  }
  return headingHtml(1, path, path)
    + stepsHtml(step, versionsOf(path), (each) => entryHref(each, path))
    + `<div class="reference" v-pre>${commentHtml(reference, header)}`
    + `<p><a href="${fileHref(step, path)}">The whole file</a>, `
    + `<a href="${referenceHref(step)}">all headers of chapter ${number(step)}</a></p>`
    + (entries.some(isConstant) ? headingHtml(2, 'constants', 'Constants') : '')
    + `${entriesHtml(reference, header, entries, 2)}</div>`;
}

/** What a header declares, as links; of functions with one name the first. */
function namesHtml({ step }, { path, entries }) {
  const links = entries.flatMap((entry) => (entry.kind === 'namespace' ? entry.entries : [entry]))
    .filter(({ id, name }) => id === name)
    .map(({ id }) => `<a href="${entryHref(step, path, id)}">${escape(id)}</a>`);
  return `<p class="names">${links.join(', ')}</p>`;
}

/** The page with the headers of a step. */
export function referencePageHtml(step) {
  const reference = referenceOf(step);
  const items = reference.headers.map((header) =>
    `<li><a href="${entryHref(step, header.path)}"><code>${header.path}</code></a> `
    + `${commentHtml(reference, header)}${namesHtml(reference, header)}</li>`);
  return headingHtml(1, 'reference', titleOfReference(step))
    + stepsHtml(step, steps, referenceHref)
    + `<div class="reference" v-pre><p>What the headers declare, as `
    + `<a href="${chapterHref(step)}">chapter ${number(step)}</a> leaves them`
    + (items.length > 0 ? `.</p><ul class="headers">${items.join('')}</ul></div>`
      : ': there are none yet.</p></div>');
}

const titleOfReference = (step) => `The reference of chapter ${number(step)}`;

/** A text that a search engine shows whole: at most 160 letters. */
const shortened = (text) =>
  (text.length <= 160 ? text : `${text.slice(0, 158).replace(/[\s,;:]+\S*$/, '')} …`);

/** What VitePress is to know of a page of the reference. */
export function describeReference(step, name) {
  return name === undefined ? {
    title: titleOfReference(step),
    description: `What the hypervisor's headers declare, as chapter ${number(step)} leaves them.`,
  } : {
    title: `${name}.hpp in the reference of chapter ${number(step)}`,
    description: shortened(`Header ${name}.hpp in chapter ${number(step)}: `
      + headerOf(referenceOf(step), name).comment.map(textOf).join(' ').trim()),
  };
}

/** The HTML that is indexed of a header's page. */
export const searchReference = (step, name) => headerPageHtml(step, name)
  .replace(/<a class="place".*?<\/a>|<ul class="versions">.*?<\/ul>/g, '');
