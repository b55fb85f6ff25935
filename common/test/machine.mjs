// Runs a step in QEMU as a user does, with `make -C STEP run NAME=value…`, and watches its
// console.
// Nothing here waits for time to pass: only for text on the console or for the machine's end.
// The limit is there for what hangs, and then the whole console is shown.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { cleanEnvironment } from '../check/environment.mjs';

export const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
const build = path.join(root, 'build');

/** Where the step under test is; STEP is relative to the top of the checkout. */
export const stepDirectory = path.resolve(root, process.env.STEP ?? 'steps/15-virtio-blk');
/** What common/test/Makefile built: NAME, NAME.elf of each guest; the hypervisor's variants. */
export const built = path.join(build, 'test');
export const hypervisor = path.join(build, path.basename(stepDirectory), 'hypervisor.elf');
export const linux = path.join(build, 'guest', 'Image');
export const squashfs = path.join(build, 'guest', 'rootfs.squashfs');

const limit = 1000 * Number(process.env.TEST_LIMIT ?? 60); // milliseconds

/** Variables of make for a hypervisor that reads the guest's instructions itself on every QEMU. */
export const ignoreHtinst = { DEFINES: '-iquote. -include../../common/test/ignore_htinst.hpp' };
/** A flat bare-metal guest of common/test/guests, and the same as an ELF file. */
export const guest = (name) => path.join(built, 'guests', `${name}.bin`);
export const elfGuest = (name) => path.join(built, 'guests', `${name}.elf`);

/** The environment of a user who starts make. */
export const userEnvironment = (temporary = os.tmpdir()) =>
  ({ ...cleanEnvironment(), TMPDIR: temporary });

const shellQuote = (word) => `'${word.replaceAll("'", "'\\''")}'`;

/** Stops this whole process for a moment, so that it reads nothing in the meantime. */
function nap(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/** All processes that run, by what /proc says: { id, name, parent, session }. */
function runningProcesses() {
  return fs.readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)).flatMap((id) => {
    try {
      const stat = fs.readFileSync(`/proc/${id}/stat`, 'utf8');
      const [, name, rest] = /^\d+ \((.*)\) (.*)/s.exec(stat);
      const [state, parent, , session] = rest.split(' ');
      return state === 'Z' ? [] : [{
        id: Number(id), name, parent: Number(parent), session: Number(session),
      }];
    } catch {
      return []; // it has just ended
    }
  });
}

/** One run of `make`. */
export class Machine {
  /** All that the console has shown, without carriage returns. */
  output = '';
  /** The part of it that came as errors; at a terminal nobody can tell. */
  errors = '';
  #shown = 0; // what `expect` has gone past
  #ended = false;
  #watchers = new Set();
  #process;
  #sessions = new Set(); // at a terminal there is a second one
  #end;
  #temporary;

  /**
   * @param {object} options
   * @param {object} options.variables for make: { KERNEL: 'file', … }
   * @param {string} options.target of make
   * @param {string} options.step the directory of what runs
   * @param {string} options.cwd where make is started
   * @param {string|Buffer} options.input what standard input holds; nothing: it is /dev/null
   * @param {boolean} options.isOpen whether standard input is a pipe into which nobody writes
   * @param {(make: string) => string} options.around what the shell of a terminal runs besides
   * @param {boolean} options.terminal whether make runs at a terminal, where `type` types
   * @param {boolean} options.slowReader whether make writes into a socket that is read slowly
   */
  constructor({
    variables = {}, target = 'run', step = stepDirectory, cwd = root, input, terminal = false,
    slowReader = false, isOpen = false, around = (make) => make,
  } = {}) {
    this.#temporary = fs.mkdtempSync(path.join(os.tmpdir(), 'machine-'));
    // A dollar sign means something to make.
    const assignments = Object.entries(variables)
      .map(([name, value]) => `${name}=${String(value).replaceAll('$', '$$$$')}`);
    const make = ['make', '-C', path.relative(cwd, step), target, ...assignments];
    // Node's own "pipe" is a socket, into which QEMU, that never waits, writes byte by byte; the
    // kernel takes no more than a few hundred of those before they are read, and QEMU drops the
    // rest. A real pipe, as a shell makes it, takes 64 KiB.
    const words = make.map(shellQuote).join(' ');
    const command = terminal ? ['script', '-qefc', around(words), '/dev/null']
      : slowReader ? make
        : ['bash', '-c', 'set -o pipefail; "$@" | cat', 'bash', ...make];
    const stdin = terminal || isOpen || input !== undefined ? 'pipe' : 'ignore';
    this.#process = spawn(command[0], command.slice(1), {
      cwd,
      env: userEnvironment(this.#temporary),
      detached: true, // a process group of its own, which can be ended as a whole
      stdio: [stdin, 'pipe', 'pipe'],
    });
    const watch = (stream, note) => {
      stream.setEncoding('utf8');
      stream.on('data', (text) => {
        if (slowReader && this.output.length < 4000) {
          nap(100);
        }
        if (this.output === '') {
          this.processes(); // make has started: its session is known from now on
        }
        note(text.replaceAll('\r', ''));
        this.#notify();
      });
    };
    // The two come through two pipes, in any order, and in pieces: an error waits until its line is
    // complete, and the line into which it would fall.
    let waiting = '';
    const show = (text) => {
      this.output += text;
      if (this.#ended || /(^|\n)$/.test(this.output)) {
        const size = this.#ended ? waiting.length : waiting.lastIndexOf('\n') + 1;
        this.output += waiting.slice(0, size);
        waiting = waiting.slice(size);
      }
    };
    watch(this.#process.stdout, show);
    watch(this.#process.stderr, (text) => {
      this.errors += text;
      waiting += text;
      show('');
    });
    this.#process.stdin?.on('error', () => {}); // it ended before it had read all
    if (input !== undefined) {
      this.#process.stdin.end(input);
    }
    // 'close' comes when the last process that could write to the console has gone, so a process
    // that is left behind shows as a run without an end.
    this.#end = once(this.#process, 'close').then(([status, signal]) => {
      this.#ended = true;
      show('');
      this.#notify();
      return { status: status ?? signal, output: this.output };
    });
  }

  /**
   * Waits until the console shows `pattern` after what the last `expect` found.
   * @param {string|RegExp} pattern
   * @returns {Promise<RegExpExecArray>} the match
   */
  expect(pattern) {
    const expression = typeof pattern === 'string'
      ? new RegExp(pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      : pattern;
    return this.#watch(`the console to show ${pattern}`, () => {
      const match = expression.exec(this.output.slice(this.#shown));
      if (match) {
        this.#shown += match.index + match[0].length;
      } else if (this.#ended) {
        throw new Error('the run ended');
      }
      return match;
    });
  }

  /** Types `text` at the terminal. */
  type(text) {
    this.#process.stdin.write(text);
  }

  /** Types `line` and Enter. */
  typeLine(line) {
    this.type(`${line}\r`);
  }

  /** Waits until the run is over: {status, output}. */
  async end() {
    await this.#watch('the run to end', () => this.#ended);
    return this.#end;
  }

  /** The processes of this run that are there: what make has started, and all in its sessions. */
  processes() {
    const running = runningProcesses();
    const ours = new Set([this.#process.pid]);
    for (let size = 0; size < ours.size;) {
      size = ours.size;
      running.filter(({ parent, session }) => ours.has(parent) || this.#sessions.has(session))
        .forEach(({ id }) => ours.add(id));
    }
    const found = running.filter(({ id }) => ours.has(id));
    found.forEach(({ session }) => this.#sessions.add(session));
    return found;
  }

  /** Waits until no process of this run is left: one that has let go of the console still ends. */
  async gone() {
    const deadline = Date.now() + limit;
    for (let left = this.processes(); left.length > 0; left = this.processes()) {
      if (Date.now() > deadline) {
        throw new Error(`left behind: ${left.map(({ name }) => name).join(', ')}`);
      }
      await nextTurn();
    }
  }

  /** Files that the run has left behind; to be asked after its end. */
  leftFiles() {
    return fs.readdirSync(this.#temporary);
  }

  /** Ends the run if it still goes on. */
  async stop() {
    if (!this.#ended) {
      for (const { id } of this.processes()) {
        try {
          process.kill(id, 'SIGKILL');
        } catch {
          // it has just ended
        }
      }
      await this.#end;
    }
    fs.rmSync(this.#temporary, { recursive: true, force: true });
  }

  /** What the console has shown, to be read by people. */
  log() {
    return `---- the console of ${this.#process.spawnargs.join(' ')}\n${this.output}\n---- its end`;
  }

  #notify() {
    for (const check of this.#watchers) {
      check();
    }
  }

  /** Resolves with what `condition` returns as soon as that is true; asked with every output. */
  #watch(what, condition) {
    return new Promise((resolve, reject) => {
      const finish = (settle, value) => {
        this.#watchers.delete(check);
        clearInterval(timer);
        settle(value);
      };
      const fail = (why) => {
        const names = this.processes().map(({ name }) => name).join(', ');
        const left = this.#ended ? '' : `; running: ${names}`;
        finish(reject, new Error(`waited for ${what}, but ${why}${left}`));
      };
      const check = () => {
        try {
          const result = condition();
          if (result) {
            finish(resolve, result);
          }
        } catch (error) {
          fail(error.message);
        }
      };
      // Time in which this process could not listen does not count: its own work, or that of others,
      // may have kept it from that.
      let seconds = 0;
      const timer = setInterval(() => {
        seconds += 1;
        if (1000 * seconds >= limit) {
          fail(`${limit / 1000} s have passed`);
        }
      }, 1000);
      this.#watchers.add(check);
      check();
    });
  }
}

/** The QEMUs to test with: { path, version, major }. */
export const qemus = (process.env.TEST_QEMUS ?? 'qemu-system-riscv64').split(' ').filter(Boolean)
  .map((file) => {
    const about = execFileSync(file, ['--version'], { encoding: 'utf8' });
    const [version, major] = /(\d+)\.[\d.]+/.exec(about);
    return { path: file, version, major: Number(major) };
  });

/**
 * A test that runs once on each QEMU, or on those that `where` is true of. `body` gets a function
 * that starts a Machine on that QEMU, and the QEMU. When it fails the consoles of all its machines
 * are shown.
 */
export function bootTest(name, body, where = () => true) {
  for (const qemu of qemus.filter(where)) {
    test(`${name} [QEMU ${qemu.version}]`, async () => {
      const machines = [];
      const boot = ({ variables, ...options } = {}) => {
        const machine = new Machine({ variables: { QEMU: qemu.path, ...variables }, ...options });
        machines.push(machine);
        return machine;
      };
      try {
        await body(boot, qemu);
      } catch (error) {
        // Only its text is shown, so the consoles become a part of that.
        error.message = [error.message, ...machines.map((machine) => machine.log())].join('\n');
        throw error;
      } finally {
        await Promise.all(machines.map((machine) => machine.stop()));
      }
    });
  }
}

/** Waits for the end of `machine`, which must be a good one. */
export async function endsWell(machine) {
  const { status } = await machine.end();
  assert.equal(status, 0, 'the status of make');
  assert.deepEqual(machine.leftFiles(), [], 'files that are left behind');
  await machine.gone();
}

/** A directory for the files of one test file, empty at its start. */
export function scratchDirectory(name) {
  const directory = path.join(built, 'scratch', name);
  fs.rmSync(directory, { recursive: true, force: true });
  fs.mkdirSync(directory, { recursive: true });
  return directory;
}

/** The lines that say what went wrong: all errors, and what the hypervisor and run.sh report. */
export function complaints(machine) {
  const lines = (text) => text.split('\n').filter(Boolean);
  const errors = lines(machine.errors).filter((line) => !/^make(\[\d+\])?: /.test(line));
  const reports = lines(machine.output).filter((line) => /^(hypervisor|run): /.test(line)
    && !/^hypervisor: (hart|kernel) \d/.test(line) && !/^run: (no terminal|Ctrl-A)/.test(line));
  return [...errors, ...reports.filter((line) => !errors.includes(line))];
}
