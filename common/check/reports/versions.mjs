// With what something was graded: a mark can only come out the same where these are the same.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { filesIn } from '../../steps.mjs';
import { root } from '../submission.mjs';

/** The number in the first line that a program says of its version. */
function versionOf(program) {
  const { stdout = '' } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? 'unknown';
}

/** A hash of all files of some directories, and of their names. */
function hashOf(directories) {
  const hash = createHash('sha256');
  for (const directory of directories) {
    for (const name of filesIn(directory)) {
      hash.update(`${name}\0`).update(fs.readFileSync(path.join(directory, name)));
    }
  }
  return hash.digest('hex').slice(0, 12);
}

/**
 * @param {object} options
 * @param {string} options.qemu the program that runs what is graded
 * @param {string[]} options.checks directories of checks besides those of the project
 * @returns {{ qemu: string, compiler: string, checks: string }} checks: of what they, and the rules
 *   by which is built, consist
 */
export function versionsOf({
  qemu = process.env.QEMU || 'qemu-system-riscv64', checks = [],
} = {}) {
  const common = (name) => path.join(root, 'common', name);
  return {
    qemu: versionOf(qemu),
    compiler: versionOf(`clang++${process.env.LLVM_SUFFIX ?? '-19'}`),
    checks: hashOf([...['check', 'include', 'run', 'test/guests'].map(common), ...checks]),
  };
}
