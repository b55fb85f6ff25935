// With what something was graded: a mark can only come out the same where these are the same.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

import { common, privateFiles, ruleFiles } from '../rules.mjs';

/** The number in the first line that a program says of its version. */
function versionOf(program) {
  const { stdout = '' } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? 'unknown';
}

const filesOf = (directory, names) => names.map((name) => [name, path.join(directory, name)]);

/** A hash of files, and of their names. */
function hashOf(files) {
  const hash = createHash('sha256');
  for (const [name, file] of files) {
    hash.update(`${name}\0`).update(fs.readFileSync(file));
  }
  return hash.digest('hex').slice(0, 12);
}

/**
 * @param {object} options
 * @param {string} options.qemu the program that runs what is graded
 * @param {string} options.checks a private directory of checks for `options.step`, if there is one
 * @returns {{ qemu: string, compiler: string, checks: string }} checks: of what they, and the rules
 *   by which is built, consist
 */
export function versionsOf({
  qemu = process.env.QEMU || 'qemu-system-riscv64', checks, step,
} = {}) {
  return {
    qemu: versionOf(qemu),
    compiler: versionOf(`clang++${process.env.LLVM_SUFFIX ?? '-19'}`),
    checks: hashOf([...filesOf(common, ruleFiles()),
      ...checks ? filesOf(checks, privateFiles(checks, step)) : []]),
  };
}
