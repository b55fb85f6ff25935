// Directories that are gone when we end, whatever ends us but SIGKILL.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const places = new Set();

/** @returns {string} a new one, empty; whoever needs it no longer may remove it before */
export function temporaryDirectory(name) {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), `${name}-`));
  places.add(place);
  return place;
}

process.on('exit', () => places.forEach((place) => {
  try {
    fs.rmSync(place, { recursive: true, force: true });
  } catch {
    // a box that ends still holds it, and removes it
  }
}));
