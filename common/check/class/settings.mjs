// What `make grade` is told: read, and refused where it makes no sense, before anything is graded.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { refuse } from '../../stairs/steps.mjs';
import { stepOf } from '../student/command.mjs';
import { checksDirectory } from './key.mjs';
import { readRoster } from './submissions.mjs';

export const options = Object.fromEntries(['jobs', 'roster', 'checks', 'only', 'out']
  .map((name) => [name, { type: 'string' }]));
options.unsafe = { type: 'boolean' };

/** A path as it is meant: from where make was started. */
const pathOf = (named) => path.resolve(process.env.WORKBOOK_STARTED ?? '', named);

function jobsIn(text) {
  const most = 4 * os.cpus().length; // with more, a slow one looks as if it hangs
  const jobs = text === undefined ? os.cpus().length : Number(text);
  return Number.isInteger(jobs) && jobs >= 1 && jobs <= most ? jobs
    : refuse(`JOBS=${text}: say how many are graded at once, 1 to ${most}`);
}

/** Where the results go: beside the submissions. */
function outFor(named, submissions, step) {
  const out = named === undefined ? `${submissions}-${step.slice(0, 2)}` : pathOf(named);
  if (out === submissions) {
    refuse(`OUT=${out}: the results would be taken for submissions: name another directory`);
  }
  return fs.existsSync(out) && !fs.statSync(out).isDirectory()
    ? refuse(`OUT=${out}: it is a file: name a directory for the results`) : out;
}

/**
 * @param {object} values of the options
 * @param {string[]} words SUBMISSIONS and STEP
 * @returns {object} { submissions, step, out, jobs, roster, besides, checks, only, isUnsafe }
 */
export function settingsOf({ jobs, roster, checks, only, out, unsafe = false }, [named, wanted]) {
  if (!named) {
    refuse('SUBMISSIONS=: name a directory with bundles, directories or clones');
  }
  const step = stepOf(wanted);
  const submissions = pathOf(named);
  const place = outFor(out, submissions, step);
  const rosterFile = roster && pathOf(roster);
  return {
    submissions, step, out: place, jobs: jobsIn(jobs), only, isUnsafe: unsafe,
    roster: rosterFile && readRoster(rosterFile, step),
    besides: [place, rosterFile],
    checks: checks && checksDirectory(pathOf(checks)),
  };
}
