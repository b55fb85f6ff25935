// A drawing of a chapter: the SVG becomes part of the page, so that it takes the page's colours, and
// its numbers are those of the step and of its recorded runs.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuse } from '../../../common/steps.mjs';
import { bookDirectory, numberPattern } from '../page.mjs';
import { escape, unescape, withCode } from './html.mjs';
import { numberOf } from './recorded.mjs';

const numbers = new RegExp(numberPattern.source, 'g');

/** What a drawing must not be: a pattern, and what is said of it. */
const wrong = [
  [/^(?!<svg [^]*<\/svg>$)/, 'it has to be one element <svg>'],
  [/ role=/, 'without role='],
  [/^(?![^]*<title id="[^"]+">[^<]+<)/, 'it needs a <title id="…">'],
  [/^(?![^]*<desc id="[^"]+">[^<]+<)/, 'it needs a <desc id="…">, which tells it in words'],
  [/ (?:fill|stroke|color)="(?!none"|currentColor")|<style| style=/,
    'no colour but currentColor, so that it is seen in the dark as well'],
  [/0x[\da-f]{4,}/i, 'an address is typed, which the code does not keep true: @(hex …) does'],
];

/**
 * A drawing with its caption.
 * @param rest `NAME "Caption."`
 */
export function drawingHtml(step, rest) {
  const [, name, caption] = /^([\w-]+) +"(.+)"$/.exec(rest)
    ?? refuse(`@@ drawing ${rest}: it has to be @@ drawing NAME "Caption."`);
  const path = join(bookDirectory, step, `${name}.svg`);
  if (!existsSync(path)) {
    refuse(`there is no book/${step}/${name}.svg`);
  }
  const source = readFileSync(path, 'utf8').trim();
  const [, fault] = wrong.find(([pattern]) => pattern.test(source)) ?? [];
  if (fault) {
    refuse(`book/${step}/${name}.svg: ${fault}`);
  }
  const svg = source.replace(numbers, (_, number) => escape(numberOf(step, unescape(number))));
  return `<figure class="drawing" v-pre>${svg}<figcaption>${withCode(caption)}</figcaption>`
    + '</figure>';
}
