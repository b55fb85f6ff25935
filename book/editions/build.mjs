// Makes the editions of a built site: `make book-pdf` and `make book-epub`.
//   node build.mjs pdf|epub… [SITE]     of build/book, or of a site elsewhere, into build/
import { mkdirSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readParameters } from '../lib/parameters.mjs';
import { runBookTool } from '../lib/tool.mjs';
import { readDocument } from './document.mjs';
import { epubOf } from './epub.mjs';
import { pdfOf } from './pdf.mjs';

const makers = { epub: epubOf, pdf: pdfOf };

const root = fileURLToPath(new URL('../..', import.meta.url));
const [kind, site = `${root}/build/book`, directory = `${root}/build`] = process.argv.slice(2);

runBookTool(async () => {
  readParameters();
  const start = performance.now();
  const document = readDocument(resolve(site));
  const bytes = await makers[kind](document);
  const path = resolve(directory, `hypervisor-workbook.${kind}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, bytes);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`book: ${relative(root, path)}, ${(bytes.length / 1e6).toFixed(1)} MB, `
    + `made in ${seconds} s`);
});
