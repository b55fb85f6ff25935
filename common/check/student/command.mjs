// What the commands for a student share: how they are told a step and a directory, and how they say
// no.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { refuse, Refusal } from '../../stairs/steps.mjs';
import { endAll } from '../emulator.mjs';
import { checkpoints } from '../plan.mjs';
import { root } from '../submission.mjs';

/** What make start has noted in a directory: { starts }, undefined if it has not made it. */
export function readStart(directory) {
  const file = path.join(directory, '.start.json');
  if (!fs.existsSync(file)) {
    return undefined;
  }
  try {
    const start = JSON.parse(fs.readFileSync(file, 'utf8'));
    start.starts.at(-1).step.slice(0);
    return start;
  } catch {
    return refuse(`${file}: it is not as make start writes it: remove it, and name STEP=`);
  }
}

/**
 * The step that is meant: 09, 09-linux, or a directory of which the name or make start says it.
 * @param {string} text STEP
 * @param {string} directory what it is about, which may say it when STEP does not
 */
export function stepOf(text, directory) {
  const isName = text !== undefined && text !== '' && !text.includes('/');
  const place = text?.includes('/') ? path.resolve(text) : directory;
  const name = isName || place === undefined ? text
    : readStart(place)?.starts.at(-1).step ?? path.basename(place);
  const step = checkpoints.find((each) => each === name)
    ?? checkpoints.find((each) => /^\d\d/.exec(name ?? '')?.[0] === each.slice(0, 2) && !isName)
    ?? checkpoints.find((each) => name === each.slice(0, 2));
  return step ?? refuse(`STEP=${text ?? ''}: there is no such step: say STEP=09, or another of ${
    checkpoints.map((each) => each.slice(0, 2)).join(' ')}`);
}

/** Refuses a path in which a sign is that make and the shell do not take, as tools.mk has them. */
export function requireFit(path, about) {
  const [sign] = /[\s#$%&();:=|<>*?[\]{}\\`'"]/.exec(path) ?? [];
  if (sign !== undefined) {
    refuse(`${about}: a path with a ${sign.trim() || 'space'} in it, which make cannot handle: `
      + 'choose another');
  }
}

/** A directory, as it was named. */
export function directoryOf(text) {
  const directory = path.resolve(text ?? '');
  requireFit(directory, `DIR=${text}`);
  return directory;
}

/** The same, where there has to be something to work on. */
export function workOf(text) {
  const directory = directoryOf(text);
  return fs.existsSync(path.join(directory, 'Makefile')) ? directory : refuse(`DIR=${text}: there `
    + `is no Makefile: \`make start STEP=09 DIR=${text}\` makes one`);
}

/** How many seconds all tests may take; undefined if nobody says. */
export function readLimit(text) {
  return text === undefined || /^[1-9]\d{0,5}$/.test(text) ? text && Number(text)
    : refuse(`--limit ${text}: say how many seconds all tests may take`);
}

const endings = [endAll];

/** Has `action` done, too, when the user ends us: nothing of ours goes on. */
export const atSignals = (action) => endings.push(action);

function endAtSignals() {
  const end = () => {
    endings.forEach((ending) => ending());
    process.exit(130);
  };
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => process.once(signal, end));
  // Nobody reads on.
  [process.stdout, process.stderr].forEach((stream) => stream.once('error', end));
}

/** Ends us, as a signal does, when the make that has started us is gone. */
function endWithMake() {
  const watch = spawn('sh', [path.join(root, 'common', 'run', 'watch.sh'), String(process.pid)],
    { stdio: 'ignore' });
  watch.on('error', () => {}); // then nobody watches
  watch.unref();
  process.once('exit', () => watch.kill('SIGUSR1'));
}

function checkScale({ TIMEOUT_SCALE: scale = '1' }) {
  if (!(Number(scale) > 0)) {
    refuse(`TIMEOUT_SCALE=${scale}: a number above 0 is needed, by which limits are multiplied`);
  }
}

/** Runs a command: what a user can mend is told in one line, with status 2. */
export async function runCommand(options, run) {
  const name = path.basename(process.argv[1], '.mjs');
  endAtSignals();
  endWithMake();
  try {
    checkScale(process.env);
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    process.exitCode = await run(values, positionals) ?? 0;
  } catch (error) {
    const isOurs = !(error instanceof Refusal) && !error.code?.startsWith('ERR_PARSE_ARGS');
    console.error(isOurs ? `${error.stack}\n${name}: the fault is its own, so there is no result: ${
      error.message}` : `${name}: ${error.message}`);
    process.exitCode = 2;
  }
}
