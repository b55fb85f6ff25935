// What the files of a step declare, and where: the names that a page can ask for.
//
// C++ and assembly are read by universal-ctags, which knows where a C++ declaration ends. What it
// does not know are linker scripts, device trees and, of our Makefiles, which comment belongs to
// what; these have so little syntax that a few lines find it.
import { spawnSync } from 'node:child_process';
import { extname, join } from 'node:path';
import { refuse, stepsDirectory } from '../../common/stairs/steps.mjs';
import { filesOf, linesOf } from './steps.mjs';

/** A name per declaration: { path, name, kind, scope, line, end }, all kinds, locals too. */
function runCtags(directory, paths) {
  const options = ['--options=NONE', '--quiet=yes', '--sort=no', '--output-format=json',
    '--fields=+neKs', '--kinds-C++=*-hNU', '--kinds-Asm=dlm', '-f', '-'];
  const run = spawnSync('ctags-universal', [...options, ...paths], {
    cwd: directory, encoding: 'utf8', maxBuffer: 1 << 28,
  });
  if (run.error || run.status !== 0) {
    refuse(`ctags-universal cannot be run: ${run.error?.message ?? run.stderr.trim()}`);
  }
  return run.stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
}

/**
 * Every name that the C++ and assembly files of a step declare, whatever its kind: what a word in
 * them may stand for.
 */
export function namesOf(step, directory = stepsDirectory) {
  const paths = [...filesOf(step, directory).keys()].filter((path) => /\.([ch]pp|S)$/.test(path));
  return paths.length === 0 ? [] : runCtags(join(directory, step), paths);
}

const isComment = (line) =>
  /^\s*(\/\/|#(?!include|define|if|endif|pragma)|\/\*.*\*\/\s*$)/.test(line);
const isBlank = (line) => line.trim() === '';

/** The first line of the comment above `line`; `line` itself if there is none. Both from 1. */
function withComment(lines, line) {
  let from = line;
  while (from > 1 && isComment(lines[from - 2]) && !/@file|^# Step \d/.test(lines[from - 2])) {
    --from;
  }
  return from;
}

/** The first line of the C++ declaration with its name in `line`: `template` may stand above. */
function startOf(lines, line) {
  let from = line;
  while (from > 1) {
    const above = lines[from - 2];
    if (isBlank(above) || isComment(above) || /^\s*#|[;{}:,]\s*(\/\/.*)?$/.test(above)) {
      break;
    }
    --from;
  }
  return from;
}

/** Where the block ends that begins with a brace at or behind `line`. */
function endOfBlock(lines, line) {
  let depth = 0;
  for (let at = line; at <= lines.length; ++at) {
    const code = lines[at - 1].replace(/"[^"]*"|\/\*.*?\*\/|\/\/.*/g, '');
    for (const [brace] of code.matchAll(/[{}]/g)) {
      depth += brace === '{' ? 1 : -1;
    }
    if (depth === 0 && /[}]/.test(lines[at - 1])) {
      return at;
    }
  }
  return lines.length;
}

const shownKinds = ['function', 'prototype', 'class', 'struct', 'union', 'enum', 'enumerator',
  'member', 'variable', 'externvar', 'typedef', 'namespace', 'macro'];

function symbolsOfCpp(lines, names) {
  const isAnonymous = (name) => name.startsWith('__anon');
  return names
    .filter(({ kind, name }) => shownKinds.includes(kind) && !isAnonymous(name))
    // What a function declares belongs to the function; and this only looks like one.
    .filter(({ scopeKind, line }) => scopeKind !== 'function'
      && !/^\s*static_assert\b/.test(lines[line - 1]))
    .map(({ name, kind, scope = '', line, end = line }) => ({
      name: [...scope.split('::').filter((each) => each && !isAnonymous(each)), name].join('::'),
      kind,
      from: withComment(lines, startOf(lines, line)),
      to: end,
    }));
}

function symbolsOfAssembly(lines, names) {
  const isAlignment = (line) => /^\s*\.balign\b/.test(line);
  const starts = names.map(({ name, kind, line }) => {
    let from = withComment(lines, line);
    let above = from - 1;
    while (above >= 1 && isBlank(lines[above - 1])) {
      --above;
    }
    while (kind === 'label' && above >= 1 && isAlignment(lines[above - 1])) {
      from = above;
      --above;
    }
    return { name, kind, line, from };
  });
  // Behind the instructions of a label may stand what belongs to no label.
  const isCode = (line) => !isBlank(line) && !isComment(line)
    && !/^\s*\.(text|global|balign|section|equ)\b/.test(line);
  return starts.map(({ name, kind, line, from }, index) => {
    let to = kind === 'label' ? (starts[index + 1]?.from ?? lines.length + 1) - 1 : line;
    while (to > line && !isCode(lines[to - 1])) {
      --to;
    }
    return { name, kind, from, to };
  });
}

/** Blocks that begin with a line of which `pattern` gives the name. */
const symbolsOfBlocks = (kind, pattern) => (lines) => lines.flatMap((text, index) => {
  const [, name] = pattern.exec(text) ?? [];
  return name === undefined ? [] : [{
    name, kind, from: withComment(lines, index + 1), to: endOfBlock(lines, index + 1),
  }];
});

function symbolsOfMakefile(lines) {
  return lines.flatMap((text, index) => {
    const [, variable] = /^([\w-]+) *[?:+]?=/.exec(text) ?? [];
    const [, target] = /^([\w./$()%-]+) *:(?!=)/.exec(text) ?? [];
    let to = index + 1;
    while (target && /^\t/.test(lines[to] ?? '')) {
      ++to;
    }
    return variable ?? target ? [{
      name: variable ?? target, kind: variable ? 'variable' : 'target',
      from: withComment(lines, index + 1), to,
    }] : [];
  });
}

const readers = {
  '.cpp': symbolsOfCpp,
  '.hpp': symbolsOfCpp,
  '.S': symbolsOfAssembly,
  '.ld': symbolsOfBlocks('section', /^\s*(\.\w+|\/DISCARD\/).*[:{]/),
  '.dts': symbolsOfBlocks('node', /^\s*(?:\w+: *)?([\w,.@/-]+) \{$/),
  '': symbolsOfMakefile,
};

/**
 * The symbols of every file of a step, from the path to { name, kind, from, to }: lines from 1,
 * both included, with the comment above. A name has its scope, as in `Vcpu::run`. Without a step
 * there are none.
 */
export function symbolsOf(step, directory = stepsDirectory) {
  const files = filesOf(step, directory);
  const names = step === undefined ? [] : namesOf(step, directory);
  return new Map([...files].map(([path, text]) => {
    const read = readers[extname(path)] ?? (() => []);
    return [path, read(linesOf(text), names.filter((name) => name.path === path))];
  }));
}
