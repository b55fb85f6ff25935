// Builds the site and says how long that took: `make book`.
//   node build.mjs [DIRECTORY]     into build/book, or elsewhere
import { readdirSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vitepress';
import { kinds, makeEdition } from './editions/make.mjs';
import { writeTexts } from './editions/text.mjs';
import { readParameters } from './lib/parameters.mjs';
import { runBookTool } from './lib/tool.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const all = fileURLToPath(new URL('../build', import.meta.url));
const directory = resolve(process.argv[2] ?? `${all}/book`);

runBookTool(async () => {
  const start = performance.now();
  const { hasEditions } = readParameters();
  await build(here, {
    outDir: directory,
    // VitePress knows one place for what it needs on the way; two builds at a time need two.
    onAfterConfigResolve(config) {
      config.tempDir = `${all}/book-temp-${process.pid}`;
    },
  });
  await writeTexts(directory);
  const pages = readdirSync(directory, { recursive: true }).filter((path) => /\.html$/.test(path));
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`book: ${pages.length} pages in ${relative(resolve(all, '..'), directory)}, `
    + `made in ${seconds} s`);
  for (const kind of hasEditions ? kinds : []) {
    await makeEdition(kind, directory, directory);
  }
});
