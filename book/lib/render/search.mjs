// What the search finds: chapters, the newest reference, and the last version of each file, whose
// sections are its symbols. Nothing is there twice.
import { treeOf } from '../blame.mjs';
import { linesOf, steps } from '../steps.mjs';
import { symbolsOf } from '../symbols.mjs';
import { remember } from '../remember.mjs';
import { titleOf } from './chapter.mjs';
import { subjectOf } from './subject.mjs';
import { escape } from './html.mjs';
import { searchReference } from './reference.mjs';
import { versionAt } from './site.mjs';

const last = steps.at(-1);

/** A heading as VitePress looks for it when it cuts a page into sections. */
const heading = (level, title, id = '') =>
  `<h${level}>${escape(title)}<a href="#${id}"></a></h${level}>`;

const lastSymbols = remember(() => symbolsOf(last));

const parts = ['function', 'class', 'struct', 'union', 'enum', 'label', 'section', 'target', 'node',
  'variable', 'typedef'];

/** The symbols of a file that do not lie within another one. */
function sectionsOf(path) {
  const symbols = lastSymbols().get(path).filter(({ kind }) => parts.includes(kind))
    .sort((one, other) => one.from - other.from || other.to - one.to);
  let end = 0;
  return symbols.filter(({ from, to }) => {
    const isOuter = from > end;
    end = Math.max(end, to);
    return isOuter;
  });
}

function searchFile(step, path) {
  if (treeOf(last).get(path) === undefined || versionAt(last, path) !== step) {
    return '';
  }
  const lines = linesOf(treeOf(last).get(path));
  const text = (from, to) => escape(lines.slice(from - 1, to).join('\n'));
  const sections = sectionsOf(path);
  let html = heading(1, path) + text(1, (sections[0]?.from ?? lines.length + 1) - 1);
  sections.forEach(({ name, from }, index) => {
    const to = (sections[index + 1]?.from ?? lines.length + 1) - 1;
    html += heading(2, name, `L${from}`) + text(from, to);
  });
  return html;
}

/** The HTML that is indexed of a page, by its path below book/; nothing for most pages. */
export async function searchHtml(source, env, md) {
  const { kind, step, path } = subjectOf(env.relativePath);
  const own = { ...env, isSearch: true };
  switch (kind) {
    case 'prose':
      return md.renderAsync(source, own);
    case 'chapter': {
      const html = await md.renderAsync(source, own);
      // Without a text, a heading would not be above those that follow.
      return heading(1, titleOf(step)) + escape(own.frontmatter.description) + html;
    }
    case 'file':
      return searchFile(step, path);
    case 'api':
      return step === last && path ? searchReference(step, path) : '';
    default:
      return '';
  }
}
