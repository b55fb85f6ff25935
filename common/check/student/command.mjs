// What the commands for a student share: how they are told a step and a directory, and how they say
// no.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { refuse, Refusal } from '../../steps.mjs';
import { checkpoints } from '../plan.mjs';

/** What make start has noted in a directory: { starts }, undefined if it has not made it. */
export function readStart(directory) {
  const file = path.join(directory, '.start.json');
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
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

/** A directory, as it was named. */
export function directoryOf(text) {
  const directory = path.resolve(text ?? '');
  return /\s/.test(directory) ? refuse(`DIR=${text}: a path with a space in it, which make cannot `
    + 'handle: choose another') : directory;
}

/** How many seconds all tests may take; undefined if nobody says. */
export function readLimit(text) {
  return text === undefined || /^[1-9]\d{0,5}$/.test(text) ? text && Number(text)
    : refuse(`--limit ${text}: say how many seconds all tests may take`);
}

/** Runs a command: what a user can mend is told in one line, with status 2. */
export async function runCommand(options, run) {
  const name = path.basename(process.argv[1], '.mjs');
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    process.exitCode = await run(values, positionals) ?? 0;
  } catch (error) {
    if (!(error instanceof Refusal) && !error.code?.startsWith('ERR_PARSE_ARGS')) {
      throw error;
    }
    console.error(`${name}: ${error.message}`);
    process.exitCode = 2;
  }
}
