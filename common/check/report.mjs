// What a student reads of a test, and the logs of its run.
import fs from 'node:fs';
import path from 'node:path';

import { number } from '../steps.mjs';
import { shown } from './place.mjs';

const limit = 40; // lines of a report
const marks = { passed: 'ok  ', failed: 'FAIL', 'not reached': '-   ' };
const indent = ' '.repeat(8);

const headOf = (state, points, total, text) =>
  `  ${marks[state]}  ${String(points).padStart(2)}/${String(total).padEnd(2)}  ${text}`;

/** What became of what stays true of an earlier chapter, in a line. */
export const chapterReportOf = ({ step, asked, failed, points, total }) =>
  headOf(failed.length === 0 ? 'passed' : 'failed', points, total,
    `chapter ${number(step)} stays true: ${asked - failed.length} of ${asked} tests`);

/**
 * A test's result, to be read. One of an earlier chapter has no points alone, and no line if it has
 * passed: the chapter gets one.
 * @param {object} result of grade()
 * @param {object} options
 * @param {boolean} options.verbose whether the whole console is shown, also of what has passed
 * @param {string} options.log where the log of its run is going to be
 */
export function reportOf({ test, state, points, message, where = [], run }, { verbose, log }) {
  const text = `${test.name}: ${test.says}`;
  const head = test.isOwn ? headOf(state, points, test.points, text)
    : `  ${marks[state]}         ${text}`;
  if (state === 'not reached') {
    return `${head}\n${indent}${message[0]}, which has not passed`;
  }
  const told = verbose ? (run.run ?? run).console?.split('\n').map((line) => `| ${line}`) ?? [] : [];
  if (state === 'passed') {
    return [head, ...told.map((line) => indent + line)].join('\n');
  }
  const lines = [
    ...message, ...where,
    `hint      ${test.hints[0]}`,
    `section   chapter ${Number(test.step.slice(0, 2))}, “${test.section}”`,
    `log       ${shown(log)}`,
  ];
  const kept = lines.length > limit - 1
    ? [...lines.slice(0, limit - 5), '…', ...lines.slice(-3)] : lines;
  return [head, ...[...kept, ...told].map((line) => indent + line)].join('\n');
}

/** Writes the console and the traps of each run that a test looked at. */
export function writeLogs(results, directory) {
  fs.rmSync(directory, { recursive: true, force: true });
  fs.mkdirSync(directory, { recursive: true });
  for (const { boot, run } of results.filter((result) => result.run)) {
    const { console = '', log = '' } = run.run ?? run;
    fs.writeFileSync(path.join(directory, `${boot.replace('/', '-')}.txt`),
      `${console}\n---- traps, as QEMU logs them (-d int)\n${log.slice(-(2 ** 22))}`);
  }
}
