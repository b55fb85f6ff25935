// What the checkpoints are made of: runs of the hypervisor under check, guests with values that are
// chosen anew for each run, and what QEMU's monitor tells.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { Machine, root } from '../test/machine.mjs';

export { assert };

const guestSources = path.join(root, 'common', 'check', 'guests');
const shared = path.join(root, 'common', 'test', 'guests');

/** A number from `from` to `to`, both included. */
export const anyNumber = (from, to) => randomInt(from, to + 1);
/** A word that nobody can have known. */
export const anyWord = () => Array.from({ length: 12 }, () => 'abcdefghijklmnopqrstuvwxyz'[
  randomInt(26)]).join('');

/** The lines that the hypervisor and its guest have printed, behind what the firmware says. */
export function linesOf(output) {
  const [, rest] = /Boot HART MEDELEG.*\n([^]*)/.exec(output) ?? [];
  assert.ok(rest !== undefined, 'the firmware did not start');
  return rest.split('\n').filter((line) => line.trim() && !/^(run|make)[:[]/.test(line));
}

/** The first line that `pattern` matches. */
export function findLine(output, pattern, what) {
  const line = linesOf(output).find((text) => pattern.test(text));
  assert.ok(line, `no line ${what}`);
  return line;
}

/** All numbers in hexadecimal in `text`. */
export const hexNumbers = (text) => [...text.matchAll(/0x([0-9a-f]+)/gi)]
  .map(([, digits]) => Number.parseInt(digits, 16));

export class Kit {
  #machines = [];
  #directory = fs.mkdtempSync(path.join(os.tmpdir(), 'check-'));

  /** Starts `make run`; the limit, in seconds, is there for what hangs. */
  boot(variables = {}, options = {}) {
    const LIMIT = process.env.CHECK_LIMIT ?? 20;
    const machine = new Machine({ ...options, variables: { LIMIT, ...variables } });
    this.#machines.push(machine);
    return machine;
  }

  /** Runs it to its end: {status, output}. */
  run(variables, options) {
    return this.boot(variables, options).end();
  }

  /** Runs a guest of guests/ that was compiled with `defines`, and checks for a good end. */
  async runGuest(name, defines, variables, options) {
    const KERNEL = this.guest(name, defines);
    const { status, output } = await this.run({ KERNEL, ...variables }, options);
    assert.equal(status, 0, 'the guest has powered off, but the status is not 0');
    return output;
  }

  /** The flat binary of guests/`name`, compiled with `defines`: { NAME: value }. */
  guest(name, defines = {}) {
    const source = path.join(guestSources, name);
    const elf = path.join(this.#directory, `${name}.elf`);
    const own = name.endsWith('.cpp')
      ? [path.join(shared, 'start.S'), '-std=c++23', '-fno-exceptions', '-fno-rtti',
        '-Wno-register', '-isystem', path.join(root, 'common', 'include')]
      : [];
    execFileSync(process.env.CXX ?? 'clang++-19', ['--target=riscv64-linux-gnu',
      '-march=rv64imac_zicsr_zifencei', '-mabi=lp64', '-mcmodel=medany', '-mno-relax',
      '-ffreestanding', '-fno-pic', '-fno-stack-protector', '-fno-builtin', '-O1', '-nostdlib',
      '-static', '-fuse-ld=lld', `-Wl,-T,${path.join(shared, 'guest.ld')}`, `-I${shared}`,
      ...own,
      ...Object.entries(defines).map(([key, value]) => `-D${key}=${value}`), source, '-o', elf]);
    const flat = elf.replace('.elf', '.bin');
    execFileSync(process.env.OBJCOPY ?? 'llvm-objcopy-19', ['-O', 'binary', elf, flat]);
    return flat;
  }

  /** A file with `content`. */
  file(name, content) {
    const file = path.join(this.#directory, name);
    fs.writeFileSync(file, content);
    return file;
  }

  /** Starts it with a monitor: { machine, registers }; `registers()` reads what the hart has. */
  async bootWithMonitor(variables = {}) {
    const place = path.join(this.#directory, 'monitor');
    const machine = this.boot({
      ...variables,
      QEMU_FLAGS: `-chardev socket,id=check,path=${place},server=on,wait=off -mon chardev=check`,
    });
    await machine.expect(/Boot HART MEDELEG.*\n/);
    const socket = net.connect(place);
    socket.setEncoding('latin1');
    await once(socket, 'connect');
    let said = '';
    socket.on('data', (text) => { said += text; });
    const registers = async () => {
      said = '';
      socket.write('info registers\n');
      while (!/x31\/t6 +[0-9a-f]+[^]*\(qemu\)/.test(said)) {
        await once(socket, 'data');
      }
      return Object.fromEntries([...said.matchAll(/([\w/]+) +=? *([0-9a-f]+)/g)]
        .map(([, name, value]) => [name.split('/').at(-1), BigInt(`0x${value}`)]));
    };
    return { machine, registers };
  }

  log() {
    return this.#machines.map((machine) => machine.log()).join('\n');
  }

  async stop() {
    await Promise.all(this.#machines.map((machine) => machine.stop()));
    fs.rmSync(this.#directory, { recursive: true, force: true });
  }
}
