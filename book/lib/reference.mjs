// The reference of a step: what its headers declare, and what their comments say. Doxygen reads
// them and writes XML; here that becomes a tree for each header, in the order of its lines.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { XMLParser } from 'fast-xml-parser';
import { refuse, stepsDirectory } from '../../common/stairs/steps.mjs';
import { filesOf, linesOf } from './steps.mjs';

/** The headers of a step. */
export const headersOf = (step, directory) => [...filesOf(step, directory)]
  .filter(([path]) => path.endsWith('.hpp'));

/** The name of a header: its path without the ending. */
export const nameOf = (path) => path.replace(/\.hpp$/, '');

/** What Doxygen is told. It warns of what has no comment; parameters need none of their own. */
const settings = (input, output) => `
  INPUT = "${input}"
  FILE_PATTERNS = *.hpp
  STRIP_FROM_PATH = "${input}"
  OUTPUT_DIRECTORY = "${output}"
  QUIET = YES
  GENERATE_HTML = NO
  GENERATE_LATEX = NO
  GENERATE_XML = YES
  XML_PROGRAMLISTING = NO
  EXTRACT_ALL = NO
  WARN_IF_UNDOCUMENTED = YES
  WARN_NO_PARAMDOC = NO
  WARN_IF_INCOMPLETE_DOC = NO
`;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  trimValues: false,
  parseTagValue: false,
});

/** The parser's form of a node as { name, attributes, children }; a text is itself. */
function toNode(parsed) {
  const name = Object.keys(parsed).find((key) => key !== ':@');
  return name === '#text' ? parsed[name]
    : { name, attributes: parsed[':@'] ?? {}, children: parsed[name].map(toNode) };
}

const childrenNamed = (node, name) => node.children.filter((child) => child.name === name);
const childNamed = (node, name) => childrenNamed(node, name)[0];

/** The text of a node, its marks left out. */
export const textOf = (node) =>
  (typeof node === 'string' ? node : (node?.children ?? []).map(textOf).join(''));

const textIn = (node, name) => textOf(childNamed(node, name)).trim();

function* descendants(node, name) {
  for (const child of node.children ?? []) {
    if (child.name === name) {
      yield child;
    }
    yield* descendants(child, name);
  }
}

/** Runs Doxygen on the headers in a directory: { warnings, compounds }, what it says and writes. */
function runDoxygen(input) {
  const output = mkdtempSync(join(tmpdir(), 'reference-'));
  try {
    const run = spawnSync('doxygen', ['-'], { input: settings(input, output), encoding: 'utf8' });
    if (run.error || run.status !== 0) {
      refuse(`doxygen cannot be run: ${run.error?.message ?? run.stderr.trim()}`);
    }
    const xml = join(output, 'xml');
    const compounds = readdirSync(xml).sort()
      .filter((name) => name.endsWith('.xml') && !['index.xml', 'Doxyfile.xml'].includes(name))
      .map((name) => toNode({ all: parser.parse(readFileSync(join(xml, name), 'utf8')) }))
      .flatMap((node) => [...descendants(node, 'compounddef')]);
    return { warnings: run.stderr.split(/\n(?=\S)/).map((warning) => warning.trim()), compounds };
  } finally {
    rmSync(output, { recursive: true });
  }
}

/**
 * Doxygen warns of whatever has no comment. Constants and members need none where their name says
 * it, nor do constructors, and functions that are defaulted or deleted.
 */
function isExcused(warning) {
  const [what] = warning.split(/ is not documented\.$/);
  return what !== warning && (/ \((variable|enumvalue)\) of /.test(what)
    || /= *(default|delete) \(function\) of /.test(what)
    || /Member (\w+)\(.*\) \(function\) of (class|struct) (\w+::)*\1$/.test(what));
}

/** The paragraphs of a comment. */
const commentOf = (node) => ['briefdescription', 'detaileddescription']
  .flatMap((name) => childNamed(node, name)?.children ?? [])
  .filter((child) => child.name === 'para');

const isVisible = ({ attributes }) => attributes.prot !== 'private';

/** The names of the parameters, of a template too: in a comment they mean nothing else. */
const parametersOf = (node) => [node, ...childrenNamed(node, 'templateparamlist')]
  .flatMap((each) => childrenNamed(each, 'param'))
  .flatMap((param) => [textIn(param, 'declname'), textIn(param, 'type').split(' ').at(-1)]);

/** The types that a declaration names: from the word to Doxygen's id of what it means. */
const referencesOf = (node) => new Map(
  ['type', 'param', 'templateparamlist', 'basecompoundref']
    .flatMap((name) => childrenNamed(node, name))
    .flatMap((child) => (child.attributes.refid ? [child] : [...descendants(child, 'ref')]))
    .map((ref) => [textOf(ref).split('::').at(-1), ref.attributes.refid]));

function entryOf(node, name, kind) {
  const { file, line } = childNamed(node, 'location').attributes;
  return {
    name,
    kind,
    file,
    line: Number(line),
    refid: node.attributes.id,
    overload: `${name}(${childrenNamed(node, 'param')
      .map((param) => textIn(param, 'type').replace(/\bconst\b|[&\s]/g, '')).join()})`,
    comment: commentOf(node),
    overridden: childNamed(node, 'reimplements')?.attributes.refid,
    parameters: parametersOf(node),
    references: referencesOf(node),
    entries: [],
  };
}

/** The enumerators of an enum. Doxygen does not say where they stand. */
function enumeratorsOf(node, owner, lines) {
  return childrenNamed(node, 'enumvalue').map((value) => {
    const own = textIn(value, 'name');
    const at = lines.findIndex((text, index) => index >= owner.line
      && new RegExp(`^\\s*${own}\\b`).test(text));
    const line = at < 0 ? owner.line : at + 1;
    return {
      ...owner, name: `${owner.name}::${own}`, kind: 'enumerator', line,
      refid: value.attributes.id, comment: commentOf(value), entries: [], references: new Map(),
    };
  });
}

/** The members of a type, a namespace or a file. */
function membersOf(compound, scope, texts) {
  return [...descendants(compound, 'memberdef')].filter(isVisible).map((node) => {
    const entry = entryOf(node, scope + textIn(node, 'name'), node.attributes.kind);
    entry.entries = enumeratorsOf(node, entry, texts.get(entry.file));
    return entry;
  });
}

const types = ['class', 'struct', 'union'];

/** Whether an entry is a constant, a member or an enumerator: what needs no comment of its own. */
export const isConstant = ({ kind }) => ['variable', 'enumerator'].includes(kind);

/** A namespace in a header, with what it has there. Doxygen knows only one place for it. */
function namespaceIn(file, name, compound, entries, texts) {
  const at = texts.get(file).findIndex((text) => new RegExp(`^namespace ${name}\\b`).test(text));
  return { ...entryOf(compound, name, 'namespace'), file, line: at + 1, entries };
}

const scopeOf = (name) => name.split('::').slice(0, -1).join('::');

/** What is declared at the top of each header: types and namespaces with all that is in them. */
function topEntries(compounds, texts) {
  const entries = compounds.filter(({ attributes }) => types.includes(attributes.kind))
    .filter(isVisible)
    .map((compound) => {
      const name = textIn(compound, 'compoundname');
      const entry = entryOf(compound, name, compound.attributes.kind);
      entry.entries = membersOf(compound, `${name}::`, texts);
      return entry;
    });
  const ownerOf = ({ name }) => entries.find((entry) => entry.name === scopeOf(name));
  entries.forEach((entry) => ownerOf(entry)?.entries.push(entry));
  const outer = entries.filter((entry) => ownerOf(entry) === undefined);

  const namespaces = compounds.filter(({ attributes }) => attributes.kind === 'namespace');
  const inNamespaces = namespaces.flatMap((compound) => {
    const name = textIn(compound, 'compoundname');
    const members = membersOf(compound, `${name}::`, texts)
      .concat(outer.filter((entry) => scopeOf(entry.name) === name));
    return [...new Set(members.map(({ file }) => file))].map((file) => namespaceIn(file, name,
      compound, members.filter((entry) => entry.file === file), texts));
  });
  const inFiles = compounds.filter(({ attributes }) => attributes.kind === 'file')
    .flatMap((compound) => membersOf(compound, '', texts));
  return [...outer.filter(({ name }) => scopeOf(name) === ''), ...inNamespaces, ...inFiles];
}

/** Gives the entries their ids, which are their names; an overload's has its parameters as well. */
function nameEntries(entries, taken = new Set()) {
  entries.sort((one, other) => one.line - other.line);
  for (const entry of entries) {
    entry.id = (taken.has(entry.name) ? entry.overload : entry.name).replace(/\s/g, '');
    taken.add(entry.id);
    nameEntries(entry.entries, taken);
  }
}

/**
 * Reads the headers of a step.
 * @returns a list of { path, text, comment, entries, errors }, by path. An entry is what a header
 *   declares: { name, kind, id, line, comment, entries, … }, with its members as entries of its
 *   own. A comment is a list of Doxygen's paragraphs, each { name, attributes, children }. The
 *   errors are lines, one for each type or function without a comment.
 */
export function readReference(step, directory = stepsDirectory) {
  const headers = headersOf(step, directory);
  if (headers.length === 0) {
    return [];
  }
  const input = join(directory, step);
  const { warnings, compounds } = runDoxygen(input);
  const lines = new Map(headers.map(([path, text]) => [path, linesOf(text)]));
  const entries = topEntries(compounds, lines);
  return headers.map(([path, text]) => {
    const file = compounds.find((compound) => compound.attributes.kind === 'file'
      && textIn(compound, 'compoundname') === path);
    const own = entries.filter((entry) => entry.file === path);
    nameEntries(own);
    const errors = warnings.filter((warning) => warning.startsWith(`${input}/${path}:`)
      && !isExcused(warning));
    const comment = file ? commentOf(file) : [];
    return {
      path, text, refid: file?.attributes.id, comment, entries: own,
      errors: (comment.length > 0 ? errors : [`${input}/${path}:1: there is no comment with @file`])
        .map((error) => error.replace(input, `steps/${step}`).replace('warning: ', '')),
    };
  });
}
