// What can be left out of a style sheet without anybody seeing it.

// A custom property that is set: its name, its value and the semicolon.
const property = /(?<=[{;])(--[\w-]+):(?:"[^"]*"|'[^']*'|[^;{}"'])*(?:;|(?=}))/g;
const emptyRule = /[^{};]+\{\}/g;

/** The names of custom properties that a text has, where `before` stands before them. */
const namesIn = (text, before = '') =>
  [...text.matchAll(new RegExp(`${before}(--[\\w-]+)`, 'g'))].map(([, name]) => name);

/**
 * A style sheet without the custom properties that nothing reads, neither the sheet nor a script.
 * The theme sets hundreds of them: for buttons, advertisements, badges.
 * @param css as it is delivered, with no more white space than need be
 */
export function withoutUnread(css, scripts) {
  const inScripts = scripts.flatMap((code) => namesIn(code));
  for (let rest = css; ;) {
    const read = new Set([...inScripts, ...namesIn(rest, 'var\\(')]);
    const shorter = rest.replace(property, (all, name) => (read.has(name) ? all : ''))
      .replace(emptyRule, '');
    if (shorter === rest) {
      return rest;
    }
    rest = shorter;
  }
}
