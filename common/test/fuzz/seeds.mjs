// Inputs of the fuzz targets as text: seeds/TARGET/NAME.txt, good to begin with, and
// regressions/TARGET/NAME.txt, which once showed a mistake and are always tried first.
//   node seeds.mjs encode TARGET FILE.txt…    as bytes
//   node seeds.mjs text FILE    an input that crashed a target, as text for a new regression
//
// A word is the name of one of the target's operations (its `enum class Op`), which is a byte, or
// a hexadecimal number of 2, 4, 8 or 16 digits, which is 1 to 8 bytes in little-endian order. What
// follows # on a line is a comment.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The operations of a target, in their order. */
function operations(target) {
  const source = fs.readFileSync(path.join(here, `${target}.cpp`), 'utf8');
  const [, body] = source.match(/enum class Op : std::uint8_t \{(.*?)\}/s);
  return [...body.matchAll(/^\s*(\w+),/gm)].map(([, name]) => name);
}

/** The bytes of an input of `target`. */
export function encode(target, text) {
  const names = operations(target);
  const words = text.replace(/#.*/g, '').split(/\s+/).filter(Boolean);
  return Buffer.concat(
    words.map((word) => {
      if (names.includes(word)) {
        return Buffer.from([names.indexOf(word)]);
      }
      if (!/^([0-9a-f]{2}|[0-9a-f]{4}|[0-9a-f]{8}|[0-9a-f]{16})$/.test(word)) {
        throw new Error(`${target}: what is "${word}"?`);
      }
      return Buffer.from(word, 'hex').reverse();
    }),
  );
}

/** Encodes the text files of `directory` (seeds or regressions); returns the inputs' paths. */
export function encodeAll(directory, target, out) {
  const from = path.join(here, directory, target);
  const files = fs.existsSync(from) ? fs.readdirSync(from).sort() : [];
  fs.rmSync(out, { recursive: true, force: true });
  fs.mkdirSync(out, { recursive: true });
  return files.map((file) => {
    const input = path.join(out, path.basename(file, '.txt'));
    fs.writeFileSync(input, encode(target, fs.readFileSync(path.join(from, file), 'utf8')));
    return input;
  });
}

const isMain = process.argv[1] === fileURLToPath(import.meta.url);
const [mode, ...rest] = isMain ? process.argv.slice(2) : [];
if (mode === 'encode') {
  const [target, ...files] = rest;
  files.forEach((file) => process.stdout.write(encode(target, fs.readFileSync(file, 'utf8'))));
} else if (mode === 'text') {
  const bytes = fs.readFileSync(rest[0]).toString('hex').match(/../g) ?? [];
  for (let at = 0; at < bytes.length; at += 32) {
    console.log(bytes.slice(at, at + 32).join(' '));
  }
}
