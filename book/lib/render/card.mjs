// The card that others show beside a link to the book: `book/card.svg` as an image of pixels, since
// they take nothing else. Its letters come with the packages, so it is the same on every machine.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Resvg, initWasm } from '@resvg/resvg-wasm';
import { bookDirectory } from '../page.mjs';

/** Its name in the site, and its size: what those who show it ask for. */
export const card = { file: 'card.png', width: 1200, height: 630 };

const { resolve } = createRequire(import.meta.url);
const read = (file) => readFileSync(resolve(file));

const fonts = [['sans', 400], ['sans', 600], ['mono', 400]].map(([family, weight]) =>
  `@fontsource/ibm-plex-${family}/files/ibm-plex-${family}-latin-${weight}-normal.woff2`);

let ready; // once the module is there; it can be loaded once only

/** The bytes of the image. */
export async function drawCard() {
  ready ??= initWasm(read('@resvg/resvg-wasm/index_bg.wasm'));
  await ready;
  const drawing = new Resvg(readFileSync(join(bookDirectory, 'card.svg'), 'utf8'), {
    fitTo: { mode: 'width', value: card.width },
    font: { fontBuffers: fonts.map(read), loadSystemFonts: false },
  });
  return drawing.render().asPng();
}
