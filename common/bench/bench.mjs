// Measures what the hypervisor costs, prints it as a table and compares it with the reference.
//   node bench.mjs [--json FILE] [--reference]
// --json writes the result as data as well, --reference as what is to be compared with.
// The exit status is 1 when a ratio has become much worse than in the reference.

import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { built } from './machine.mjs';
import { measure } from './measure.mjs';
import { compare, describe, table } from './report.mjs';

const { values: options } = parseArgs({
  options: { json: { type: 'string' }, reference: { type: 'boolean' } },
});
const kvmFile = path.join(built, 'kvm.json');
const referenceFile = new URL('reference.json', import.meta.url);
const print = (lines) => console.log(lines.join('\n'));

/** As JSON with the smallest objects on one line each. */
function write(file, result) {
  const text = JSON.stringify(result, null, 2)
    .replace(/\{([^{}]{0,80})\}/g, (object) => object.replace(/\s+/g, ' '));
  fs.writeFileSync(file, `${text}\n`);
}

/** What kvm.mjs has measured, if that was with what there is now. */
function readKvm(versions) {
  const kvm = fs.existsSync(kvmFile) ? JSON.parse(fs.readFileSync(kvmFile, 'utf8')) : undefined;
  return kvm && isDeepStrictEqual(kvm.versions, versions) ? kvm : undefined;
}

try {
  const result = await measure((what) => console.error(`bench: ${what}`));
  const kvm = readKvm(result.versions);
  print(['', ...table(result, kvm), '']);
  if (options.json) {
    write(options.json, { ...result, kvm });
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
