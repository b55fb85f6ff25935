// Lines of code as HTML: coloured, with links from names to what they stand for, and with the words
// underlined that a change has replaced.
import { escape } from './html.mjs';
import { tokensOf } from './highlight.mjs';

/** Cuts a list of { text, … } where `places`, counted from the beginning of the line, say. */
function cutAt(pieces, places) {
  let start = 0;
  return pieces.flatMap((piece) => {
    const end = start + piece.text.length;
    const cuts = [start, ...places.filter((place) => start < place && place < end), end];
    const parts = cuts.slice(1).map((to, index) => ({
      ...piece, from: cuts[index], text: piece.text.slice(cuts[index] - start, to - start),
    }));
    start = end;
    return parts;
  });
}

/** The names in a piece of code, each with what stands before it and an address if it has one. */
function withLinks(piece, before, linkOf) {
  let rest = 0;
  const parts = [];
  for (const { 0: name, index } of piece.text.matchAll(/[A-Za-z_]\w*/g)) {
    const href = linkOf(name, before + piece.text.slice(0, index));
    if (href) {
      parts.push({ ...piece, text: piece.text.slice(rest, index) });
      parts.push({ ...piece, text: name, href });
      rest = index + name.length;
    }
  }
  return [...parts, { ...piece, text: piece.text.slice(rest) }].filter(({ text }) => text !== '');
}

function html({ text, class: name, href }) {
  if (href) {
    return `<a href="${href}"${name ? ` class="${name}"` : ''}>${escape(text)}</a>`;
  }
  return name ? `<span class="${name}">${escape(text)}</span>` : escape(text);
}

/**
 * A line of code.
 * @param tokens as tokensOf gives them
 * @param linkOf gives the address for a name, or undefined: (name, the line up to it)
 * @param marks what to underline: [from, to) in characters of the line
 */
export function lineHtml(tokens, { linkOf, marks = [] } = {}) {
  const line = tokens.map(({ text }) => text).join('');
  const pieces = cutAt(tokens, marks.flat());
  const isMarked = ({ from }) => marks.some(([start, end]) => start <= from && from < end);
  let result = '';
  let wasMarked = false;
  for (const piece of pieces) {
    const marked = isMarked(piece);
    if (marked !== wasMarked) {
      result += marked ? '<u>' : '</u>';
    }
    wasMarked = marked;
    const parts = linkOf && piece.isCode
      ? withLinks(piece, line.slice(0, piece.from), linkOf) : [piece];
    result += parts.map(html).join('');
  }
  return result + (wasMarked ? '</u>' : '');
}

/** The lines of a text in the language of `path`, each as HTML. */
export const linesHtml = (path, text, options) =>
  tokensOf(path, text).map((tokens) => lineHtml(tokens, options));
