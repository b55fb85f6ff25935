// The colours of code. Shiki reads a text once, with one theme in place of two: GitHub's light and
// dark themes of high contrast colour the same scopes, so that each pair of colours needs only a
// number. The number is a class, and the style sheet of the classes is made here.
import { basename, extname } from 'node:path';
import { createHighlighter } from 'shiki';
import dark from 'shiki/themes/github-dark-high-contrast.mjs';
import light from 'shiki/themes/github-light-high-contrast.mjs';
import { remember } from '../remember.mjs';

export const themes = { light, dark };

const pairs = [];

/** A pair of colours, in place of a colour: #000012 is the eighteenth. */
function colorOf(...pair) {
  if (!pairs.some((each) => String(each) === String(pair))) {
    pairs.push(pair);
  }
  const index = pairs.findIndex((each) => String(each) === String(pair));
  return `#${index.toString(16).padStart(6, '0')}`;
}

const foreground = colorOf(...[light, dark].map(({ colors }) => colors['editor.foreground']));
const tokenColors = light.tokenColors.map(({ scope, settings }, index) => {
  const other = dark.tokenColors[index];
  if (String(scope) !== String(other.scope)) {
    throw new Error(`the themes of Shiki colour different scopes: ${scope} and ${other.scope}`);
  }
  const pair = [settings.foreground, other.settings.foreground];
  return { scope, settings: pair.includes(undefined) ? {} : { foreground: colorOf(...pair) } };
});

/** The colour that a scope has. */
const colorOfScope = (wanted) => tokenColors
  .findLast(({ scope }) => [scope].flat().includes(wanted)).settings.foreground;
const silent = [colorOfScope('comment'), colorOfScope('string')];

const highlighter = await createHighlighter({
  themes: [{
    name: 'pairs',
    type: 'light',
    colors: { 'editor.foreground': foreground, 'editor.background': '#ffffff' },
    tokenColors,
  }],
  langs: ['cpp', 'riscv', 'make', 'c'],
});

const languages = {
  '.cpp': 'cpp', '.hpp': 'cpp', '.S': 'riscv', '.ld': 'c', '.dts': 'c', '.mk': 'make',
};

/** The language of a file: the grammar that reads it best. */
const languageOf = (path) =>
  (basename(path) === 'Makefile' ? 'make' : languages[extname(path)] ?? 'text');

const classOf = (color) => `t${Number.parseInt(color.slice(1), 16)}`;

/** On a busy machine a line would come to the limit that is usual, and lose its colours. */
const timeless = { tokenizeTimeLimit: 0 };

/** For VitePress, which highlights what stands in a page itself. */
export const withoutTimeLimit = {
  name: 'without-time-limit',
  preprocess(code, options) {
    Object.assign(options, timeless);
  },
};

const tokenise = remember((language, text) => highlighter
  .codeToTokensBase(text, { lang: language, theme: 'pairs', ...timeless })
  .map((tokens) => tokens.map(({ content, color }) => {
    const isCode = !silent.includes(color.toLowerCase());
    // Without words it is an operator: there are many, and nobody looks for them.
    const isPlain = color === foreground || (isCode && !/\w/.test(content));
    return { text: content, class: isPlain ? undefined : classOf(color), isCode };
  })));

/**
 * The lines of a text, each a list of { text, class, isCode }. What has no class has the colour of
 * plain text; what is no code is a comment or a string.
 * @param path of a file in that language
 */
export const tokensOf = (path, text) => tokenise(languageOf(path), text);

/** The style sheet of the classes. Paper is always light. */
export function colorSheet() {
  const rules = (selector, side) => pairs
    .map((pair, index) => `${selector}.t${index}{color:${pair[side]}}`).join('');
  return `${rules('', 0)}@media not print{${rules('.dark ', 1)}}`;
}
