// Makes an edition of a built site, as one file, and says what it has made.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDocument } from './document.mjs';
import { epubOf } from './epub.mjs';
import { pdfOf } from './pdf.mjs';

const makers = { pdf: pdfOf, epub: epubOf };
const root = fileURLToPath(new URL('../..', import.meta.url));

export const kinds = Object.keys(makers);
export const nameOf = (kind) => `hypervisor-workbook.${kind}`;

/**
 * Makes an edition.
 * @param kind `pdf` or `epub`
 * @param site the directory of the built site
 * @param directory where the file is put
 */
export async function makeEdition(kind, site, directory) {
  const start = performance.now();
  const bytes = await makers[kind](readDocument(site));
  const path = join(directory, nameOf(kind));
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, bytes);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`book: ${relative(root, path)}, ${(bytes.length / 1e6).toFixed(1)} MB, `
    + `made in ${seconds} s`);
}
