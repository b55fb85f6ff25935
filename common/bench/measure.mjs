// Measures: runs the workload on both machines and makes one result of what was counted.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { countStep } from '../stairs/lines.mjs';
import { built, qemu, runWorkload, versionOf } from './machine.mjs';
import { bare, kernel, memoryUse, stepDirectory, underHypervisor } from './machines.mjs';
import { kinds, phases, runs } from './phases.mjs';

const sha256 = (file) => createHash('sha256').update(fs.readFileSync(file)).digest('hex');

/** All that a result depends on besides the hypervisor: equal here, results can be compared. */
export function versions(console) {
  const compiler = execFileSync(process.env.CXX ?? 'clang++-19', ['--version'], {
    encoding: 'utf8',
  });
  const linux = /Linux version ([\d.]+)/.exec(fs.readFileSync(kernel, 'latin1'));
  return {
    'kernel': linux?.[1] ?? 'unknown',
    'kernel SHA-256': sha256(kernel),
    'workload SHA-256': sha256(path.join(built, 'init.cpio')),
    'compiler': compiler.split('\n')[0],
    'firmware': /OpenSBI v[\d.]+/.exec(console)?.[0] ?? 'unknown',
    'QEMU': versionOf(qemu),
  };
}

/** A result's object made of `value(kind)` for each kind of exit. */
const byKind = (value) => Object.fromEntries(Object.keys(kinds).map((kind) => [kind, value(kind)]));

/** What was counted between two marks. Of those with the same number the last one counts. */
export function between(marks, from, to) {
  const noExits = { count: 0, instructions: 0 };
  const nothing = { firmware: 0, hypervisor: 0, guest: 0, exits: byKind(() => noExits) };
  const at = (wanted) => marks.filter(({ mark }) => mark === wanted).pop();
  const start = from === 'reset' ? nothing : at(from);
  const end = at(to);
  const [firmware, hypervisor, guest] = ['firmware', 'hypervisor', 'guest']
    .map((owner) => end[owner] - start[owner]);
  return {
    instructions: firmware + hypervisor + guest,
    firmware,
    hypervisor,
    guest,
    exits: byKind((kind) => ({
      count: end.exits[kind].count - start.exits[kind].count,
      instructions: end.exits[kind].instructions - start.exits[kind].instructions,
    })),
  };
}

/** A phase on both machines: { bare, hypervisor, ratio }. */
export function compared({ from, to }, { bare: onBare, hypervisor: under }) {
  const hypervisor = between(under.marks, from, to);
  const { instructions } = between(onBare.marks, from, to);
  return { bare: instructions, hypervisor, ratio: hypervisor.instructions / instructions };
}

/**
 * Runs all of `machines`, two at a time.
 * @param {Object<string, object>} machines by name, as `run` takes them
 * @param {(what: string) => void} progress is told what begins
 * @returns {Promise<Object<string, object>>} by the same names: console and marks
 */
export async function runAll(machines, progress) {
  const results = {};
  const left = Object.entries(machines);
  const work = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      const [name, machine] = next;
      progress(name);
      results[name] = await runWorkload(name.replaceAll(/\W+/g, '-'), machine);
    }
  };
  await Promise.all([work(), work()]);
  return results;
}

/** The same work on both machines, as `runAll` takes it. */
export function both(name, work) {
  return {
    [`hypervisor, ${name}`]: underHypervisor(work),
    [`bare, ${name}`]: bare(work),
  };
}

/** What `runAll` gave for `both`. */
export const pair = (results, name) => ({
  hypervisor: results[`hypervisor, ${name}`], bare: results[`bare, ${name}`],
});

/**
 * Runs all there is to measure in instructions.
 * @param {(what: string) => void} progress is told what begins
 * @param {object} more
 * @param {boolean} more.slow whether also on a bare machine whose disk takes 1 ms
 */
export async function measure(progress = () => {}, { slow = true } = {}) {
  const slowBare = 'bare, its disk takes 1 ms';
  const machines = slow ? { [slowBare]: bare({ ...runs.hvc0, slow }) } : {};
  Object.entries(runs).forEach(([name, work]) => Object.assign(machines, both(name, work)));
  const results = await runAll(machines, progress);

  const { hypervisor } = pair(results, 'hvc0');
  const result = { versions: versions(hypervisor.console), phases: {} };
  for (const phase of phases) {
    const measured = compared(phase, pair(results, phase.run));
    if (phase.disk && slow) {
      measured.slow = compared(phase, { bare: results[slowBare], hypervisor }).bare;
      measured.slowRatio = measured.hypervisor.instructions / measured.slow;
    }
    result.phases[phase.name] = measured;
  }
  result.exits = hypervisor.marks.at(-1).exits;
  result.memory = memoryUse(hypervisor.console);
  result.lines = { code: 0, headers: 0 };
  for (const { kind, lines } of countStep(stepDirectory)) {
    result.lines[kind] += lines;
  }
  return result;
}
