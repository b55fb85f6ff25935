// A quotation of quotations.mjs, with where it stands.
import { refuse } from '../../../common/stairs/steps.mjs';
import { documents, quotations } from '../../quotations.mjs';
import { escape, withCode } from './html.mjs';
import { hrefOf } from './site.mjs';

/** Where a quotation stands: `Privileged spec 18.6.2`, `SBI 2.0, chapter 3`. */
function placeHtml({ document, section }) {
  const name = escape(documents[document].name);
  const link = `<a href="${hrefOf('specifications/#quotations')}">${name}</a>`;
  return `${link}${/^\d/.test(section) ? ' ' : ', '}${escape(section)}`;
}

/** A quotation by its name. */
export function quoteHtml(name) {
  const quotation = Object.hasOwn(quotations, name) ? quotations[name]
    : refuse(`there is no quotation ${name} in book/quotations.mjs`);
  return `<blockquote v-pre><p>${withCode(quotation.text)}</p><p>${placeHtml(quotation)}</p>`
    + '</blockquote>';
}

/** All quotations: of each document its licence and the quotations, with where they stand. */
export function quotationsHtml() {
  return Object.entries(documents).map(([key, { name, licence }]) => {
    const own = Object.values(quotations).filter(({ document }) => document === key);
    const items = own.map((each) => `<li>${withCode(each.text)} (${placeHtml(each)})</li>`);
    return own.length === 0 ? '' : `<p><strong>${escape(name)}</strong>, ${escape(licence)}:</p>`
      + `<ul v-pre>${items.join('')}</ul>`;
  }).join('');
}
