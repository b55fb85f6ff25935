// Runs the workload in QEMU, on the bare machine or under a hypervisor, and gives what counter.c
// has counted. Instructions are the clock there (-icount), so that a run does not depend on how
// fast this machine is.

import { execFile, execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { layout } from '../test/layout.mjs';
import { lastMark } from './phases.mjs';

export const root = path.resolve(fileURLToPath(import.meta.url), '../../..');
export const stepDirectory = path.resolve(root, process.env.STEP ?? 'steps/15-virtio-blk');
/** Where common/bench/Makefile has put all that it builds. */
export const built = path.join(root, 'build', 'bench');
export const kernel = path.join(root, 'build', 'guest', 'Image');
export const qemu = process.env.QEMU ?? 'qemu-system-riscv64';

const MiB = 2 ** 20;
const hex = (number) => number.toString(16);

/** QEMU runs in `built`: names without the user's directories need no quoting for it. */
export const inBuilt = (file) => path.relative(built, file);
export const hypervisorElf = path.join(root, 'build', path.basename(stepDirectory),
  'hypervisor.elf');

/** The version of a QEMU, as numbers. */
export function versionOf(program) {
  return /\d+\.[\d.]+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))[0];
}

/** From QEMU 9 on plugins are made for another API. */
const apiOf = (program) => (Number.parseInt(versionOf(program), 10) < 9 ? 1 : 4);

/** Where the hypervisor begins and ends in memory, its page pool included. */
export function hypervisorRange() {
  const nm = process.env.NM ?? 'llvm-nm-19';
  const symbols = execFileSync(nm, [hypervisorElf], { encoding: 'utf8' });
  const [start, end] = ['_start', '__end'].map((name) => (
    Number.parseInt(new RegExp(`^(\\w+) \\w ${name}$`, 'm').exec(symbols)[1], 16)));
  return { start, end, size: end - start };
}

/**
 * Runs QEMU until the guest has powered it off.
 * @param {string} name of the files with what the console shows and what the plugin counts
 * @param {string[]} machine QEMU's arguments
 * @param {object} more
 * @param {{start: number, end: number}} more.hypervisor where it is, if there is one
 * @param {string} more.program another QEMU
 * @param {number} more.limit seconds after which it counts as hanging
 * @returns {Promise<{console: string, marks: object[]}>} what counter.c has written, line by line
 */
export async function run(name, machine, { hypervisor, program = qemu, limit = 120 } = {}) {
  const files = { console: `${name}.console`, marks: `${name}.marks` };
  const range = hypervisor ? `,hypervisor=${hex(hypervisor.start)}-${hex(hypervisor.end)}` : '';
  const options = ['-machine', 'virt', '-cpu', 'rv64', '-display', 'none', '-monitor', 'none',
    '-no-reboot', '-serial', `file:${files.console}`, ...machine,
    '-plugin', `./counter-${apiOf(program)}.so,out=${files.marks}${range}`];
  Object.values(files).forEach((file) => fs.rmSync(path.join(built, file), { force: true }));
  const read = (file) => fs.readFileSync(path.join(built, file), 'utf8').replaceAll('\r', '');
  await promisify(execFile)(program, options, { cwd: built, timeout: limit * 1000 })
    .catch(({ message, stderr, killed }) => {
      throw new Error(killed ? `${name}: it has not ended after ${limit} s; on the console:\n`
        + lastLines(read(files.console)) : stderr || message);
    });
  const marks = read(files.marks).trim().split('\n').map((line) => JSON.parse(line));
  return { console: read(files.console), marks };
}

const lastLines = (text) => text.trimEnd().split('\n').slice(-15).join('\n');

/** Like `run`, with the workload, which has to come to its end. */
export async function runWorkload(name, machine, more) {
  const { console, marks } = await run(name, machine, more);
  if (!marks.some(({ mark }) => mark === lastMark)) {
    throw new Error(`${name}: the workload failed; on the console:\n${lastLines(console)}`);
  }
  return { console, marks };
}

/** Under the hypervisor the disk is memory: every run is the same to the last instruction. */
export async function runHypervisor(console) {
  const [initrd, disk] = ['init.cpio', 'disk'].map((name) => path.join(built, name));
  const places = layout({ KERNEL: kernel, INITRD: initrd, DISK: disk });
  // The guest gets what lies behind the files, up to the 2 MiB of QEMU's device tree.
  const memory = places.end - places.ram + 128 * MiB + 2 * MiB;
  const result = await runWorkload(`hypervisor-${console}`, [
    '-m', `${memory / MiB}M`, '-icount', 'shift=0,sleep=off',
    '-kernel', inBuilt(hypervisorElf), '-append', `console=${console}`, '-seed', '1',
    '-device', `guest-loader,addr=${places.kernel},kernel=${inBuilt(kernel)}`,
    '-device', `guest-loader,addr=${places.initrd},initrd=${inBuilt(initrd)}`,
    '-device', `guest-loader,addr=${places.disk},kernel=${inBuilt(disk)},bootargs=disk`,
  ], { hypervisor: hypervisorRange() });
  const said = /the guest gets (\d+) MiB/.exec(result.console);
  return { ...result, memory: Number(said[1]) };
}

/**
 * The bare machine has QEMU's own disk, which answers in the host's time. It takes a millisecond,
 * so that the guest is always idle by then: else some requests would cost a thousand instructions
 * less, more of them the busier the host is. What the time of an idle guest adds is below 1 %.
 * @param {number} memory MiB of RAM
 */
export function runBare(console, memory) {
  const disk = 'driver=null-co,size=16M,read-zeroes=on,latency-ns=1000000,if=none,id=disk';
  return runWorkload(`bare-${console}`, [
    '-m', `${memory}M`, '-icount', 'shift=0,sleep=on', '-seed', '1',
    '-kernel', inBuilt(kernel), '-append', `console=${console}`, '-initrd', 'init.cpio',
    '-drive', disk, '-device', 'virtio-blk-device,drive=disk',
  ]);
}
