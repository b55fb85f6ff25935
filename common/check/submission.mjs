// What is graded: a directory with a Makefile that includes common/step.mk. It is built anew for
// each grading, in a directory of its own that is empty at the start.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { faultOf } from './elf.mjs';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** What the make that has started us says to those that it starts, and what would change a run. */
const notPassedOn = 'MAKEFLAGS MAKELEVEL MAKEOVERRIDES MFLAGS STARTED_PWD STARTED_CURDIR STEP DIR '
  + 'OUT NODE_OPTIONS NODE_TEST_CONTEXT KERNEL GUEST DISK DISK_RO SAVE INITRD BOOTARGS MEMORY '
  + 'QEMU_FLAGS LIMIT SANITIZE INPUT DEBUG_PORT MACHINE FREEDOM STRICT SEED ONLY V';

const environment = { ...process.env, LC_ALL: 'C' };
notPassedOn.split(' ').forEach((name) => delete environment[name]);

/** Runs make in `directory`: { status, output }, the output with what it has said of errors. */
const make = (directory, ...words) => new Promise((resolve) => {
  execFile('make', ['--no-print-directory', '-C', directory, ...words],
    { env: environment, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ status: error ? error.code ?? error.message : 0, output: stdout + stderr }));
});

/** A dollar sign means something to make. */
const assignments = (variables) => Object.entries(variables)
  .map(([name, value]) => `${name}=${String(value).replaceAll('$', '$$$$')}`);

export class Submission {
  #makefiles = []; // as words for make, where it is not the directory's own alone

  /**
   * @param {string} directory what is graded
   * @param {string} out where it is built; whatever is there goes
   * @param {string} qemu which one runs it
   */
  constructor(directory, out, qemu = process.env.QEMU || 'qemu-system-riscv64') {
    this.directory = path.resolve(directory);
    this.out = out;
    this.qemu = qemu;
    this.elf = path.join(out, 'hypervisor.elf');
    fs.rmSync(out, { recursive: true, force: true });
    fs.mkdirSync(out, { recursive: true });
  }

  /** The same with one more source file, of guests/ or anywhere, built in a place of its own. */
  with(name) {
    const other = new Submission(this.directory, `${this.out}-with-${path.parse(name).name}`,
      this.qemu);
    const here = path.join(root, 'common', 'check');
    other.#makefiles = ['-f', 'Makefile', '-f', path.join(here, 'probe.mk'),
      `PROBE=${path.resolve(here, 'guests', name)}`];
    return other;
  }

  /** Builds it: undefined, or what was said when that failed. */
  async build() {
    const { status, output } = await make(this.directory, ...this.#makefiles, 'build',
      `OUT=${this.out}`);
    return status === 0 && fs.existsSync(this.elf) ? faultOf(fs.readFileSync(this.elf))
      : output.trim() || `make ends with ${status}, and without a hypervisor`;
  }

  /** Where make says how the machine is started, and further words for it. */
  get whereRuns() {
    return [this.directory, ...this.#makefiles];
  }

  /**
   * The command that starts the machine with these variables of make, as `make run` has it.
   * @returns {Promise<{ command: string[] } | { fault: string }>}
   */
  async machine(variables) {
    const { status, output } = await make(...this.whereRuns, 'arguments',
      `OUT=${this.out}`, ...assignments(variables));
    const words = [...output.matchAll(/^argument: (.*)$/gm)].map(([, word]) => word);
    const start = words.indexOf('-machine');
    const end = words.indexOf('-serial');
    return status !== 0 || start < 0 || end < 0
      ? { fault: output.trim() || 'make arguments names no machine' }
      : { command: [this.qemu, ...words.slice(start, end)] };
  }
}

/**
 * Builds a guest of guests/, which finds `values` as macros: words as text, numbers as they are.
 * @param {string} besides another directory with guests
 * @returns {Promise<string>} its flat binary
 */
export async function buildGuest(name, values, out, besides = '') {
  const lines = Object.entries(values).map(([key, value]) =>
    `#define ${key.toUpperCase()} ${JSON.stringify(value)}\n`);
  fs.mkdirSync(out, { recursive: true });
  fs.writeFileSync(path.join(out, 'values.h'), lines.join(''));
  const file = path.join(out, `${name}.bin`);
  const { status, output } = await make(path.join(root, 'common', 'check', 'guests'), file,
    `OUT=${out}`, `VPATH=${besides}`);
  if (status !== 0) {
    throw new Error(`the guest ${name} of the check does not build:\n${output}`);
  }
  return file;
}
