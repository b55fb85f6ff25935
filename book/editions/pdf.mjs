// The document as a PDF, printed by Chromium. It cannot say on which sheet something is, so that it
// prints twice: first to find out.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getDocumentProxy } from 'unpdf';
import { refuse } from '../../common/stairs/steps.mjs';
import { programOf, startBrowser } from './chromium.mjs';
import { namedIds, printer } from './print.mjs';

const most = 4; // times that it prints

async function print(browser, html) {
  const tab = await browser.newPage();
  try {
    await tab.setContent(html, { waitUntil: 'load' });
    await tab.evaluate(() => document.fonts.ready.then(() => undefined));
    return await tab.pdf({
      preferCSSPageSize: true, printBackground: true, outline: true, tagged: true,
    });
  } finally {
    await tab.close();
  }
}

/** On which sheet each id is, from 1 on, and how many sheets there are. */
async function readSheets(bytes, ids) {
  const pdf = await getDocumentProxy(new Uint8Array(bytes));
  const sheets = new Map();
  for (const id of ids) {
    const [place] = await pdf.getDestination(id) ?? refuse(`the PDF has no place ${id}`);
    sheets.set(id, 1 + await pdf.getPageIndex(place));
  }
  return { sheets, count: pdf.numPages };
}

/** The same PDF in half of the bytes: Chromium leaves what tags it as text. */
function pack(bytes, qpdf) {
  const directory = mkdtempSync(join(tmpdir(), 'book-pdf-'));
  const [printed, packed] = ['printed.pdf', 'packed.pdf'].map((name) => join(directory, name));
  try {
    writeFileSync(printed, bytes);
    execFileSync(qpdf, ['--object-streams=generate', printed, packed]);
    return readFileSync(packed);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const isSame = (one, other) => [...one].every(([id, sheet]) => other.get(id) === sheet);

/** Prints until the numbers in the contents are those of the sheets. */
async function printNumbered(browser, document) {
  const htmlWith = printer(document);
  const ids = namedIds(document);
  let known = new Map();
  for (let time = 1; time <= most; ++time) {
    console.log(time === 1 ? 'book: printing' : 'book: printing again, with page numbers');
    const bytes = await print(browser, htmlWith(known));
    const { sheets, count } = await readSheets(bytes, ids);
    if (isSame(sheets, known)) {
      console.log(`book: ${count} pages`);
      return bytes;
    }
    known = sheets;
  }
  return refuse('the page numbers of the contents do not settle');
}

/** @param document as readDocument gives it @returns the bytes of the PDF */
export async function pdfOf(document) {
  const qpdf = programOf('qpdf');
  const browser = await startBrowser();
  try {
    return pack(await printNumbered(browser, document), qpdf);
  } finally {
    await browser.close();
  }
}
