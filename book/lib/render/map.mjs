// The map of the code: the README's floors, from the top down, with a link and a sentence for each
// of their files.
import { treeOf } from '../blame.mjs';
import { steps } from '../steps.mjs';
import { refuse } from '../../../common/stairs/steps.mjs';
import { slugOf } from '../page.mjs';
import { escape, headingHtml, withCode } from './html.mjs';
import { floors } from './readme.mjs';
import { fileHref } from './site.mjs';

const last = steps.at(-1);

/** The files that a name on a floor stands for: `vcpu` is vcpu.hpp and vcpu.cpp. */
function filesNamed(name) {
  const files = [...treeOf(last).keys()]
    .filter((path) => path === name || path.replace(/\.\w+$/, '') === name);
  return files.length > 0 ? files : refuse(`README.md names ${name}, but there is no such file`);
}

/**
 * The first sentence of the comment that a header begins with, or else the file beside it; with the
 * next one, if the first is a single word.
 */
function sentenceOf(files) {
  for (const path of [...files].sort((a, b) => b.endsWith('.hpp') - a.endsWith('.hpp'))) {
    const [comment = ''] = /^(\/\/.*\n)+|^\/\*[^]*?\*\//.exec(treeOf(last).get(path)) ?? [];
    const text = comment.replace(/^\/[/*]+ ?(@file *)?|\*\/$/gm, '').replace(/\s+/g, ' ').trim();
    const [sentence] = /^(?:\S+\. )?.*?\.(?= |$)/.exec(text) ?? [];
    if (sentence) {
      return sentence;
    }
  }
  return '';
}

/** The floors as lists. */
export const mapHtml = () => floors().map(({ floor, files }) => {
  const items = files.map((name) => {
    const paths = filesNamed(name);
    const links = paths.map((path) =>
      `<a href="${fileHref(last, path)}"><code v-pre>${escape(path)}</code></a>`);
    return `<dt>${links.join(', ')}</dt><dd>${withCode(sentenceOf(paths))}</dd>`;
  });
  const title = floor[0].toUpperCase() + floor.slice(1);
  return `${headingHtml(2, slugOf(floor), title)}<dl class="floor">${items.join('')}</dl>`;
}).join('');
