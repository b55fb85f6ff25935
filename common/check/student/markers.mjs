// Marks the places that a chapter changes, and takes the marks away again.
import { extname } from 'node:path';

const many = (count, verb) => `${count} line${count === 1 ? ` ${verb}s` : `s ${verb}`}`;

/** What happens at a place, in words. */
export const wordsFor = ({ removed, added }) => [
  removed.length > 0 ? many(removed.length, 'go').replace('gos', 'goes') : '',
  added.length > 0 ? many(added.length, 'come') : '',
].filter(Boolean).join(', ');

/** A comment of a line of its own. */
const comment = (path, words) => (extname(path) === '.ld' ? `/* ${words} */` : `// ${words}`);

const marker = /^(?:\/\/|\/\*) chapter \d+, place \d+: .*\n/gm;

/**
 * Marks a file.
 * @param {string} path its name, which tells how a comment looks
 * @param {object[]} places of changesOf, each with its `number`
 */
export function mark(path, text, places, chapter) {
  const lines = text.split('\n');
  for (const place of [...places].sort((one, other) => other.start - one.start)) {
    const words = `chapter ${chapter}, place ${place.number}: ${wordsFor(place)}`;
    lines.splice(place.start - 1, 0, comment(path, words));
  }
  return lines.join('\n');
}

/** The text without marks. */
export const unmark = (text) => text.replace(marker, '');
