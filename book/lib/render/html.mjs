// HTML as text. No element here gets a `role`: Vue would not take a block with one for static, and
// a page's script would hold all of it.

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A text as HTML says it. */
export const escape = (text) => String(text).replace(/[&<>"]/g, (mark) => entities[mark]);

/** `1 line`, `2 lines`. */
export const count = (number, noun) =>
  `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;

/** A command, as a fenced block has it, with the theme's button that copies. */
export const shellHtml = (command) => '<div class="language-sh" v-pre><button title="Copy" '
  + 'class="copy"></button><span class="lang">sh</span><pre tabindex="0"><code>'
  + `<span class="line">${escape(command)}</span></code></pre></div>`;

/** A heading, with the link that it has to itself. */
export function headingHtml(level, id, title) {
  const text = escape(title);
  return `<h${level} id="${escape(id)}" tabindex="-1">${text} `
    + `<a class="header-anchor" href="#${encodeURI(id)}" aria-label="Permalink to “${text}”">`
    + `&#8203;</a></h${level}>`;
}

/** The text that HTML without tags stands for. */
export const unescape = (html) => html.replace(/&(?:amp|lt|gt|quot);/g, (entity) =>
  Object.keys(entities).find((mark) => entities[mark] === entity));

/** A text with `code` between backticks, and *words* with weight between stars. */
export const withCode = (text) => escape(text).replace(/`([^`]+)`|\*([^*]+)\*/g,
  (_, code, words) => (code ? `<code>${code}</code>` : `<em>${words}</em>`));
