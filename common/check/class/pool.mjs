// Starts a process for each submission, so many at once, and sees to it that each comes to an end,
// with all that it has started.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { anyMark, endMarked, markName } from './processes.mjs';

const worker = fileURLToPath(new URL('worker.mjs', import.meta.url));

const scale = Number(process.env.TIMEOUT_SCALE || 1);

/** Seconds that a submission may take; it guards against a grader that comes to no end. */
const most = 3600 * scale;

/** Seconds for its tests: what is not reached by then fails, and the rest has a mark. */
export const forTests = 3000 * scale;

const running = new Set(); // marks

/** Ends all that runs. */
export const endAll = () => running.forEach(endMarked);

/** What Node itself would listen to is not for the worker. */
function environmentFor(place, mark) {
  const environment = { ...process.env, TMPDIR: place, [markName]: mark };
  ['NODE_OPTIONS', 'NODE_TEST_CONTEXT'].forEach((name) => delete environment[name]);
  return environment;
}

/** The line that says why a process has ended without an answer. */
function complaintIn(file, [status, signal]) {
  const lines = fs.readFileSync(file, 'utf8').trim().split('\n');
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? (lines.at(-1)
    || `it ends with ${signal ?? `status ${status}`}`);
}

/**
 * Has one job done.
 * @param {object} job what worker.mjs gets
 * @param {string} place a directory for its files
 * @param {number} limit seconds
 * @returns {Promise<{ record: object } | { failure: string }>}
 */
async function runOne(job, place, limit) {
  const mark = anyMark();
  running.add(mark);
  const complaints = path.join(place, 'complaints');
  const errors = fs.openSync(complaints, 'w');
  const child = fork(worker, { stdio: ['ignore', errors, errors, 'ipc'], execArgv: [],
    detached: true, env: environmentFor(place, mark) });
  fs.closeSync(errors);
  let answer;
  child.on('message', (message) => { answer = message; });
  const isRead = new Promise((resolve) => { child.once('disconnect', resolve); });
  child.send(job, () => {});
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, 1000 * limit);
  // Not `close`, which waits for whoever still holds a pipe.
  const end = await once(child, 'exit');
  clearTimeout(timer);
  endMarked(mark);
  running.delete(mark);
  await isRead; // an answer may come after the end
  return answer ?? { failure: isLate ? `no end within ${limit} seconds`
    : complaintIn(complaints, end) };
}

/** A directory with a short name, as sockets lie in it; gone afterwards. */
async function inPlace(scratch, use) {
  const place = fs.mkdtempSync(path.join(scratch, 's-'));
  try {
    return await use(place);
  } finally {
    fs.rmSync(place, { recursive: true, force: true });
  }
}

/**
 * So many at once take the next from the list until there is none. When one throws, no other is
 * begun, and those that have begun come to their end first.
 */
export async function forEach(list, jobs, action) {
  const left = [...list];
  const work = async () => {
    while (left.length > 0) {
      await action(left.shift()).catch((error) => {
        left.length = 0;
        throw error;
      });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: jobs }, work));
  const failed = ends.find(({ status }) => status === 'rejected');
  if (failed) {
    throw failed.reason;
  }
}

/**
 * Has one job done in a process of its own.
 * @param {string} scratch where its files are in the meantime
 * @param {Function} jobFor what is to be done, made in a place: (place) => job
 * @param {number} limit seconds
 */
export const inProcess = (scratch, jobFor, limit = most) =>
  inPlace(scratch, (place) => runOne(jobFor(place), place, limit));

/** A directory for all of a run, yet to be made. Its name is short enough for sockets in it. */
export const scratchPlace = () => path.join(os.tmpdir(), `grade-${anyMark().slice(0, 6)}`);

export const removeScratch = (scratch) => fs.rmSync(scratch, { recursive: true, force: true });
