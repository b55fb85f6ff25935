// Shows a test run of `node --test` in the same way with every version of Node: a line for each
// test when it is over, the reason right behind it when it failed. Writes the results to the file
// TEST_RESULTS: { passed: [names], failed: [names] }.

import fs from 'node:fs';
import path from 'node:path';

import { missing } from '../install/missing.mjs';

const indent = (text) => text.split('\n').map((line) => `    ${line}`).join('\n');

/** What to tell of an error; the stack is only of use where it leads to a line of a test. */
function reason(error) {
  const cause = error?.cause ?? error;
  const message = cause?.message ?? String(cause);
  const [, program] = /\bspawn(?:Sync)? (\S+) ENOENT/.exec(message) ?? [];
  const place = /\(?(file:\/\/\S*\.test\.mjs:\d+)/.exec(cause?.stack ?? '');
  return [message, program && missing(program), place && `at ${place[1]}`].filter(Boolean)
    .join('\n');
}

/** Node reports a file as a test of its own, whose failure says nothing new if a test failed. */
const isFile = (name) => /\.m?js$/.test(name);

export default async function* reporter(events) {
  const passed = [];
  const failed = [];
  for await (const { type, data } of events) {
    const { name, details } = data ?? {};
    if (data?.skip !== undefined) {
      continue;
    }
    const seconds = ((details?.duration_ms ?? 0) / 1000).toFixed(1);
    if (type === 'test:pass' && !isFile(name)) {
      passed.push(name);
      yield `ok    ${name} (${seconds} s)\n`;
    } else if (type === 'test:fail') {
      if (!isFile(name) || details.error?.failureType !== 'subtestsFailed') {
        failed.push(name);
        yield `FAIL  ${name} (${seconds} s)\n${indent(reason(details.error))}\n`;
      }
    } else if (type === 'test:stderr' || type === 'test:stdout') {
      yield data.message;
    }
  }
  if (process.env.TEST_RESULTS) {
    fs.mkdirSync(path.dirname(process.env.TEST_RESULTS), { recursive: true });
    fs.writeFileSync(process.env.TEST_RESULTS, JSON.stringify({ passed, failed }, null, 2));
  }
  yield `${passed.length} tests passed, ${failed.length} failed\n`;
}
