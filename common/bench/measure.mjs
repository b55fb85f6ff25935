// Measures: runs the workload on both machines and makes one result of what was counted.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { countStep } from '../stairs/lines.mjs';
import {
  built, hypervisorRange, kernel, qemu, runBare, runHypervisor, stepDirectory, versionOf,
} from './machine.mjs';
import { kinds, phases } from './phases.mjs';

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

/** Runs both machines with one console. */
async function runBoth(console, progress) {
  progress(`under the hypervisor, with console ${console}`);
  const hypervisor = await runHypervisor(console);
  progress(`on the bare machine, with console ${console}`);
  return { hypervisor, bare: await runBare(console, hypervisor.memory) };
}

/**
 * Runs all there is to measure.
 * @param {(what: string) => void} progress is told what begins
 */
export async function measure(progress = () => {}) {
  const consoles = ['hvc0', 'ttyS0'];
  const [hvc0, ttyS0] = await Promise.all(consoles.map((name) => runBoth(name, progress)));

  const result = { versions: versions(hvc0.bare.console), phases: {} };
  for (const { name, console, from, to } of phases) {
    const runs = console === 'ttyS0' ? ttyS0 : hvc0;
    const bare = between(runs.bare.marks, from, to).instructions;
    const hypervisor = between(runs.hypervisor.marks, from, to);
    result.phases[name] = { bare, hypervisor, ratio: hypervisor.instructions / bare };
  }
  result.exits = hvc0.hypervisor.marks.at(-1).exits;
  result.memory = hypervisorRange().size;
  result.lines = { code: 0, headers: 0 };
  for (const { kind, lines } of countStep(stepDirectory)) {
    result.lines[kind] += lines;
  }
  return result;
}
