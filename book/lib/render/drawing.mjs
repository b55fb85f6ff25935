// A drawing of a chapter: the SVG becomes part of the page, so that it takes the page's colours.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refuse } from '../../../common/steps.mjs';
import { bookDirectory } from '../page.mjs';
import { withCode } from './html.mjs';

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
  const svg = readFileSync(path, 'utf8').trim();
  if (!svg.startsWith('<svg ') || !svg.endsWith('</svg>') || / role=/.test(svg)) {
    refuse(`book/${step}/${name}.svg has to be one element <svg>, without role=`);
  }
  return `<figure class="drawing" v-pre>${svg}<figcaption>${withCode(caption)}</figcaption>`
    + '</figure>';
}
