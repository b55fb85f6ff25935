// Measures how much time of this machine's processors QEMU takes for the same work on both
// machines: what no count of instructions shows. It is different each time, so it is measured more
// than once.

import { runWorkload } from './machine.mjs';
import { bare, underHypervisor } from './machines.mjs';
import { phases, runs } from './phases.mjs';

export const repetitions = 5;

/** The phases that can be measured so: the plugin does not see a kernel's first instruction. */
export const cpuPhases = phases.filter(({ run, from }) => run === 'hvc0' && from !== 0);

/** Seconds of a phase. */
function secondsOf(marks, { from, to }) {
  const at = (wanted) => marks.filter(({ mark }) => mark === wanted).pop().seconds;
  return at(to) - (from === 'reset' ? 0 : at(from));
}

/** The middle one of some numbers, and how far they are apart, as a part of it. */
function summary(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)];
  return { median, spread: (sorted.at(-1) - sorted[0]) / median };
}

/**
 * @param {(what: string) => void} progress is told what begins
 * @returns {Promise<object>} for each phase, by its name, { bare, hypervisor, ratio }
 */
export async function measureCpuTime(progress) {
  const work = { ...runs.hvc0, clock: 'real' };
  const machines = { bare: bare(work), hypervisor: underHypervisor(work) };
  const marks = { bare: [], hypervisor: [] };
  for (let count = 1; count <= repetitions; count += 1) {
    progress(`QEMU's CPU time, ${count} of ${repetitions}`);
    for (const [name, machine] of Object.entries(machines)) { // nothing else runs beside it
      marks[name].push((await runWorkload(`cpu-${name}`, machine)).marks);
    }
  }
  return Object.fromEntries(cpuPhases.map((phase) => {
    const [onBare, hypervisor] = ['bare', 'hypervisor']
      .map((name) => summary(marks[name].map((run) => secondsOf(run, phase))));
    return [phase.name, { bare: onBare, hypervisor, ratio: hypervisor.median / onBare.median }];
  }));
}
