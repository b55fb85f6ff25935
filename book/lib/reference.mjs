// The reference of a step: what its headers declare, and what their comments say. Doxygen reads
// them and writes XML; here that becomes a tree for each header, in the order of its lines.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { XMLParser } from 'fast-xml-parser';
import { refuse, stepsDirectory } from '../../common/steps.mjs';
import { linesOf } from './steps.mjs';

const buildDirectory = fileURLToPath(new URL('../../build', import.meta.url));

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

/** Gives what Doxygen says. It writes the XML into `output`. */
function runDoxygen(input, output) {
  return new Promise((resolve, reject) => {
    const child = execFile('doxygen', ['-'], (error, stdout, stderr) => {
      if (error) {
        reject(error.code === 'ENOENT' ? new Error('doxygen is not there') : error);
      }
      resolve(stderr);
    });
    child.stdin.on('error', () => {}).end(settings(input, output));
  });
}

/**
 * Doxygen warns of whatever has no comment. Constants and members need none where their name says
 * it, nor do constructors, and functions that are defaulted or deleted.
 */
function isExcused(warning) {
  return /\((variable|enumvalue)\) of .* is not documented\.$/.test(warning)
    || /= *(default|delete) \(function\) of .* is not documented\.$/.test(warning)
    || /Member (\w+)\(.*\) \(function\) of (class|struct) (\w+::)*\1 is not documented\.$/.test(warning);
}

/** The warnings, as errors: `steps/07-hypercall/vcpu.hpp:12: …`. */
const errorsIn = (output, step, input) => output.split(/\n(?=\S)/)
  .map((warning) => warning.trim().replace(`${input}/`, `steps/${step}/`).replace('warning: ', ''))
  .filter((warning) => warning !== '' && !isExcused(warning));

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
    const isThere = (line) => new RegExp(`^\\s*${own}\\b`).test(lines[line - 1]);
    let { line } = owner;
    while (!isThere(line)) {
      ++line;
    }
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
  return {
    ...entryOf(compound, name, 'namespace'), file, line: at + 1, entries,
  };
}

/** What is declared at the top of each header: types and namespaces with all that is in them. */
function topEntries(compounds, texts) {
  const isNamed = (name) => (entry) => entry.name === name;
  const entries = compounds.filter(({ attributes }) => types.includes(attributes.kind))
    .filter(isVisible)
    .map((compound) => {
      const name = textIn(compound, 'compoundname');
      const entry = entryOf(compound, name, compound.attributes.kind);
      entry.entries = membersOf(compound, `${name}::`, texts);
      return entry;
    });
  const isInner = ({ name }) => entries.some(isNamed(name.split('::').slice(0, -1).join('::')));
  entries.filter(isInner).forEach((entry) =>
    entries.find(isNamed(entry.name.split('::').slice(0, -1).join('::'))).entries.push(entry));
  const outer = entries.filter((entry) => !isInner(entry));

  const namespaces = compounds.filter(({ attributes }) => attributes.kind === 'namespace');
  const inNamespaces = namespaces.flatMap((compound) => {
    const name = textIn(compound, 'compoundname');
    const members = membersOf(compound, `${name}::`, texts)
      .concat(outer.filter((entry) => entry.name.startsWith(`${name}::`)));
    return [...new Set(members.map(({ file }) => file))].map((file) => namespaceIn(file, name,
      compound, members.filter((entry) => entry.file === file), texts));
  });
  const inFiles = compounds.filter(({ attributes }) => attributes.kind === 'file')
    .flatMap((compound) => membersOf(compound, '', texts));
  return [...outer.filter(({ name }) => !name.includes('::')), ...inNamespaces, ...inFiles];
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
 * @returns a list of { path, text, comment, entries }, by path. An entry is what a header declares:
 *   { name, kind, id, line, comment, entries, … }, with its members as entries of its own. A
 *   comment is a list of Doxygen's paragraphs, each { name, attributes, children }.
 * @throws a Refusal that has a line for each type and function without a comment
 */
export async function readReference(step, directory = stepsDirectory) {
  const input = join(directory, step);
  const paths = readdirSync(input).filter((path) => path.endsWith('.hpp')).sort();
  if (paths.length === 0) {
    return [];
  }
  mkdirSync(buildDirectory, { recursive: true });
  const output = mkdtempSync(join(buildDirectory, 'reference-'));
  try {
    const errors = errorsIn(await runDoxygen(input, output), step, input);
    const texts = new Map(paths.map((path) => [path, readFileSync(join(input, path), 'utf8')]));
    const read = (name) => toNode({ doxygen: parser.parse(readFileSync(name, 'utf8')) });
    const compounds = readdirSync(join(output, 'xml')).sort()
      .filter((name) => name.endsWith('.xml') && !['index.xml', 'Doxyfile.xml'].includes(name))
      .flatMap((name) => [...descendants(read(join(output, 'xml', name)), 'compounddef')]);
    const lines = new Map([...texts].map(([path, text]) => [path, linesOf(text)]));
    const entries = topEntries(compounds, lines);
    const headers = paths.map((path) => {
      const file = compounds.find((compound) => compound.attributes.kind === 'file'
        && textIn(compound, 'compoundname') === path);
      const own = entries.filter((entry) => entry.file === path);
      nameEntries(own);
      return {
        path, text: texts.get(path), refid: file?.attributes.id,
        comment: file ? commentOf(file) : [], entries: own,
      };
    });
    headers.filter(({ comment }) => comment.length === 0)
      .forEach(({ path }) => errors.unshift(`steps/${step}/${path}:1: no comment with @file`));
    return errors.length > 0 ? refuse(errors.join('\n')) : headers;
  } finally {
    rmSync(output, { recursive: true });
  }
}
