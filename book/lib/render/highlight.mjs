// The colours of code. Shiki reads a text once, with one theme in place of two: GitHub's light and
// dark themes of high contrast colour the same scopes, so that each pair of colours needs only a
// name. The name is a class, made of the pair itself, and theme.css gets it from here.
import { createHash } from 'node:crypto';
import { basename, extname } from 'node:path';
import { createHighlighter } from 'shiki';
import dark from 'shiki/themes/github-dark-high-contrast.mjs';
import light from 'shiki/themes/github-light-high-contrast.mjs';
import { remember } from '../remember.mjs';

export const themes = { light, dark };

const pairs = new Map(); // from the name, six hexadecimal digits, to the colours

/** The name of a pair of colours. */
function nameOf(colors) {
  const name = createHash('sha256').update(colors.join()).digest('hex').slice(0, 6);
  pairs.set(name, colors);
  return name;
}

const tokenColors = light.tokenColors.map(({ scope, settings }, index) => {
  const other = dark.tokenColors[index];
  if (String(scope) !== String(other.scope)) {
    throw new Error(`the themes of Shiki colour different scopes: ${scope} and ${other.scope}`);
  }
  const colors = [settings.foreground, other.settings.foreground];
  return { scope, settings: colors.includes(undefined) ? {} : { foreground: `#${nameOf(colors)}` } };
});
const plain = nameOf([light, dark].map(({ colors }) => colors['editor.foreground']));
const theme = {
  name: 'pairs',
  type: 'light',
  colors: { 'editor.foreground': `#${plain}`, 'editor.background': '#ffffff' },
  tokenColors,
};

/** The name of the pair that a scope has. */
const pairOf = (wanted) => tokenColors.findLast(({ scope }) => [scope].flat().includes(wanted))
  .settings.foreground.slice(1);
const silent = [pairOf('comment'), pairOf('string')];

const highlighter = await createHighlighter({
  themes: [theme],
  langs: ['cpp', 'riscv', 'make', 'c'],
});

const languages = {
  '.cpp': 'cpp', '.hpp': 'cpp', '.S': 'riscv', '.ld': 'c', '.dts': 'c', '.mk': 'make',
};

/** The language of a file: the grammar that reads it best. */
export const languageOf = (path) =>
  (basename(path) === 'Makefile' ? 'make' : languages[extname(path)] ?? 'text');

const classOf = (color) => {
  const name = color.slice(1).toLowerCase();
  return name === plain ? undefined : `t${name.slice(0, 4)}`;
};

const tokenise = remember((language, text) => highlighter
  .codeToTokensBase(text, { lang: language, theme: 'pairs' })
  .map((tokens) => tokens.map(({ content, color }) => ({
    text: content,
    class: classOf(color),
    isCode: !silent.includes(color.slice(1).toLowerCase()),
  }))));

/**
 * The lines of a text, each a list of { text, class, isCode }. What has no class has the colour of
 * plain text; what is no code is a comment or a string.
 * @param path of a file in that language
 */
export const tokensOf = (path, text) => tokenise(languageOf(path), text);

/** The style sheet of the classes. */
export const colorSheet = () => [...pairs].map(([name, [lightColor, darkColor]]) =>
  `.t${name.slice(0, 4)}{color:${lightColor}}.dark .t${name.slice(0, 4)}{color:${darkColor}}`)
  .join('\n');
