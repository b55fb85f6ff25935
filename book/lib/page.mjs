// A page's Markdown: its headings and directives, with their lines. README.md says what they mean.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const bookDirectory = fileURLToPath(new URL('..', import.meta.url));

/** `@(name)` in a sentence or a drawing: a number. */
export const numberPattern = /@\(((?:"[^"]*"|\([^()]*\)|[^()"])+)\)/;

/** The address of a heading, and the same for whatever else gets one from its words. */
export const slugOf = (words) => words.toLowerCase().replace(/[^\w]+/g, '-').replace(/^-|-$/g, '');

/**
 * Reads a page.
 * @param name without `.md`
 * @returns undefined if there is no such page, else its `path`, its `text`, and what is on it:
 *   `sections`, each a heading { title, slug, level, line, parent }, and
 *   `directives`, each { kind, rest, line, section }: rest is what follows the kind, and section is
 *   the last heading before it. Lines count from 1; a parent is the heading of the next level up.
 */
export function readPage(name, directory = bookDirectory) {
  const path = join(directory, `${name}.md`);
  if (!existsSync(path)) {
    return undefined;
  }
  const text = readFileSync(path, 'utf8');
  const sections = [];
  const directives = [];
  let fence; // the marks that will end a block of code
  text.split('\n').forEach((content, index) => {
    const [marks] = /^(?:`{3,}|~{3,})/.exec(content) ?? [];
    if (marks && (fence === undefined || marks.startsWith(fence))) {
      fence = fence === undefined ? marks : undefined;
    }
    const line = index + 1;
    const heading = /^(#{1,6}) +(.*?) *$/.exec(content);
    const directive = /^@@ *(\S+)(?: +(.*?))? *$/.exec(content);
    if (fence === undefined && heading) {
      const [, { length: level }, title] = heading;
      const parent = sections.findLast((section) => section.level < level);
      sections.push({ title, slug: slugOf(title), level, line, parent });
    } else if (fence === undefined && directive) {
      const [, kind, rest = ''] = directive;
      directives.push({ kind, rest, line, section: sections.at(-1) });
    }
  });
  return { path, text, sections, directives };
}
