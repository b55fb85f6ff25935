// One run of QEMU: its console, its log, its monitor, and how it ended. The checker starts QEMU
// itself, so what it sees comes from QEMU, and not from what a submission says about itself.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { plainRoom } from './box/bare.mjs';
import { running as withinLimits } from './box/limits.mjs';
import { Stub } from './stub.mjs';

/** What the limits in seconds are multiplied by: TIMEOUT_SCALE. */
const scale = Number(process.env.TIMEOUT_SCALE || 1);

/** These guard against hangs: none of them says how fast something has to be. */
const limits = {
  quiet: 4, // seconds of CPU time, or of sleep, without a byte on the console
  silence: 40 * scale, // seconds without one on a machine that has much else to do
  total: 240 * scale, // seconds
  console: 2 ** 20, // bytes
  complaints: 2 ** 16,
  log: 2 ** 24,
};

/** How what a machine has written is opened: a link or a pipe in its place is none. */
export const plainly = fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;

// A real pipe: into Node's own, which is a socket, QEMU loses what nobody has read at once. The
// status comes through a descriptor of its own.
const inPipe = '{ "$@" 3>&-; echo $? >&3; } | cat 3>&-';

/**
 * Seconds of CPU time that a process has used; 0 if there is none.
 * @param {string} proc where /proc is that knows its number
 */
function cpuSeconds(id, proc) {
  try {
    if (fs.existsSync('/proc/self/stat')) {
      const [, user, system] = /^\d+ \(.*\) \S+(?: \S+){10} (\d+) (\d+)/
        .exec(fs.readFileSync(`${proc}/${id}/stat`, 'utf8'));
      return (Number(user) + Number(system)) / 100;
    }
    return execFileSync('ps', ['-o', 'time=', '-p', String(id)], { encoding: 'utf8' }).trim()
      .split(/[-:]/).reduce((sum, part) => 60 * sum + Number(part), 0);
  } catch {
    return 0;
  }
}

const running = new Set();

/** Ends all runs, and takes away what they have left. */
export function endAll() {
  running.forEach((emulator) => emulator.kill());
}

export class Emulator {
  /** What the console has shown, without carriage returns. */
  console = '';
  /** What QEMU itself has said. */
  complaints = '';
  #room;
  #quiet;
  #seconds;
  #process;
  #status = '';
  #hasEnded = false;
  #closed;
  #ending; // why the checker has ended it, and where it stood
  #watchers = new Set();

  /**
   * @param {string[]} command QEMU and its arguments, but for those that are added here
   * @param {object} options
   * @param {object} options.room where it runs: of box/; without one, in `options.directory`
   * @param {string} options.log what of QEMU's `-d` goes to the log
   * @param {number} options.quiet seconds of silence that are no hang yet
   * @param {number} options.seconds after which it is ended, whatever it does
   */
  constructor(command, {
    directory, room = plainRoom(directory), log = 'int', quiet = limits.quiet,
    seconds = limits.total,
  }) {
    this.#room = room;
    this.#quiet = quiet * scale;
    this.#seconds = Math.min(seconds, limits.total);
    const place = (name) => path.join(room.scratch, name);
    const listen = (name) => `socket,id=${name},path=${place(name)},server=on,wait=off`;
    const words = room.words([...command, '-serial', 'stdio',
      '-d', log, '-D', place('log'), '-pidfile', place('pid'),
      '-chardev', listen('monitor'), '-mon', 'chardev=monitor',
      '-chardev', listen('stub'), '-gdb', 'chardev:stub'], withinLimits);
    this.#process = spawn('sh', ['-c', inPipe, 'sh', ...words],
    { detached: true, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });
    const [stdin, stdout, stderr, status] = this.#process.stdio;
    stdin.on('error', () => {}); // it has ended before it has read all
    [stdout, stderr, status].forEach((stream) => stream.setEncoding('latin1'));
    stdout.on('data', (text) => {
      if (this.console.length <= limits.console) { // then #guard ends it
        this.console += text.replaceAll('\r', '');
        this.#notify();
      }
    });
    stderr.on('data', (text) => {
      this.complaints = (this.complaints + text).slice(0, limits.complaints);
    });
    status.on('data', (text) => { this.#status += text; });
    running.add(this);
    this.#closed = once(this.#process, 'close').then(() => {
      running.delete(this);
      this.#hasEnded = true;
      this.#notify();
    });
    this.#guard();
  }

  /** QEMU's log so far, from a place in it on; no more than it may have. */
  log(from = 0) {
    const buffer = Buffer.alloc(Math.max(0, Math.min(this.#logSize() - from, limits.log)));
    if (buffer.length === 0) {
      return '';
    }
    const handle = fs.openSync(this.#place('log'), plainly);
    const size = fs.readSync(handle, buffer, 0, buffer.length, from);
    fs.closeSync(handle);
    return buffer.toString('latin1', 0, size);
  }

  /** Types `text` for whoever reads the UART. */
  type(text) {
    this.#process.stdin.write(text);
  }

  /** Waits until the console shows `pattern`: its match, or undefined if the run ends before. */
  until(pattern) {
    return this.#watch(() => pattern.exec(this.console) ?? undefined);
  }

  /**
   * Waits for the end.
   * @returns {Promise<{ how: string, status: number, where: object }>} how is `off`, with QEMU's
   *   `status`; `hang`, `prints` or `traps` without an end, with where it stood; or `enough`
   */
  async end() {
    await this.#watch(() => undefined);
    await this.#closed;
    return this.#ending ?? { how: 'off', status: Number(this.#status) };
  }

  /** Ends a run of which enough has been seen. */
  async stop() {
    if (!this.#hasEnded) {
      this.#ending ??= { how: 'enough' };
      this.#kill();
    }
    await this.#closed;
  }

  /** What QEMU's monitor answers to `command`. */
  async ask(command) {
    const socket = await this.#connect('monitor');
    if (socket.destroyed) {
      return '';
    }
    const closed = new Promise((resolve) => { socket.on('close', resolve); });
    let said = '';
    const hasPrompt = (count) => new Promise((resolve) => {
      const look = () => said.split('(qemu) ').length > count && resolve();
      socket.on('data', look);
      closed.then(resolve);
      look();
    });
    socket.on('data', (text) => { said += text; });
    await hasPrompt(1);
    socket.write(`${command}\n`);
    await hasPrompt(2);
    socket.destroy();
    return said.split('(qemu) ')[1]?.replaceAll('\r', '') ?? '';
  }

  /** Registers of the hart, as `info registers` has them: { pc, V, sepc, 'x2/sp': … }, BigInt. */
  async registers() {
    const text = await this.ask('info registers');
    return Object.fromEntries([...text.matchAll(/([\w/]+) +=? *([0-9a-f]+)/g)]
      .map(([, name, value]) => [name.split('/').at(-1), BigInt(`0x${value}`)]));
  }

  /** Stops the hart, and lets its registers and memory be read: ./stub.mjs. */
  async stub() {
    return new Stub(await this.#connect('stub'));
  }

  async #connect(name) {
    const place = this.#place(name);
    while (!fs.existsSync(place) && !this.#hasEnded) {
      await Promise.race([sleep(10), this.#closed]);
    }
    const socket = net.connect(place);
    socket.setEncoding('latin1');
    socket.on('error', () => {});
    await Promise.race([once(socket, 'connect').catch(() => {}), this.#closed]); // it may have ended
    return socket;
  }

  #watch(condition) {
    return new Promise((resolve) => {
      const look = () => {
        const found = condition();
        if (found !== undefined || this.#hasEnded) {
          this.#watchers.delete(look);
          resolve(found);
        }
      };
      this.#watchers.add(look);
      look();
    });
  }

  #notify() {
    [...this.#watchers].forEach((look) => look());
  }

  /** Ends it for good, with its files. */
  kill() {
    this.#kill();
    fs.rmSync(this.#room.path(this.#room.scratch), { recursive: true, force: true });
  }

  #kill() {
    try {
      process.kill(-this.#process.pid, 'SIGKILL');
    } catch {
      // it has just ended
    }
  }

  /** Where a file of it is seen. */
  #place(name) {
    return this.#room.path(path.join(this.#room.scratch, name));
  }

  // QEMU makes these files when it has begun, and takes the first one away at its end.
  #pid() {
    try {
      return fs.readFileSync(this.#place('pid'), { encoding: 'utf8', flag: plainly }).trim();
    } catch {
      return '';
    }
  }

  #logSize() {
    return fs.lstatSync(this.#place('log'), { throwIfNoEntry: false })?.size ?? 0;
  }

  /** Ends it when it comes to no end by itself. */
  async #guard() {
    const start = performance.now();
    let last = {};
    while (!this.#hasEnded && this.#ending === undefined) {
      const now = {
        length: this.console.length, time: performance.now(),
        cpu: cpuSeconds(this.#pid(), this.#room.path('/proc')),
      };
      last = now.length === last.length ? last : now;
      const silent = (now.time - last.time) / 1000;
      const worked = now.cpu - last.cpu;
      const how = this.#judge({ silent, worked, total: (now.time - start) / 1000 });
      if (how !== undefined) {
        const where = await this.#look();
        this.#ending ??= { how, where };
        this.#kill();
      }
      await Promise.race([sleep(100), this.#closed]);
    }
  }

  /** What is wrong with a run that has been `silent`, and has `worked`, for so many seconds. */
  #judge({ silent, worked, total }) {
    if (this.console.length > limits.console) {
      return 'prints';
    }
    if (this.#logSize() > limits.log) {
      return 'traps';
    }
    const isAsleep = silent > this.#quiet && worked < 0.03 * silent;
    return worked > this.#quiet || isAsleep || silent > Math.max(limits.silence, 2 * this.#quiet)
      || total > this.#seconds ? 'hang' : undefined;
  }

  /** Where it stands: { registers, recent: its log of the last second, last: of the time before }. */
  async #look() {
    const before = this.#logSize();
    await Promise.race([sleep(1000), this.#closed]);
    const registers = await Promise.race([this.registers(), sleep(5000 * scale, {}, { ref: false })]);
    return { registers, recent: this.log(before), last: this.log(Math.max(0, before - 2 ** 16)) };
  }
}
