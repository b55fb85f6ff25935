// The names that a step declares, as universal-ctags finds them: which of them nothing in the step
// uses, and which have no sentence of documentation.
//
// A use is found by the name, without understanding C++:
//   scope::name          uses the name in that scope
//   .name  ->name        uses every member with that name
//   name                 uses a global name, and in x.hpp, x.cpp and x.S what is declared in them
//
// These need no use:
//   - constants of a specification: variables outside of classes, and enumerators with a number;
//   - what only keeps its place there: a member `reserved`, and the members of a type whose
//     sizeof(Type) stands in the same file;
//   - what nobody names: main, _start, constructors, destructors, operators, and overrides, since
//     it is the overridden function that is called.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { missing } from '../install/missing.mjs';
import { filesIn, refuse, withoutComments } from './steps.mjs';

const isFunction = ({ kind }) => kind === 'function' || kind === 'prototype';
const isType = ({ kind }) => ['class', 'struct', 'union', 'enum', 'typedef'].includes(kind);

/** The innermost class, enumeration or namespace around it. */
const scopeOf = ({ scope = '' }) => scope.split('::').at(-1);

/** Constructors, destructors and lambdas, which have no type before their name, and operators. */
const isSpecial = (tag) => isFunction(tag) &&
  (tag.typeref === undefined || tag.name === scopeOf(tag) || tag.name.startsWith('operator'));

const isOverride = (tag) => isFunction(tag) && /\b(override|final)\b/.test(tag.head);

/** Whether labels can be seen from outside of their file. */
const isGlobal = (lines, label) =>
  lines.some((line) => new RegExp(String.raw`^\s*\.global\b.*\b${label}\b`).test(line));

function runCtags(directory, paths) {
  const options = ['--options=NONE', '--sort=no', '--output-format=json', '--fields=+neKsaS',
    '--kinds-C++=+p', '-f', '-'];
  const { error, status, stdout, stderr } = spawnSync('ctags-universal', [...options, ...paths], {
    cwd: directory,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error || status !== 0) {
    refuse(missing('ctags-universal') ??
      `ctags-universal cannot be run: ${error?.message ?? stderr.trim()}`);
  }
  return stdout.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
}

/**
 * The sources of a step, as lines by their path, and all that they declare. To what ctags says
 * comes `head`: the declaration, from the line with the name to the beginning of a body.
 */
export function readNames(directory) {
  const paths = filesIn(directory).filter((path) => /\.([ch]pp|S)$/.test(path));
  const files = Object.fromEntries(
    paths.map((path) => [path, readFileSync(join(directory, path), 'utf8').split('\n')]),
  );
  const names = (paths.length === 0 ? [] : runCtags(directory, paths))
    .filter(({ kind, path, name }) => kind !== 'label' || isGlobal(files[path], name))
    .map((tag) => {
      const end = tag.end ?? tag.line;
      const [head] = files[tag.path].slice(tag.line - 1, end).join('\n').split(/[{;]/);
      return { ...tag, end, head };
    })
    // This only looks like a function: static_assert(offsetof(Type, member) == 0);
    .filter(({ head }) => !/^\s*static_assert\b/.test(head));
  return { files, names };
}

function groupBy(values, keyOf) {
  const groups = new Map();
  for (const value of values) {
    const key = keyOf(value);
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  return [...groups.values()];
}

/** The first of the declarations of a name: where it is, and the name in full. */
const toShow = ([first]) => {
  const { path, line } = first;
  const scopes = (first.scope ?? '').split('::').filter((scope) => !/^(__anon.*)?$/.test(scope));
  return { path, line, name: [...scopes, first.name].join('::') };
};

/** The lines of a file without comments, strings and the names of what is declared in them. */
function usingLines(path, lines, declared) {
  const using = withoutComments(path, lines.join('\n')).join('\n')
    // A string of assembly is code.
    .replace(/(\basm\b[^;]*;)|"(?:\\.|[^"\\\n])*"/g, (_, assembly) => assembly ?? '""')
    .replace(/^\s*\.global\b.*/gm, '')
    .split('\n');
  for (const { name, line } of declared) {
    const plain = name.replace(/\W/g, '\\$&');
    using[line - 1] = using[line - 1].replace(RegExp(`(\\b\\w+::)*(?<!\\w)${plain}(?!\\w)`), '');
  }
  return using;
}

/** Whether it is to be used by its name. */
function needsUse(tag, files) {
  switch (tag.kind) {
    case 'enumerator':
      return !new RegExp(`\\b${tag.name} =`).test(files[tag.path][tag.line - 1]);
    case 'member':
      return tag.name !== 'reserved' &&
        !files[tag.path].some((line) => line.includes(`sizeof(${scopeOf(tag)})`));
    case 'label':
      return tag.name !== '_start';
    default:
      return isType(tag) || (isFunction(tag) && !isSpecial(tag) && tag.name !== 'main');
  }
}

/** What nothing in the step uses. */
export function unusedNames(directory) {
  const { files, names } = readNames(directory);
  const using = Object.entries(files).map(([path, lines]) => ({
    path,
    lines: usingLines(path, lines, names.filter((tag) => tag.path === path)),
  }));
  const isNamespace = (scope) =>
    names.some(({ kind, name }) => kind === 'namespace' && name === scope);
  // A program of the guest stands alone; all other files are the hypervisor.
  const programOf = ({ path }) => (path.startsWith('guest/') ? path : '');
  const stemOf = ({ path }) => path.replace(/\.\w+$/, '');

  /** Whether something uses what `tags` declare, all of them the same. */
  const isUsed = (tags) => {
    const [first] = tags;
    const scope = scopeOf(first);
    const mention = new RegExp(String.raw`(?:(\w+)::|(\.|->))?\b${first.name}\b`, 'g');
    const uses = (file, [, qualifier, dot]) => {
      if (qualifier !== undefined) {
        return qualifier === scope;
      }
      return dot !== undefined ? scope !== '' && !isNamespace(scope)
        : first.scope === undefined || tags.some((tag) => stemOf(tag) === stemOf(file));
    };
    const isWithin = (file, line) =>
      tags.some((tag) => tag.path === file.path && tag.line <= line && line <= tag.end);
    return using
      .filter((file) => programOf(file) === programOf(first))
      .some((file) => file.lines.some((text, index) =>
        !isWithin(file, index + 1) && [...text.matchAll(mention)].some((at) => uses(file, at))));
  };
  /** An enumeration is used by its enumerators, too. */
  const enumeratorsOf = ({ kind, name, scope, path }) => groupBy(
    names.filter((tag) => kind === 'enum' && tag.kind === 'enumerator' && tag.path === path &&
      tag.scope === (scope === undefined ? name : `${scope}::${name}`)),
    (tag) => tag.name,
  );
  return groupBy(names, (tag) => [programOf(tag), tag.scope, tag.name].join())
    .filter((tags) => tags.some((tag) => needsUse(tag, files)) && !tags.some(isOverride))
    .filter((tags) => !isUsed(tags) && !enumeratorsOf(tags[0]).some(isUsed))
    .map(toShow);
}

/** Whether a comment stands right above a declaration. */
function hasComment(lines, { line, kind }) {
  const isLabel = kind === 'label';
  let above = line - 2;
  // The declaration may begin some lines above the name: template <class T>
  while (!isLabel && above >= 0 && !/^\s*(\/\/.*|#.*)?$|[;{}:]\s*$/.test(lines[above])) {
    --above;
  }
  return (isLabel ? /^\s*\/\// : /^\s*\/\/\//).test(lines[above] ?? '');
}

/**
 * The functions and types with no `///` right above any of their declarations. Of a class only
 * what is public counts; in assembly a `//` will do.
 */
export function undocumentedNames(directory) {
  const { files, names } = readNames(directory);
  // Overloads have a sentence each, but only one declaration has the default arguments. With
  // extern "C" the other declaration may be a label, which has no arguments.
  const keyOf = (tag) => (tag.kind === 'label' || tag.head.includes('extern "C"') ? tag.name
    : [tag.scope, tag.name, tag.signature?.replace(/=[^,)]*/g, '')].join());
  const isExcepted = (tag) => isSpecial(tag) || isOverride(tag) || tag.name === '_start' ||
    tag.scopeKind === 'function' || ['private', 'protected'].includes(tag.access);
  const told = names.filter((tag) => isFunction(tag) || isType(tag) || tag.kind === 'label');
  return groupBy(told, keyOf)
    .filter((tags) => !tags.some(isExcepted))
    .filter((tags) => !tags.some((tag) => hasComment(files[tag.path], tag)))
    .map(toShow);
}
