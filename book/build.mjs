// Builds the site and says how long that took: `make book`.
//   node build.mjs [DIRECTORY]     into build/book, or elsewhere
import { readdirSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { readParameters } from './lib/parameters.mjs';
import { runBookTool } from './lib/tool.mjs';

const root = fileURLToPath(new URL('.', import.meta.url));
const directory = resolve(process.argv[2] ?? `${root}/../build/book`);

runBookTool(async () => {
  const start = performance.now();
  readParameters();
  await build(root, { outDir: directory });
  const pages = readdirSync(directory, { recursive: true }).filter((path) => /\.html$/.test(path));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`book: ${pages.length} pages in ${relative('.', directory)}, made in ${seconds} s`);
});
