// What the site has of what was built: README.md says what that is. It is read by what makes the
// pages, so it needs no compiler.
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { refuse } from '../../common/stairs/steps.mjs';
import { hashOf, manifestPath, storedPath } from './store.mjs';

/** Whether the pages run anything: `make book RUN=` leaves it out. */
export const hasRuns = process.env.RUN !== '';

let known;

/** What was built: { all, shipped }, the latter the text of the manifest; nothing without runs. */
function read() {
  if (hasRuns && known === undefined) {
    if (!fs.existsSync(manifestPath)) {
      refuse('what the pages run is not built: make book does that; with RUN= it is left out');
    }
    const all = JSON.parse(fs.readFileSync(manifestPath, 'utf8'));
    // Each page loads it: without the sizes of all files it is a third smaller.
    known = { all, shipped: JSON.stringify({ ...all, files: undefined }) };
  }
  return known;
}

/** The manifest's place in the site; undefined without runs. */
export const manifestFile = () => read() && `live/manifest-${hashOf(read().shipped)}.bin`;

/** The files that the manifest names: from each to { size, gzipped }, in bytes. */
export const fileSizes = () => read()?.all.files ?? {};

const texts = fileURLToPath(new URL('licences/', import.meta.url));

/** The place of a licence's text in the site. */
export const licenceFile = (name) => `live/${name}.txt`;

/** The files of the site: { fileName, content: a function }. */
export const liveFiles = () => (hasRuns ? [
  { fileName: manifestFile(), content: () => gzipSync(read().shipped, { level: 9 }) },
  ...Object.keys(fileSizes()).map((name) =>
    ({ fileName: `live/${name}`, content: () => fs.readFileSync(storedPath(name)) })),
  ...licences().map(({ text }) => ({
    fileName: licenceFile(text), content: () => fs.readFileSync(`${texts}${text}.txt`, 'utf8'),
  })),
] : []);

/** A run as the manifest has it; undefined if the pages cannot run it. */
export function liveRun(step, name) {
  const runs = read()?.all.chapters[step] ?? {};
  return Object.hasOwn(runs, name) ? runs[name] : undefined; // a run of chapter 01 is `constructor`
}

/** What others wrote of what the site ships: as the manifest has it. */
export const licences = () => read()?.all.licences ?? [];
