// The end of `make test`: what failed, and the sum over all parts.
//   node summary.mjs build/test PART…

import fs from 'node:fs';
import path from 'node:path';

const [directory, ...parts] = process.argv.slice(2);

const read = (file) => JSON.parse(fs.readFileSync(path.join(directory, file), 'utf8'));

/** The names of the tests that passed and failed, for each part that has tests. */
const readers = {
  unit() {
    const results = { passed: [], failed: [] };
    for (const suite of read('unit/results.json').testsuites) {
      for (const test of suite.testsuite.filter(({ status }) => status === 'RUN')) {
        const list = test.failures ? results.failed : results.passed;
        list.push(`${suite.name}.${test.name}`);
      }
    }
    return results;
  },
  fuzz: () => read('fuzz/results.json'),
};
/** Any other part has written lists of names, as reporter.mjs does. */
const readList = (part) => () => read(`results/${part}.json`);

let passed = 0;
const failed = [];
for (const part of parts) {
  const done = fs.existsSync(path.join(directory, 'results', `${part}.done`));
  let results = { passed: [], failed: [] };
  try {
    results = part === 'build' ? results : (readers[part] ?? readList(part))();
  } catch (error) {
    failed.push(`${part}: no results (${error.message})`);
  }
  passed += results.passed.length;
  failed.push(...results.failed.map((name) => `${part}: ${name}`));
  // A part that could not run to its end is a failure even if all that it did went well.
  if (!done && results.failed.length === 0) {
    failed.push(`${part}: it did not end well; see above`);
  }
}

console.log('');
for (const name of failed) {
  console.log(`failed: ${name}`);
}
console.log(`${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length > 0 || passed === 0 ? 1 : 0;
