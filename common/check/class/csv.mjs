// Tables as text: RFC 4180, written so that no program takes a cell for a formula, and read.
import { refuse } from '../../stairs/steps.mjs';
import { strange } from '../reports/plain.mjs';

/** What spreadsheets compute when a cell begins with it; some begin one after a semicolon, too. */
const asText = (cell) => cell.replace(/(^|;)(?=\s*[=+\-@])/g, "$1'");

const quoted = (cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/** What cannot be seen has no place in a table. */
const visible = (cell) => cell.replace(strange, ' ');

/** @param {object[]} rows by the names of `columns`; nothing is an empty cell */
export const writeCsv = (columns, rows) => [
  columns, ...rows.map((row) => columns.map((name) => row[name])),
].map((cells) => `${cells.map((cell) => quoted(typeof cell === 'number' ? String(cell)
  : asText(visible(String(cell ?? ''))))).join(',')}\r\n`).join('');

/** The lines of a table as lists of cells. */
function cellsOf(text) {
  const rows = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text)
      ?? refuse(`line ${rows.length}: a quote that is not closed, or not at a cell's start`);
    const [, inQuotes, plain, end] = found;
    rows.at(-1).push(inQuotes?.replaceAll('""', '"') ?? plain);
    if (end !== ',' && cell.lastIndex < text.length) {
      rows.push([]);
    }
  }
  return rows.filter((row) => row.some(Boolean));
}

/** Reads a table with a first line of names: [{ name: cell, … }]. */
export function readCsv(text) {
  const [names = [], ...rows] = cellsOf(text.replace(/^\ufeff/, ''));
  return rows.map((row) => Object.fromEntries(names.map((name, at) =>
    [name.trim().toLowerCase(), (row[at] ?? '').trim()])));
}
