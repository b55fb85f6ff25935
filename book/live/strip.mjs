// Of a hypervisor's ELF file only what is loaded.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { withSuffix } from '../record/versions.mjs';

/** The file's content without symbols, debug information and sections. */
export function strip(elf) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'strip-'));
  try {
    const stripped = path.join(directory, 'hypervisor.elf');
    execFileSync(withSuffix('llvm-objcopy'), ['--strip-sections', elf, stripped]);
    return fs.readFileSync(stripped);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}
