// A room of a box: namespaces of its own (processes, mounts, network, names), a file system of its
// own that ends at a fixed size, and what it shows. Commands are started into it. A process that
// only waits holds it; when that ends, which it does with the grader, too, the kernel ends all
// other processes of the room, and its files are gone.
//
// As root the commands run as a user that nobody else is, since the limit on processes counts by
// user and does not bind root; as a plain user in a namespace of users, which counts its own.
import { spawn, spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

import { asPairs, environmentIn } from './shown.mjs';
import { scratchSize } from './limits.mjs';

const enter = fileURLToPath(new URL('enter.sh', import.meta.url));
const place = fileURLToPath(new URL('.', import.meta.url)); // any directory serves
const scratch = '/scratch';

/** The namespaces of a room: the option of unshare and nsenter, and its name. */
const namespaces = [['--mount', 'mounts'], ['--pid', 'processes'], ['--net', 'the network'],
  ['--ipc', 'shared memory'], ['--uts', 'names of the machine']];
const options = namespaces.map(([option]) => option);
const asUser = ['--user', '--map-root-user'];

/** Numbers that no system gives to anybody. */
const anyUser = () => 1_900_000_000 + randomInt(2 ** 27);

/** A step of making a room is denied: which, and what was said. */
export class Denied extends Error {
  constructor(step, said) {
    super(`${step}: ${said.trim().split(/\s*\n\s*/).join('; ') || 'it is denied'}`);
  }
}

/** What makes a room around a command. */
const unshareWords = (kind, user, shows, command) => ['unshare', ...options, '--fork',
  '--kill-child', ...kind === 'user' ? asUser : [], 'sh', enter, place, String(user),
  String(scratchSize), ...asPairs(shows), '--', ...command];

/** Around a command inside: nothing of our environment, without rights, within limits. */
function confined(command, kind, user, { memory, processes, file, files, cpu }) {
  return ['/usr/bin/env', '-i', ...environmentIn(scratch), 'choom', '-n', '1000', '--', 'setpriv',
    ...kind === 'root' ? [`--reuid=${user}`, `--regid=${user}`, '--clear-groups'] : [],
    '--inh-caps=-all', '--ambient-caps=-all', '--bounding-set=-all', '--no-new-privs',
    '--pdeathsig=SIGKILL', 'prlimit', `--nproc=${processes}`, `--as=${memory}`,
    `--fsize=${file}`, `--nofile=${files}`, `--cpu=${cpu}`, '--core=0', ...command];
}

/** The namespace that this machine denies, undefined if it is none of them. */
function deniedNamespace(kind) {
  const base = kind === 'user' ? asUser : [];
  const tried = [...kind === 'user' ? [[[], 'users']] : [], ...namespaces.map(([option, name]) =>
    [[option, ...option === '--pid' ? ['--fork'] : []], name])];
  for (const [more, name] of tried) {
    const { status, stderr, error } = spawnSync('unshare', [...base, ...more, 'true'],
      { encoding: 'utf8' });
    if (status !== 0) {
      return new Denied(`a namespace of ${name}`, error?.message ?? stderr);
    }
  }
  return undefined;
}

/**
 * Waits until enter.sh is ready, or has failed.
 * @returns {Promise<{ id: string, steps: string, stderr: string }>} id: of the process that holds
 *   the room, if there is one; steps: what enter.sh has named
 */
function readyOf(holder) {
  const said = { steps: '', stderr: '' };
  return new Promise((resolve) => {
    holder.stdio[3].setEncoding('utf8').on('data', (text) => {
      said.steps += text;
      const [, id] = /^ready (\d+)\n/m.exec(said.steps) ?? [];
      if (id !== undefined) {
        resolve({ id, ...said });
      }
    });
    holder.stderr.setEncoding('utf8').on('data', (text) => { said.stderr += text; });
    holder.on('error', ({ message }) => { said.stderr += message; });
    holder.on('close', () => resolve(said));
  });
}

/**
 * What a process has used, and its children that have ended: ticks of CPU time, pages of memory.
 * (proc(5), /proc/pid/stat: utime, stime, cutime, cstime, rss.)
 */
function usedBy(directory) {
  try {
    const fields = fs.readFileSync(`${directory}/stat`, 'latin1').replace(/^.*\) /s, '')
      .split(' ').map(Number);
    return { ticks: fields[11] + fields[12] + fields[13] + fields[14], pages: fields[21] };
  } catch {
    return { ticks: 0, pages: 0 }; // it has just ended
  }
}

export class Room {
  /** Where commands may write. */
  scratch = scratch;
  #kind;
  #user;
  #holder;
  #id; // of the process that holds it
  #ended;

  constructor(kind, user, holder, id) {
    [this.#kind, this.#user, this.#holder, this.#id] = [kind, user, holder, id];
    this.#ended = once(holder, 'close');
  }

  /**
   * @param {string} kind root or user
   * @param {(string|string[])[]} shows files and directories that can be read in it: under their
   *   own names, or as [outside, inside]
   */
  static async open(kind, shows) {
    const user = kind === 'root' ? anyUser() : 0;
    const [program, ...words] = unshareWords(kind, user, shows, ['sh', '-c', 'read -r end']);
    const holder = spawn(program, words,
      { detached: true, stdio: ['pipe', 'ignore', 'pipe', 'pipe'] });
    holder.stdin.on('error', () => {}); // it has ended before
    const { id, steps, stderr } = await readyOf(holder);
    if (id === undefined) {
      throw (steps === '' && deniedNamespace(kind))
        || new Denied(steps.trim().split('\n').at(-1) || 'unshare', stderr);
    }
    return new Room(kind, user, holder, id);
  }

  /** Where the grader sees a file of the room. */
  path(file) {
    return `/proc/${this.#id}/root${file}`;
  }

  /** The words that start a command in the room, within limits of limits.mjs. */
  words(command, limits) {
    return ['nsenter', `--target=${this.#id}`, ...options,
      ...this.#kind === 'user' ? ['--user', '--preserve-credentials'] : [],
      ...confined(command, this.#kind, this.#user, limits)];
  }

  /** Lets the commands of the room write a file that the grader has put there. */
  share(file) {
    fs.chmodSync(this.path(file), 0o666);
  }

  /** What all that runs in the room has used: seconds of CPU time, and bytes of memory now. */
  used() {
    const proc = this.path('/proc');
    const all = fs.readdirSync(proc).filter((name) => /^\d+$/.test(name))
      .map((id) => usedBy(`${proc}/${id}`));
    return {
      cpu: all.reduce((sum, { ticks }) => sum + ticks, 0) / 100,
      memory: 4096 * all.reduce((sum, { pages }) => sum + pages, 0),
    };
  }

  /** Ends all that runs in it. */
  async close() {
    this.#holder.stdin.end();
    await this.#ended;
  }
}

/**
 * Runs one short command in a room for it alone, and waits.
 * @returns {{ status: number, stdout: string }}
 */
export function runAlone(kind, command, shows, limits) {
  const user = kind === 'root' ? anyUser() : 0;
  const [program, ...words] = unshareWords(kind, user, shows,
    confined(command, kind, user, limits));
  return spawnSync(program, words, {
    encoding: 'utf8', timeout: 1000 * limits.clock, killSignal: 'SIGKILL',
    maxBuffer: limits.output, stdio: ['ignore', 'pipe', 'ignore', 'pipe'],
  });
}
