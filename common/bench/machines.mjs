// The two machines that are compared, as `run` of machine.mjs takes them: QEMU with the hypervisor
// and a guest, and QEMU with as much memory as that guest has, and the same devices, but no
// hypervisor.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { layout } from '../test/layout.mjs';
import { built, inBuilt, root } from './machine.mjs';

export const stepDirectory = path.resolve(root, process.env.STEP ?? 'steps/15-virtio-blk');
export const hypervisorElf = path.join(root, 'build', path.basename(stepDirectory),
  'hypervisor.elf');
export const kernel = path.join(root, 'build', 'guest', 'Image');
const disk = path.join(built, 'disk');
const MiB = 2 ** 20;
/** What all runs have that do not name another. */
const usual = { kernel, initrd: path.join(built, 'init.cpio'), guest: 128, clock: 'exact' };

/** Where the hypervisor begins and ends in memory, its page pool included. */
export function hypervisorRange() {
  const nm = process.env.NM ?? 'llvm-nm-19';
  const symbols = execFileSync(nm, [hypervisorElf], { encoding: 'utf8' });
  const [start, end] = ['_start', '__end'].map((name) => (
    Number.parseInt(new RegExp(`^(\\w+) \\w ${name}$`, 'm').exec(symbols)[1], 16)));
  return { start, end, size: end - start };
}

/** The machine of a guest with `guest` MiB: what lies behind the files, and QEMU's device tree. */
function machineFor({ kernel: KERNEL, initrd: INITRD, guest }) {
  const places = layout({ KERNEL, INITRD, DISK: disk });
  return { places, memory: places.end - places.ram + (guest + 2) * MiB };
}

/**
 * @param {object} work
 * @param {string} work.append the kernel's command line
 * @param {string} work.clock and `typed`: of machine.mjs
 * @param {string} work.kernel and `initrd`: files
 * @param {number} work.guest MiB of RAM that the guest has
 */
export function underHypervisor(work) {
  const all = { ...usual, ...work };
  const { places, memory } = machineFor(all);
  return {
    clock: all.clock,
    typed: all.typed,
    hypervisor: hypervisorRange(),
    options: ['-m', `${memory / MiB}M`, '-kernel', inBuilt(hypervisorElf), '-append', all.append,
      '-device', `guest-loader,addr=${places.kernel},kernel=${inBuilt(all.kernel)}`,
      '-device', `guest-loader,addr=${places.initrd},initrd=${inBuilt(all.initrd)}`,
      '-device', `guest-loader,addr=${places.disk},kernel=${inBuilt(disk)},bootargs=disk`],
  };
}

/** What QEMU's disk can and ours cannot is off, as far as QEMU lets it be turned off. */
const sameDisk = ['virtio-mmio.force-legacy=off', ...['indirect_desc=off', 'event_idx=off',
  'config-wce=off', 'discard=off', 'write-zeroes=off', 'queue-size=128']
  .map((setting) => `virtio-blk-device.${setting}`)];

/**
 * The bare machine's disk holds nothing and is quick, but it answers in the host's time. So the
 * guest waits for each answer (at_once.c). Or the disk takes a millisecond, and the guest is idle
 * by then: with less time some requests would cost a thousand instructions less, more of them the
 * busier the host is. What the time of an idle guest adds is below 1 %.
 * @param {object} work as above
 * @param {boolean} work.slow whether the disk takes a millisecond
 */
export function bare(work) {
  const all = { ...usual, ...work };
  const latency = all.slow ? ',latency-ns=1000000' : '';
  return {
    clock: all.slow ? 'waiting' : all.clock,
    typed: all.typed,
    atOnce: !all.slow && all.clock !== 'real',
    options: ['-m', `${all.guest}M`, '-kernel', inBuilt(all.kernel), '-append', all.append,
      '-initrd', inBuilt(all.initrd), ...sameDisk.flatMap((setting) => ['-global', setting]),
      '-drive', `driver=null-co,size=16M,read-zeroes=on,if=none,id=disk${latency}`,
      '-device', 'virtio-blk-device,drive=disk'],
  };
}

/** How the memory of the usual machine is used, in bytes; the sum of all is the machine's. */
export function memoryUse(console) {
  const { places, memory } = machineFor(usual);
  const guest = Number(/the guest gets (\d+) MiB/.exec(console)[1]) * MiB;
  const parts = {
    guest,
    firmware: hypervisorRange().start - places.ram,
    hypervisor: hypervisorRange().size,
    kernel: places.kernel_size,
    initrd: places.initrd_size,
    disk: fs.statSync(disk).size,
  };
  const used = Object.values(parts).reduce((sum, size) => sum + size, 0);
  return { ...parts, gaps: memory - used };
}
