// The glossary: each term with what it is, where it is introduced, and the specification's word.
import { number, refuse } from '../../../common/stairs/steps.mjs';
import { glossary } from '../../glossary.mjs';
import { slugOf } from '../page.mjs';
import { introductionsOf, pagesInOrder } from '../terms.mjs';
import { escape, headingHtml, withCode } from './html.mjs';
import { titleOf } from './chapter.mjs';
import { hrefOf } from './site.mjs';

const letterOf = (term) => term[0].toUpperCase();

/** A link to the section that introduces a term, with the name of its page. */
function placeHtml({ page: { name }, section }) {
  const text = /^\d/.test(name) ? `Chapter\u00a0${number(name)}` : titleOf(name);
  return `<a href="${hrefOf(`${name}/${section ? `#${section.slug}` : ''}`)}">${escape(text)}</a>`;
}

/** A term with its own address. */
function termHtml(term, introduction) {
  const { specification } = glossary[term];
  const word = specification ? ` In the specification: ${withCode(specification)}.` : '';
  const id = slugOf(term);
  return `<dt id="${id}" tabindex="-1"><a href="#${id}">${escape(term)}</a></dt>`
    + `<dd>${withCode(introduction.sentence)}${word} ${placeHtml(introduction)}.</dd>`;
}

/** All terms, by the alphabet, with a heading for each letter. */
export function glossaryHtml() {
  const introductions = introductionsOf(glossary, pagesInOrder());
  const terms = Object.keys(glossary).sort((a, b) => a.localeCompare(b, 'en'));
  const items = terms.map((term) => ({
    letter: letterOf(term),
    html: termHtml(term, introductions.get(term)
      ?? refuse(`book/glossary.mjs: ${term} is in italics on no page`)),
  }));
  return [...new Set(terms.map(letterOf))].map((letter) => {
    const own = items.filter((item) => item.letter === letter).map(({ html }) => html);
    return headingHtml(2, `letter-${letter.toLowerCase()}`, letter)
      + `<dl class="glossary" v-pre>${own.join('')}</dl>`;
  }).join('');
}
