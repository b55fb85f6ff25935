// What is said about a result: the table, and how it compares with the reference.

import { figures, kinds, phases } from './phases.mjs';

/** A ratio that is so much worse than the reference's is worth a warning, or fails. */
const warnFrom = 0.02;
const failFrom = 0.05;

const millions = (count) => (count / 1e6).toFixed(3);
const number = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(1));

function goalColumn(value, goal, digits) {
  return goal === undefined ? '' : `${value <= goal ? 'met' : 'MISSED'} (${goal.toFixed(digits)})`;
}

/** The table, as lines; with a column for what kvm.mjs has measured, if it has. */
export function table(result, kvm) {
  const rows = [['', 'bare', 'hypervisor', 'ratio', ...(kvm ? ['KVM'] : []), 'goal',
    ...Object.values(kinds)]];
  for (const { name, goal } of phases) {
    const { bare, hypervisor, ratio } = result.phases[name];
    const ratioOfKvm = kvm?.instructions[name] && (kvm.instructions[name] / bare).toFixed(3);
    rows.push([name, millions(bare), millions(hypervisor.instructions), ratio.toFixed(3),
      ...(kvm ? [ratioOfKvm ?? ''] : []), goalColumn(ratio, goal, 3),
      ...Object.keys(kinds).map((kind) => String(hypervisor.exits[kind].count))]);
  }
  for (const { name, of, goal } of figures) {
    const value = of(result);
    rows.push([name, '', number(value), '', ...(kvm ? [''] : []), goalColumn(value, goal, 0)]);
  }
  const widths = rows[0].map((_, column) => (
    Math.max(...rows.map((row) => (row[column] ?? '').length))));
  const lines = rows.map((row) => row.map((cell, column) => (
    column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  ').trimEnd());
  const aboutKvm = `KVM: ${kvm?.host}; "reset" is that of the machine on which this Linux boots`;
  return ['Millions of instructions, all that the machine executes; exits by their cause:', '',
    ...lines, ...(kvm ? ['', aboutKvm] : [])];
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
