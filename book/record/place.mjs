// Where a hypervisor is built and run for the book: in the step's own directory, or in one of its
// own where the files of a state, or a patch, make it another.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';

import { filesIn, refuse } from '../../common/stairs/steps.mjs';
import { root, userEnvironment } from '../../common/test/machine.mjs';

const build = path.join(root, 'build');

export class Place {
  /** @param {string} step its name */
  constructor(step, directory = path.join(root, 'steps', step), out = path.join(build, step)) {
    this.step = step;
    this.directory = directory;
    this.out = out;
    this.shown = path.join('steps', step);
    this.shownOut = path.join('build', step);
  }

  get elf() {
    return path.join(this.out, 'hypervisor.elf');
  }

  /** Runs make, to build: { status, output }, where errors are in the output as they came. */
  async make(target, variables = {}, options = []) {
    const assignments = Object.entries({ ...variables, OUT: this.out })
      .map(([name, value]) => `${name}=${value}`);
    const words = ['-C', this.directory, ...options, target, ...assignments];
    // Names of files are meant from where this shell is, so it stays.
    const child = spawn('sh', ['-c', 'make "$@" 2>&1; exit $?', 'make', ...words], {
      cwd: root, env: userEnvironment(), stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { output += text; });
    const [status] = await once(child, 'close');
    return { status, output };
  }

  /** The file that would be the guest's kernel; '' if there is none. */
  async kernel(variables) {
    const say = 'kernel-of-the-guest: ; @echo $(abspath $(KERNEL))';
    const { output } = await this.make('kernel-of-the-guest', variables, ['-s', `--eval=${say}`]);
    return output.trim();
  }

  /** Builds the hypervisor, and the guest's files if `variables` name others: as `make`. */
  async build(variables) {
    const built = await this.make('build', variables);
    if (built.status === 0 && variables?.MACHINE) {
      await this.make('machine', variables); // a run has no time for it
    }
    return built.status === 0 ? this.make('guest', variables) : built;
  }
}

/** Applies a patch to the files of a directory below build/, as a reader does. */
export function applyPatch(directory, patch) {
  const { status, stderr } = spawnSync('git', ['apply', patch], {
    cwd: directory,
    encoding: 'utf8',
    // Not as a part of this repository, where git passes over files of which it knows nothing.
    env: { ...process.env, GIT_CEILING_DIRECTORIES: build },
  });
  if (status !== 0) {
    const [why] = stderr.replace(/^error: /, '').split('\n');
    refuse(`${path.basename(patch)} does not apply: ${why}`);
  }
}

/**
 * One whose files change. It lies where its Makefile finds common/, as in steps/. A reader has it in
 * steps/mine.
 */
export class ChangingPlace extends Place {
  constructor(step) {
    const directory = fs.mkdtempSync(path.join(build, `state-of-${step}-`));
    super(step, directory, path.join(directory, 'out'));
    this.shown = path.join('steps', 'mine');
    this.shownOut = path.join('build', 'mine');
  }

  /** Becomes a directory that holds `files`, from path to text; only what differs is written. */
  become(files) {
    const own = filesIn(this.directory).filter((name) => !name.startsWith('out/'));
    for (const name of own.filter((each) => !files.has(each))) {
      fs.rmSync(path.join(this.directory, name));
    }
    for (const [name, text] of files) {
      const file = path.join(this.directory, name);
      if (!own.includes(name) || fs.readFileSync(file, 'utf8') !== text) {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(file, text);
      }
    }
  }

  /** Applies a patch. */
  apply(patch) {
    applyPatch(this.directory, patch);
  }

  remove() {
    fs.rmSync(this.directory, { recursive: true, force: true });
  }
}

/** The first thing that the compiler finds wrong; undefined if only the linker is not content. */
export function compileError(output) {
  const lines = output.split('\n').filter((line) => /error: |^make: \*\*\* /.test(line));
  return lines.every((line) => /^(ld\.lld|make: \*\*\*)/.test(line)) && /^ld\.lld/m.test(output)
    ? undefined : lines[0] ?? output.trim().split('\n').at(-1);
}
