// Runs QEMU with plugins, and gives what the guest has said and what the plugins have written.

import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastMark } from './phases.mjs';

export const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
/** Where common/bench/Makefile has put all that it builds. */
export const built = path.join(root, 'build', 'bench');
export const qemu = process.env.QEMU ?? 'qemu-system-riscv64';

/** QEMU runs in `built`: names without the user's directories need no quoting for it. */
export const inBuilt = (file) => path.relative(built, file);

/** The version of a QEMU, as numbers. */
export function versionOf(program) {
  return /\d+\.[\d.]+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))[0];
}

/** From QEMU 9 on plugins are made for another API. */
const apiOf = (program) => (Number.parseInt(versionOf(program), 10) < 9 ? 1 : 4);
const hex = (number) => number.toString(16);
const lastLines = (text) => text.trimEnd().split('\n').slice(-15).join('\n');

/** The instructions are the clock: a run does not depend on how fast this machine is. */
const clocks = {
  exact: ['-icount', 'shift=0,sleep=off'], // an idle guest waits no time for its timers
  waiting: ['-icount', 'shift=0,sleep=on'], // it waits as long as they last
  real: [],
};

/** QEMU's arguments for the plugins, one of which writes into `file`. */
function plugins({ hypervisor, clock, atOnce, typed }, api, file) {
  const range = hypervisor ? `,hypervisor=${hex(hypervisor.start)}-${hex(hypervisor.end)}` : '';
  const names = [
    clock === 'real' ? `cpu_time-${api}.so,out=${file}` : `counter-${api}.so,out=${file}${range}`,
    ...(atOnce ? [`at_once-${api}.so`] : []),
    ...(typed ? [`typist-${api}.so,mark=${typed.mark},line=${typed.line}`] : []),
  ];
  return names.flatMap((name) => ['-plugin', `./${name}`]);
}

/**
 * What the guest says goes into a file, which keeps nobody waiting. What is typed comes by QEMU's
 * standard input.
 */
const consoleIn = (file, typed) => (typed
  ? ['-chardev', `stdio,id=console,logfile=${file}`, '-serial', 'chardev:console']
  : ['-serial', `file:${file}`]);

/** Runs a program to its end; throws what it has said when that was no good one. */
function finish(program, options, limit) {
  const child = spawn(program, options, {
    cwd: built, timeout: limit * 1000, stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (text) => { complaint += text; });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => {
      const why = child.killed ? `it has not ended after ${limit} s` : complaint.trim();
      return status === 0 ? resolve() : reject(new Error(why));
    });
  });
}

/**
 * Runs QEMU until the guest has powered it off.
 * @param {string} name of the files with what the console shows and what the plugin writes
 * @param {object} machine
 * @param {string[]} machine.options QEMU's
 * @param {'exact' | 'waiting' | 'real'} machine.clock with `real`, nothing is counted, but CPU
 *   time measured
 * @param {{start: number, end: number}} machine.hypervisor where it is, if there is one
 * @param {boolean} machine.atOnce whether disks answer at once (at_once.c)
 * @param {{mark: number, line: string}} machine.typed what is typed after that mark (typist.c)
 * @param {object} more
 * @param {string} more.program another QEMU
 * @param {number} more.limit seconds after which it counts as hanging
 * @returns {Promise<{console: string, marks: object[]}>} what the plugin has written, line by line
 */
export async function run(name, machine, { program = qemu, limit = 120 } = {}) {
  const files = { console: `${name}.console`, marks: `${name}.marks` };
  const options = ['-machine', 'virt', '-cpu', 'rv64', '-display', 'none', '-monitor', 'none',
    '-no-reboot', '-seed', '1', ...clocks[machine.clock], ...machine.options,
    ...consoleIn(files.console, machine.typed), ...plugins(machine, apiOf(program), files.marks)];
  Object.values(files).forEach((file) => fs.rmSync(path.join(built, file), { force: true }));
  const read = (file) => fs.readFileSync(path.join(built, file), 'utf8').replaceAll('\r', '');
  await finish(program, options, limit).catch(({ message }) => {
    const isThere = fs.existsSync(path.join(built, files.console));
    const said = isThere ? lastLines(read(files.console)) : '';
    throw new Error(`${name}: ${message}${said && `; on the console:\n${said}`}`);
  });
  const marks = read(files.marks).trim().split('\n').map((mark) => JSON.parse(mark));
  return { console: read(files.console), marks };
}

/** Like `run`, with the workload, which has to come to its end. */
export async function runWorkload(name, machine, more) {
  const { console, marks } = await run(name, machine, more);
  if (!marks.some(({ mark }) => mark === lastMark)) {
    throw new Error(`${name}: the workload failed; on the console:\n${lastLines(console)}`);
  }
  return { console, marks };
}
