// Measures what the hypervisor costs, prints it as tables and compares it with the reference.
//   node bench.mjs [--json FILE] [--reference]
// --json writes the result as data as well, --reference as what is to be compared with.
// The exit status is 1 when a ratio has become much worse than in the reference.

import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { measureCpuTime } from './cpu.mjs';
import { built } from './machine.mjs';
import { measure } from './measure.mjs';
import { compare, cpuTable, describe, table } from './report.mjs';

const { values: options } = parseArgs({
  options: { json: { type: 'string' }, reference: { type: 'boolean' } },
});
const referenceFile = new URL('reference.json', import.meta.url);
const progress = (what) => console.error(`bench: ${what}`);
const print = (lines) => console.log(lines.join('\n'));

/** As JSON with the smallest objects on one line each. */
function write(file, result) {
  const text = JSON.stringify(result, null, 2)
    .replace(/\{([^{}]{0,80})\}/g, (object) => object.replace(/\s+/g, ' '));
  fs.writeFileSync(file, `${text}\n`);
}

/** What is in `built` of an earlier measurement, if that was with what there is now. */
function readKept(name, versions) {
  const file = path.join(built, name);
  const kept = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
  return kept && isDeepStrictEqual(kept.versions, versions) ? kept : undefined;
}

try {
  const result = await measure(progress);
  const kvm = readKept('kvm.json', result.versions);
  const packages = readKept('packages.json', result.versions);
  const cpu = options.reference ? undefined : await measureCpuTime(progress);
  print(['', ...table(result, { kvm, packages }), '']);
  if (cpu) {
    print([...cpuTable(cpu), '']);
  }
  if (options.json) {
    write(options.json, { ...result, kvm, packages, cpu });
  }
  if (options.reference) {
    write(referenceFile, result);
  } else {
    const findings = compare(result, JSON.parse(fs.readFileSync(referenceFile, 'utf8')));
    print(describe(findings));
    process.exitCode = findings.failures.length > 0 ? 1 : 0;
  }
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
}
