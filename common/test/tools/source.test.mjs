// What holds for the source of every step: its formatting and sizes, who may include whom, and that
// what it declares is documented.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readNames, undocumentedNames } from '../../stairs/names.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const steps = readdirSync(join(root, 'steps')).sort();
const filesOf = (step) => readdirSync(join(root, 'steps', step), { withFileTypes: true })
  .filter((entry) => entry.isFile()).map(({ name }) => name).sort();
const textOf = (step, file) => readFileSync(join(root, 'steps', step, file), 'utf8');

// From the ground up: a file includes only from its own floor and from those below it.
const floors = [
  'address boot console csr decode firmware host host_plic memory print sbi_spec timer trap',
  'guest_fetch guest_map guest_memory guest_tree kernel stage2 vcpu world_switch',
  'bus plic uart virtio_blk virtio_mmio virtqueue',
  'exit guest sbi stop',
  'vm',
  'main',
].map((names) => names.split(' '));
const floorOf = (file) => floors.findIndex((names) => names.includes(basename(file, extname(file))));

for (const step of steps) {
  describe(step, () => {
    test('is formatted as .clang-format says', () => {
      const sources = filesOf(step).filter((file) => /\.[ch]pp$/.test(file));
      const format = `clang-format${process.env.LLVM_SUFFIX ?? '-19'}`;
      execFileSync(format, ['--dry-run', '--Werror', ...sources], { cwd: join(root, 'steps', step) });
    });

    test('has no line over 100 columns and no file over 300 lines', () => {
      for (const file of filesOf(step)) {
        const lines = textOf(step, file).split('\n');
        assert.ok(lines.length <= 300, `${file} has ${lines.length} lines`);
        const long = lines.findIndex((line) => line.length > 100) + 1;
        assert.equal(long, 0, `${file}:${long} is too long`);
      }
    });

    test('has no function over 40 lines', () => {
      for (const { kind, path, name, line, end } of readNames(join(root, 'steps', step)).names) {
        const count = kind === 'function' ? end - line + 1 : 0;
        assert.ok(count <= 40, `${path}:${line}: ${name} has ${count} lines`);
      }
    });

    test('has a sentence on every type and function', () => {
      const missing = undocumentedNames(join(root, 'steps', step));
      assert.deepEqual(missing.map(({ path, line, name }) => `${path}:${line}: ${name}`), []);
    });

    test('has no sentence that documents nothing', () => {
      for (const file of filesOf(step).filter((name) => /\.[ch]pp$/.test(name))) {
        const [, lost] = /\n *\/\/\/ (?!@file)([^\n]*)\n *\n/.exec(
          textOf(step, file).replace(/^\/\/\/ @file\n(\/\/\/.*\n)*/, ''),
        ) ?? [];
        assert.equal(lost, undefined, `${file}: ${lost}`);
      }
    });

    test('includes only from its own floor and below', () => {
      for (const file of filesOf(step).filter((name) => /\.([ch]pp|S)$/.test(name))) {
        assert.notEqual(floorOf(file), -1, `${file} stands on no floor`);
        for (const [, included] of textOf(step, file).matchAll(/^#include "(.*)"/gm)) {
          assert.ok(floorOf(included) <= floorOf(file), `${file} includes ${included} from above`);
        }
      }
    });
  });
}
