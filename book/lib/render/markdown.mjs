// What the book's Markdown has beyond the usual: directives, numbers of recorded runs, and headings
// that say what came of their state. README.md says how they are written.
import { join, relative } from 'node:path';
import { readRuns } from '../../record/runs.mjs';
import { chapterOf } from '../blame.mjs';
import { bookDirectory, numberPattern } from '../page.mjs';
import { resultHtml } from './chapter.mjs';
import { directiveHtml } from './directives.mjs';
import { escape } from './html.mjs';
import { numberNamed, resultOf } from './recorded.mjs';
import { sourcesOf } from './sources.mjs';
import { subjectOf } from './subject.mjs';

/** A line `@@ kind rest` is a directive. */
function directiveRule(state, line, end, silent) {
  const text = state.src.slice(state.bMarks[line], state.eMarks[line]);
  const [, kind, rest = ''] = /^@@ *(\S+)(?: +(.*?))? *$/.exec(text) ?? [];
  if (kind === undefined) {
    return false;
  }
  if (!silent) {
    const token = state.push('directive', '', 0);
    token.map = [line, line + 1];
    token.meta = { kind, rest };
    state.line = line + 1;
  }
  return true;
}

const number = new RegExp(numberPattern.source, 'y');

/** `@(name)` in a sentence is a number. */
function numberRule(state, silent) {
  number.lastIndex = state.pos;
  const [all, name] = number.exec(state.src) ?? [];
  if (all === undefined) {
    return false;
  }
  if (!silent) {
    state.push('number', '', 0).meta = { name };
  }
  state.pos += all.length;
  return true;
}

/** Tells the parts of a line of text, which know nothing of it, which line they are in. */
function lineRule({ tokens }) {
  let line = 0;
  for (const { map, children } of tokens.filter(({ type }) => type === 'inline')) {
    [line] = map ?? [line];
    for (const child of children) {
      line += /break$/.test(child.type) ? 1 : 0;
      child.map = [line, line + 1];
    }
  }
}

/** Links lead to folders: `threat-model.md` and `/threat-model` are both `/threat-model/`. */
function linkRule({ tokens }) {
  for (const link of tokens.flatMap(({ children }) => children ?? [])) {
    const [, page, id = ''] = /^(?:\.?\/)?([\w-]+(?:\/[\w-]+)*)(?:\.md|\/)?(#.*)?$/
      .exec(link.attrGet('href') ?? '') ?? [];
    if (link.type === 'link_open' && page) {
      link.attrSet('href', `/${page}/${id}`);
    }
  }
}

/** The site's own parts around a chapter, and in its headings what came of each state. */
function chapterRule({ tokens, env, Token }) {
  const { kind, step } = subjectOf(env.relativePath);
  if (kind !== 'chapter') {
    return;
  }
  const { states } = chapterOf(step);
  tokens.forEach(({ type }, index) => {
    const inline = tokens[index + 1];
    if (type === 'heading_open' && states.some(({ section }) => section === inline.content)) {
      const token = new Token('result', '', 0);
      token.map = inline.map;
      token.meta = { section: inline.content };
      const permalink = inline.children.findLastIndex((child) => child.type === 'link_open');
      inline.children.splice(permalink, 0, token);
    }
  });
  const directive = (name) => Object.assign(new Token('directive', '', 0),
    { map: [0, 1], meta: { kind: name, rest: '' } });
  tokens.unshift(directive('head'));
  tokens.push(directive('end'));
}

/** The line of a token in the file: the front matter is no part of what is rendered. */
function lineIn({ source, content = source }, { map: [line] }) {
  const linesIn = (text) => text.split('\n').length;
  return 1 + line + linesIn(source) - linesIn(content);
}

/**
 * Extends a markdown-it.
 * @param isStrict whether a page that is wrong is refused; else it says itself what is wrong
 */
export function extendMarkdown(md, { isStrict }) {
  md.block.ruler.before('fence', 'directive', directiveRule,
    { alt: ['paragraph', 'reference', 'blockquote', 'list'] });
  md.inline.ruler.before('link', 'number', numberRule);
  md.core.ruler.push('lines', lineRule);
  md.core.ruler.push('links', linkRule);
  md.core.ruler.push('chapter', chapterRule);

  /** A renderer that may find out that what the page asks for is not there. */
  const guarded = (render) => (tokens, index, options, env) => {
    try {
      return render(tokens[index], env, { ...subjectOf(env.relativePath), runs: env.runs });
    } catch (error) {
      if (error.name !== 'Refusal') {
        throw error;
      }
      const line = lineIn(env, tokens[index]);
      env.faults.push({ line, message: error.message });
      return `<b class="fault">${line}: ${escape(error.message)}</b>`;
    }
  };
  Object.assign(md.renderer.rules, {
    directive: guarded((token, env, subject) =>
      directiveHtml({ ...token.meta, line: lineIn(env, token) }, subject, env.isSearch)),
    number: guarded(({ meta }, env, { step }) => escape(numberNamed(step, meta.name))),
    result: guarded(({ meta }, env, { step }) =>
      (env.isSearch ? '' : resultHtml(resultOf(step, meta.section)))),
    code_inline: (tokens, index) => `<code v-pre>${escape(tokens[index].content)}</code>`,
  });

  const renderAsync = md.renderAsync.bind(md);
  md.renderAsync = async (source, env) => {
    const { kind, step } = subjectOf(env.relativePath);
    env.source = source;
    env.faults = kind === 'chapter' ? [...chapterOf(step).errors] : [];
    env.runs = ['chapter', 'solutions'].includes(kind) ? (await readRuns(step)).runs : {};
    (env.includes ??= []).push(...sourcesOf(env.relativePath));
    const changes = faultsHtml(env.faults);
    const html = await renderAsync(source, env);
    if (env.faults.length > 0 && isStrict) {
      throw refusal(env);
    }
    return changes + html;
  };
}

/** What is wrong with a chapter's changes, above all that it shows. */
const faultsHtml = (faults) => faults
  .map(({ line, message }) => `<p><b class="fault">${line}: ${escape(message)}</b></p>`).join('');

/** What is wrong with a page, a line for each fault. */
function refusal({ relativePath, faults }) {
  const page = join(bookDirectory, relativePath.replace(/\/index\.md$/, '.md'));
  const lines = faults.sort((a, b) => a.line - b.line)
    .map(({ line, message }) => `${relative(process.cwd(), page)}:${line}: ${message}`);
  return Object.assign(new Error(lines.join('\n')), { name: 'Refusal' });
}
