// What a table of contents says of a page: its sections, and theirs.
import { toString } from 'hast-util-to-string';
import { findAll } from './tree.mjs';

/** The headings of a page: { level, title, id }, with levels 2 and 3. */
const headingsOf = ({ content }) => findAll(content, ({ tagName }) => /^h[23]$/.test(tagName))
  .map((node) => ({
    level: Number(node.tagName[1]), title: toString(node), id: node.properties.id,
  }));

/** The sections of a page, each { title, id, sections }, with those of the third level in it. */
export function sectionsOf(page) {
  const sections = [];
  for (const { level, title, id } of headingsOf(page)) {
    const siblings = level === 3 && sections.length > 0 ? sections.at(-1).sections : sections;
    siblings.push({ title, id, sections: [] });
  }
  return sections;
}
