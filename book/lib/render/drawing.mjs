// A drawing of a page: the SVG becomes part of the page, so that it takes the page's colours, and
// its numbers are those of the step and of its recorded runs.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuse } from '../../../common/stairs/steps.mjs';
import { bookDirectory, numberPattern } from '../page.mjs';
import { escape, unescape, withCode } from './html.mjs';
import { numberNamed } from './recorded.mjs';

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
 * @param step undefined outside of a chapter
 * @param rest `NAME "Caption."`; outside of a chapter NAME has its directory: `introduction/modes`
 */
export function drawingHtml(step, rest) {
  const [, place = step, name, caption] = /^(?:([\w-]+)\/)?([\w-]+) +"(.+)"$/.exec(rest)
    ?? refuse(`@@ drawing ${rest}: it has to be @@ drawing NAME "Caption."`);
  const directory = place ?? refuse(`outside of a chapter a drawing is named PAGE/${name}`);
  const file = `book/${directory}/${name}.svg`;
  const path = join(bookDirectory, directory, `${name}.svg`);
  if (!existsSync(path)) {
    refuse(`there is no ${file}`);
  }
  const source = readFileSync(path, 'utf8').trim();
  const [, fault] = wrong.find(([pattern]) => pattern.test(source)) ?? [];
  if (fault) {
    refuse(`${file}: ${fault}`);
  }
  const svg = source.replace(numbers, (_, number) => escape(numberNamed(step, unescape(number))));
  return `<figure class="drawing" v-pre>${svg}<figcaption>${withCode(caption)}</figcaption>`
    + '</figure>';
}
