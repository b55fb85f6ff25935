// The versions of what a recording depends on, as recorded.json has them.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { refuse } from '../../common/stairs/steps.mjs';
import { linux, qemus, root } from '../../common/test/machine.mjs';

const suffix = process.env.LLVM_SUFFIX ?? '-19'; // tools.mk exports it

/** LLVM's tools have the suffix of tools.mk: `llvm-nm` is llvm-nm-19. */
export const withSuffix = (tool) =>
  tool.replace(/^(llvm-\w+|clang(\+\+)?|ld\.lld)$/, `$1${suffix}`);

/** The first version number that `text` has behind `words`. */
function find(text, words, what) {
  const [, version] = new RegExp(`${words}(\\d[\\d.]*)`).exec(text)
    ?? refuse(`the version of ${what} cannot be found`);
  return version;
}

/** The C++ library's headers: a guest bundle's own, or those of Debian's cross packages. */
function headers() {
  const below = (...names) => path.join(...names, 'riscv64-linux-gnu', 'bits', 'c++config.h');
  const packages = '/usr/riscv64-linux-gnu/include/c++';
  const releases = fs.existsSync(packages) ? fs.readdirSync(packages).sort() : [];
  const files = [below(root, 'build/guest/include/c++'),
    ...releases.reverse().map((release) => below(packages, release))];
  const file = files.find((name) => fs.existsSync(name));
  return file ? fs.readFileSync(file, 'utf8') : '';
}

/** The versions of this machine's: { qemu, 'qemu.second', clang, 'libstdc++', linux }. */
export function readVersions() {
  const [first, second] = qemus;
  const compiler = execFileSync(withSuffix('clang++'), ['--version'], { encoding: 'utf8' });
  return {
    qemu: first.version,
    ...(second && { 'qemu.second': second.version }),
    clang: find(compiler, 'version ', 'clang'),
    'libstdc++': find(headers(), '#define _GLIBCXX_RELEASE ', "the C++ library's headers"),
    linux: find(fs.readFileSync(linux, 'latin1'), 'Linux version ', "the guest's Linux"),
  };
}
