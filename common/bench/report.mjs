// What is said about a result: the tables, and how it compares with the reference.

import { cpuPhases, repetitions } from './cpu.mjs';
import { figures, kinds, packagePhases, phases } from './phases.mjs';

/** A ratio that is so much worse than the reference's is worth a warning, or fails. */
const warnFrom = 0.02;
const failFrom = 0.05;

const millions = (count) => (count / 1e6).toFixed(3);
const number = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(1));

function goalColumn(value, goal, digits) {
  return goal === undefined ? '' : `${value <= goal ? 'met' : 'MISSED'} (${goal.toFixed(digits)})`;
}

/** Rows of cells as lines, the first column to the left. */
function align(rows) {
  const widths = rows[0].map((_, column) => (
    Math.max(...rows.map((row) => (row[column] ?? '').length))));
  return rows.map((row) => row.map((cell, column) => (
    column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ').trimEnd());
}

/** A row of the table for what was measured in one phase, by its name. */
function phaseRow({ name, goal, slowGoal }, measured, kvm) {
  const { bare, hypervisor, ratio, slow, slowRatio } = measured[name];
  const ofKvm = kvm?.instructions[name];
  return [name, millions(bare), millions(hypervisor.instructions), ratio.toFixed(3),
    goalColumn(ratio, goal, 3),
    ...(slow ? [millions(slow), slowRatio.toFixed(3), goalColumn(slowRatio, slowGoal, 3)]
      : ['', '', '']),
    ...(kvm ? [ofKvm ? (ofKvm / bare).toFixed(3) : ''] : []),
    ...Object.keys(kinds).map((kind) => String(hypervisor.exits[kind].count))];
}

/** What is to be known beside the table. */
function notes({ kvm, packages }) {
  return ['',
    'The bare machine\'s disk answers at once; that of "1 ms disk" after a millisecond of this',
    'machine\'s time, which is not quite the same twice. All else is exact.',
    ...(kvm ? [`KVM: ${kvm.host}; "reset" is that of the machine on which this Linux boots.`] : []),
    ...(packages ? [`Debian's kernel: Linux ${packages.linux}.`] : []),
    ...(kvm && packages ? [] : ['Not measured: Debian\'s own kernel, a shell\'s loop and KVM. '
      + '`make bench-kvm` does,', 'and fetches 160 MB of Debian\'s packages once.'])];
}

/**
 * The table of instructions, as lines.
 * @param {object} result of measure.mjs
 * @param {object} more `kvm` and `packages`: what kvm.mjs and packages.mjs have measured, if so
 */
export function table(result, { kvm, packages } = {}) {
  const rows = [['', 'bare', 'hypervisor', 'ratio', 'goal', '1 ms disk', 'ratio', 'goal',
    ...(kvm ? ['KVM'] : []), ...Object.values(kinds)],
  ...phases.map((phase) => phaseRow(phase, result.phases, kvm)),
  ...(packages ? packagePhases.map((phase) => phaseRow(phase, packages.phases, kvm)) : []),
  ...figures.map(({ name, of, goal }) => {
    const value = of(result);
    return [name, '', number(value), '', goalColumn(value, goal, 0)];
  })];
  return ['Millions of instructions, all that the machine executes; exits by their cause:', '',
    ...align(rows), ...notes({ kvm, packages })];
}

/** The table of CPU time, as lines. */
export function cpuTable(cpu) {
  const cells = ({ median, spread }) => [
    (1000 * median).toFixed(1), `${(100 * spread).toFixed(0)} %`];
  const rows = cpuPhases.map(({ name }) => {
    const { bare, hypervisor, ratio } = cpu[name];
    return [name, ...cells(bare), ...cells(hypervisor), ratio.toFixed(2)];
  });
  return ['QEMU\'s CPU time in milliseconds. It depends on this machine and on what else that does,',
    `so there are no goals. The median of ${repetitions} runs, and how far these are apart:`, '',
    ...align([['', 'bare', 'apart', 'hypervisor', 'apart', 'ratio'], ...rows])];
}

/**
 * Compares a result with an older one. Where they were not measured with the same tools there is
 * nothing to compare.
 * @returns {{ differing: string[], warnings: string[], failures: string[] }} as sentences
 */
export function compare(result, reference) {
  const differing = Object.keys(result.versions)
    .filter((what) => result.versions[what] !== reference.versions[what])
    .map((what) => `${what}: ${result.versions[what]}, there ${reference.versions[what]}`);
  const findings = { differing, warnings: [], failures: [] };
  if (differing.length > 0) {
    return findings;
  }
  for (const [name, { ratio }] of Object.entries(result.phases)) {
    const before = reference.phases[name]?.ratio ?? ratio; // it may be a new phase
    const worse = ratio / before - 1;
    const finding = `${name}: ${ratio.toFixed(3)} is ${(100 * worse).toFixed(1)} % worse than the `
      + `reference's ${before.toFixed(3)}`;
    if (worse >= failFrom) {
      findings.failures.push(finding);
    } else if (worse >= warnFrom) {
      findings.warnings.push(finding);
    }
  }
  return findings;
}

/** The same for people, as lines. */
export function describe({ differing, warnings, failures }) {
  if (differing.length > 0) {
    return ['There is nothing to compare with: the reference was measured with another',
      ...differing.map((line) => `  ${line}`)];
  }
  return [
    ...warnings.map((line) => `warning: ${line}`),
    ...failures.map((line) => `FAILED: ${line}`),
    ...(warnings.length + failures.length > 0 ? [] : ['No ratio is worse than the reference\'s.']),
  ];
}
