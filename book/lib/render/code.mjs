// Lines of code as HTML: coloured, with links from names to what they stand for, and with the words
// underlined that a change has replaced. There are tens of thousands of tokens, so their element is
// the shortest, and lines have no class.
import { escape } from './html.mjs';

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

/** A piece of a line of code, cut so that each name with an address stands alone. */
function withLinks(piece, line, linkOf) {
  let rest = 0;
  const parts = [];
  for (const { 0: name, index } of piece.text.matchAll(/[A-Za-z_]\w*/g)) {
    const at = piece.from + index;
    const before = line.slice(0, at);
    // The x of 0x100 is no name.
    const isWhole = !/\w$/.test(before) && !/^\w/.test(line.slice(at + name.length));
    const href = isWhole && linkOf(name, before, line);
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
  return name ? `<i class="${name}">${escape(text)}</i>` : escape(text);
}

/**
 * A line of code.
 * @param tokens as tokensOf gives them
 * @param linkOf gives the address for a name, or undefined: (name, the line up to it, the line)
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
      ? withLinks(piece, line, linkOf) : [piece];
    result += parts.map(html).join('');
  }
  return result + (wasMarked ? '</u>' : '');
}

/** Lines as they stand in a <pre>, one <span> each: the style sheet counts them. */
export const linesHtml = (lines, attributesOf = () => '') =>
  lines.map((html, index) => `<span${attributesOf(index)}>${html}\n</span>`).join('');
