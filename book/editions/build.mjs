// Makes an edition of the built site: `make book-pdf` and `make book-epub`.
//   node build.mjs pdf|epub [SITE [DIRECTORY]]     of build/book, into build; or of and into others
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readParameters } from '../lib/parameters.mjs';
import { runBookTool } from '../lib/tool.mjs';
import { makeEdition } from './make.mjs';

const built = fileURLToPath(new URL('../../build', import.meta.url));
const [kind, site = `${built}/book`, directory = built] = process.argv.slice(2);

runBookTool(() => {
  readParameters();
  return makeEdition(kind, resolve(site), resolve(directory));
});
