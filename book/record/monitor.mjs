// QEMU's monitor, beside a run that it shows from within.

import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { refuse } from '../../common/stairs/steps.mjs';

const prompt = '(qemu) ';
const ticks = 10_000_000; // the machine's clock has so many in a second
const clock = 0x200bff8; // where it stands: mtime

export class Monitor {
  #directory = fs.mkdtempSync(path.join(os.tmpdir(), 'monitor-'));
  #socket;
  #said = '';
  #notify = () => {}; // called when something was said, or QEMU has ended

  /** What QEMU has to be told so that there is one. */
  get flags() {
    const place = path.join(this.#directory, 'socket');
    return `-chardev socket,id=book,path=${place},server=on,wait=off -mon chardev=book`;
  }

  /** To be called when QEMU runs; once more does nothing. */
  async connect() {
    if (this.#socket) {
      return;
    }
    this.#socket = net.connect(path.join(this.#directory, 'socket'));
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text) => {
      this.#said += text;
      this.#notify();
    });
    this.#socket.on('error', () => {}); // QEMU has ended: `close` follows
    this.#socket.on('close', () => this.#notify());
    await this.#answer();
  }

  /** What the monitor says to `command`, as lines. */
  async ask(command) {
    this.#said = '';
    this.#socket.write(`${command}\n`);
    const answer = await this.#answer();
    return answer.replaceAll('\r', '').split('\n').slice(1, -1); // the first is the echo
  }

  async #answer() {
    while (!this.#said.endsWith(prompt)) {
      if (this.#socket.destroyed) {
        refuse('the run ended by itself');
      }
      await new Promise((resolve) => { this.#notify = resolve; });
    }
    return this.#said;
  }

  /** What it says of the hart: from a register's name to a line of it. */
  async registers() {
    const lines = await this.ask('info registers');
    return new Map(lines.flatMap((line) =>
      [...line.matchAll(/(?:x\d+\/)?(\w+) +(?:= +)?[0-9a-f]+(?= |$)/g)]
        .map(([text, name]) => [name, ` ${text}`])));
  }

  /** The seconds that the machine has been on. */
  async seconds() {
    const [line] = await this.ask(`xp /1gx ${clock}`);
    return Number(/: (0x\w+)/.exec(line)[1]) / ticks;
  }

  /** Ends QEMU. */
  quit() {
    this.#socket.write('quit\n');
  }

  /** To be called at the end. */
  close() {
    this.#socket?.destroy();
    fs.rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** The value of a register, from the monitor's line of it. */
export const valueOf = (line) => BigInt(`0x${/[0-9a-f]+$/.exec(line)[0]}`);
