// Which names in the code link to where they are defined. A wrong link is worse than none: a name
// is linked only where all that the step declares under it, of whatever kind, is one thing.
import { treeOf } from '../blame.mjs';
import { remember } from '../remember.mjs';
import { linesOf } from '../steps.mjs';
import { namesOf } from '../symbols.mjs';
import { fileHref } from './site.mjs';

const linked = ['function', 'prototype', 'class', 'struct', 'union', 'enum', 'enumerator', 'member',
  'variable', 'externvar', 'typedef', 'label', 'define', 'macro'];

/** Names of the standard library that a member of ours may have as well. */
const standard = new Set(['at', 'back', 'begin', 'count', 'data', 'empty', 'end', 'error', 'find',
  'first', 'front', 'get', 'last', 'length', 'second', 'size', 'subspan', 'value', 'what']);

const isDeclaration = ({ kind }) => ['prototype', 'externvar'].includes(kind);
const innermost = ({ scope = '' }) => scope.split('::').at(-1);
const isOfGuest = (path) => path.startsWith('guest/');
const isAssembly = (path) => path.endsWith('.S');

/** The definition among what has one name; undefined where that is several things. */
function definitionAmong(all) {
  // A constructor belongs to its type.
  const tags = all.filter((tag) => tag.name !== innermost(tag));
  const definitions = tags.filter((tag) => !isDeclaration(tag));
  const declarations = tags.filter(isDeclaration);
  const one = definitions[0] ?? declarations[0];
  const isOne = definitions.length <= 1 && tags.every(({ scope }) => scope === one.scope)
    // Each C++ file that uses a label declares it.
    && (declarations.length <= 1 || one.kind === 'label');
  return isOne && linked.includes(one?.kind) ? { ...one, isDeclared: declarations.length > 0 }
    : undefined;
}

const definitionsOf = remember((step) => {
  const groups = new Map();
  for (const tag of namesOf(step)) {
    groups.set(tag.name, [...(groups.get(tag.name) ?? []), tag]);
  }
  return new Map([...groups].flatMap(([name, tags]) => {
    // A private member is at home where it is used.
    const isNever = standard.has(name) || name.endsWith('_');
    const definition = isNever ? undefined : definitionAmong(tags);
    return definition ? [[name, definition]] : [];
  }));
});

/** Whether code of the file `path` can mean a definition, as far as the languages go. */
function canMean(path, { path: place, kind, scope, isDeclared }) {
  if (path === place) {
    return true;
  }
  if (isOfGuest(path) || isOfGuest(place) || kind === 'define') {
    return false; // a program of the guest stands alone
  }
  // In assembly a0 is a register, whatever constant has that name in C++.
  return isAssembly(path) ? scope === undefined && ['function', 'label'].includes(kind)
    : !isAssembly(place) || isDeclared;
}

const textAt = (step, { path, line }) => linesOf(treeOf(step).get(path))[line - 1];

/**
 * What gives the address for a name in a file of a step: (name, the line up to it, the whole line).
 * Undefined where nothing is to be linked. A definition does not link to itself.
 */
export function linksOf(step, path) {
  if (!/\.([ch]pp|S)$/.test(path)) {
    return undefined;
  }
  return (name, before, line) => {
    const definition = definitionsOf(step).get(name);
    if (definition === undefined || !canMean(path, definition)
      || (definition.path === path && textAt(step, definition) === line)) {
      return undefined;
    }
    const [, qualifier] = /(\w+)::$/.exec(before) ?? [];
    const isMember = /(\.|->)$/.test(before);
    const isOther = qualifier !== undefined ? qualifier !== innermost(definition)
      : isMember && definition.scope === undefined;
    return isOther ? undefined : fileHref(step, definition.path, definition.line);
  };
}
