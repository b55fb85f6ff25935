// The variables that `make run` takes: the README's table, as a list, which a phone has room for.
import { withCode } from './html.mjs';
import { variables } from './readme.mjs';
import { hrefOf } from './site.mjs';

/** A cell, in which a link to a page of the book leads to that page of the site. */
const cellHtml = (text) => withCode(text).replace(/\[([^\]]+)\]\(book\/([\w-]+)\.md\)/g,
  (_, words, page) => `<a href="${hrefOf(`${page}/`)}">${words}</a>`);

export function variablesHtml() {
  const items = variables().map((cells) => cells.map(cellHtml)).map(([name, what, without]) =>
    `<dt>${name}</dt><dd>${what}. Without it: ${without}.</dd>`);
  return `<dl class="floor" v-pre>${items.join('')}</dl>`;
}
