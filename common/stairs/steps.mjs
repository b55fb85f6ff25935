// What the tools that keep the steps one program share: which steps there are, their files, which
// lines are worth following from one step to the next, and what is no comment.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { missing } from '../install/missing.mjs';

export const stepsDirectory = fileURLToPath(new URL('../../steps', import.meta.url));

/** What the user has to change: told in one line, without a stack. */
export class Refusal extends Error {
  name = 'Refusal';
}

export function refuse(reason) {
  throw new Refusal(reason);
}

export const isStep = (name) => /^\d\d-/.test(name);
export const number = (step) => Number(step.slice(0, 2));

/** The directories of the steps, from the first on. */
export function listSteps(directory) {
  const entries = existsSync(directory) ? readdirSync(directory, { withFileTypes: true }) : [];
  const steps = entries
    .filter((entry) => entry.isDirectory() && isStep(entry.name))
    .map(({ name }) => name)
    .sort();
  if (steps.length === 0) {
    refuse(`${shown(directory)}: there are no steps here`);
  }
  const twice = steps.find((name, index) => index > 0 && number(name) === number(steps[index - 1]));
  if (twice) {
    refuse(`${shown(directory)}: there are two steps ${twice.slice(0, 2)}`);
  }
  return steps;
}

/** Every file below `directory`, named from there. (readdirSync's `recursive` is too new.) */
export function filesIn(directory) {
  const walk = (below) =>
    readdirSync(join(directory, below), { withFileTypes: true }).flatMap((entry) => {
      const path = join(below, entry.name);
      return entry.isDirectory() ? walk(path) : entry.isFile() ? [path] : [];
    });
  return existsSync(directory) ? walk('').sort() : [];
}

/** A path as the user would type it. */
export const shown = (path) => relative(process.cwd(), path) || '.';

// Words of lines that many places have without one being a copy of the other: `return true;`.
const idiom = new RegExp(
  '^(pragma|once|include|namespace|std|public|private|protected|default|case|switch|break|else' +
    '|continue|return|for|while|do|if|true|false|nullptr|nullopt|this|static|const|void|auto' +
    '|text|global|balign|section|endif|define|ifdef|ifndef|ret)$',
);

/** Whether a line says enough to be known again elsewhere: no brace, blank or bare keyword. */
export function isTelling(line, least = 8) {
  const words = line.match(/[A-Za-z_]\w+/g) ?? [];
  return line.trim().length >= least && words.some((word) => !idiom.test(word));
}

// What has no end goes on to the line's end or the file's: nothing is looked at twice, in no text.
const literal = String.raw`"(?:\\.|[^"\\\n])*"?|(?<!\w)'(?:\\.|[^'\\\n])*'?`;
const cComment = String.raw`\/\/[^\n]*|\/\*[^]*?(?:\*\/|(?![^]))`;
const comments = {
  c: new RegExp(`${literal}|(${cComment})`, 'g'),
  assembly: new RegExp(`${literal}|(${cComment}|#(?: [^\n]*|$))`, 'gm'),
  make: /(?<!\\)(#[^\n]*)/g,
};
const commentsOf = (path) =>
  ({ '.S': comments.assembly, '.mk': comments.make, '': comments.make })[extname(path)] ??
  comments.c;

/** The lines of a file without its comments, at their places; a space is left of each. */
export function withoutComments(path, text) {
  return text
    .replace(commentsOf(path), (match, comment) =>
      comment === undefined ? match : comment.replace(/[^\n]+/g, ' '))
    .split('\n');
}

/**
 * Runs git, and gives what it prints.
 * @param accepted the statuses that are no mistake
 */
export function git(directory, args, { input, env, accepted = [0], encoding = 'utf8' } = {}) {
  const run = spawnSync('git', ['-C', directory, ...args], {
    input,
    env: { ...process.env, ...env },
    encoding: encoding === 'buffer' ? undefined : encoding,
    maxBuffer: 1 << 28,
  });
  if (run.error) {
    refuse(missing('git') ?? `git cannot be run: ${run.error.message}`);
  }
  if (!accepted.includes(run.status)) {
    const [why] = String(run.stderr).trim().split('\n');
    refuse(`git ${args.find((arg) => !arg.startsWith('-'))}: ${why}`);
  }
  return run.stdout;
}

/**
 * The command line of a tool.
 * @param run is given the options and the other arguments; returns whether all is well
 */
export function runTool(options, run) {
  try {
    const known = { steps: { type: 'string' }, ...options };
    const { values, positionals } = parseArgs({ options: known, allowPositionals: true });
    process.exitCode = run({ steps: stepsDirectory, ...values }, positionals) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Refusal) && !error.code?.startsWith('ERR_PARSE_ARGS')) {
      throw error;
    }
    console.error(error.message.split(/\n|\. /)[0]);
    process.exitCode = 1;
  }
}
