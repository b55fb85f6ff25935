// From the debug information of a hypervisor to the table that a page loads to say in which line of
// its source an address is. README.md has its format, symbols.mjs reads it.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { filesIn } from '../../common/stairs/steps.mjs';
import { compareTexts } from '../lib/difference.mjs';
import { writtenIn } from '../record/elf.mjs';
import { withSuffix } from '../record/versions.mjs';

const ram = 0x8000_0000;

/** The rows of an ELF file's line tables: { address, path, line }; the path is absolute. */
function readRows(elf) {
  const text = execFileSync(withSuffix('llvm-dwarfdump'), ['--debug-line', elf],
    { encoding: 'utf8', maxBuffer: 1 << 28 });
  const rows = [];
  let directories;
  let files;
  for (const line of text.split('\n')) {
    const [, directory] = /^include_directories\[ *\d+\] = "(.*)"$/.exec(line) ?? [];
    const [, name] = /^ +name: "(.*)"$/.exec(line) ?? [];
    const [, index] = /^ +dir_index: (\d+)$/.exec(line) ?? [];
    const row = /^0x([0-9a-f]+) +(\d+) +\d+ +(\d+) .*?(end_sequence)?$/.exec(line);
    if (line.startsWith('debug_line[')) {
      [directories, files] = [[], []];
    } else if (directory !== undefined) {
      directories.push(directory);
    } else if (name !== undefined) {
      files.push(name);
    } else if (index !== undefined) {
      files.push(path.resolve(directories[0], directories[Number(index)], files.pop()));
    } else if (row) {
      const [, address, number, file, end] = row;
      rows.push({
        address: Number(`0x${address}`), line: Number(number), path: files[Number(file)], end,
      });
    }
  }
  return rows.filter(({ address }) => address >= ram); // of what is not linked they begin with 0
}

/**
 * Those from which on something else holds, in the order of addresses. Line 0 is of nobody's: it
 * goes with the line before. The end of one sequence is no row where another one begins.
 */
function settle(all) {
  const rows = all.filter(({ line, end }) => line > 0 || end)
    .map((row) => (row.end ? { address: row.address, end: true } : row))
    .sort((a, b) => a.address - b.address || Number(b.end ?? 0) - Number(a.end ?? 0));
  return rows.filter(({ address }, index) => rows[index + 1]?.address !== address)
    .filter((row, index, left) => index === 0 || row.path !== left[index - 1].path
      || row.line !== left[index - 1].line);
}

/** Where the lines of a text are in another one: [from, to, by], as README.md says. */
function movedLines(text, other) {
  const moved = [];
  for (const { kind, old, new: now } of compareTexts(text, other)) {
    const last = moved.at(-1);
    if (kind === 'same' && last && last[1] === old - 1 && last[2] === now - old) {
      last[1] = old;
    } else if (kind === 'same') {
      moved.push([old, old, now - old]);
    }
  }
  return moved;
}

/** The entry of one of the hypervisor's own files. */
function fileEntry(name, place, stepFiles, pages) {
  const text = fs.readFileSync(path.join(place.directory, name), 'utf8');
  const inStep = stepFiles.get(name);
  return {
    path: name,
    page: inStep === undefined ? undefined : pages[name],
    moved: inStep === undefined || inStep === text ? undefined : movedLines(text, inStep),
  };
}

/**
 * The table of what is built in `place`.
 * @param stepFiles those of the step, from path to text
 * @param pages from path to the address of its page
 */
export function tableOf(place, stepFiles, pages) {
  const rows = settle(readRows(place.elf));
  if (rows.length === 0) { // it lies where no RAM is
    return { base: 0, functions: [], files: [], lines: [] };
  }
  const names = writtenIn(place.elf, rows.map(({ address }) => address));
  const ownFiles = new Map(filesIn(place.directory)
    .map((name) => [path.join(place.directory, name), name]));
  const own = (file) => ownFiles.get(file);
  const numbers = (all) => {
    const list = [...new Set(all.filter((each) => each !== undefined))];
    return { list, of: (each) => list.indexOf(each) };
  };
  const files = numbers(rows.map((row) => own(row.path)));
  const functions = numbers(names);
  const { address: base } = rows[0];
  let before = { address: base, line: 0 };
  const flat = rows.flatMap((row, index) => {
    const isOwn = own(row.path) !== undefined;
    const now = { address: row.address, line: isOwn ? row.line : before.line };
    const entry = [
      now.address - before.address, files.of(own(row.path)), now.line - before.line,
      row.end ? -1 : functions.of(names[index]),
    ];
    before = now;
    return entry;
  });
  return {
    base,
    functions: functions.list,
    files: files.list.map((name) => fileEntry(name, place, stepFiles, pages)),
    lines: flat,
  };
}
