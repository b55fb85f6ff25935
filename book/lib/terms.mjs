// The terms of glossary.mjs in the text of the pages: where each is introduced, and what is wrong
// with how they are used. A term is introduced where it stands in italics.
import { documents } from '../quotations.mjs';
import { bookDirectory, numberPattern, readPage } from './page.mjs';
import { steps } from './steps.mjs';

/** The pages in whose order a reader meets the terms. What stands beside them has no order. */
export const pagesInOrder = (directory = bookDirectory) => ['introduction', ...steps]
  .map((name) => ({ name, ...readPage(name, directory) }))
  .filter(({ text }) => text !== undefined);

const blank = (text) => text.replace(/[^\n]/g, ' ');

const documentNames = Object.values(documents).map(({ name }) => name).join('|');

/** What is not read as a sentence, in this order. The name of a document is no use of a term. */
const notProse = [
  /(?<=^---\n(?:(?!---\n).*\n)*)(?:title:|description:|(?!title:|description:).+)/g,
  /^(`{3,}|~{3,}).*\n[^]*?^\1/gm,
  /(?<=^@@ exits \S+ "[^"\n]*").*/gm, /^@@ (?:exits|drawing) \S+|^@@ elided .* -- /gm, /^@@.*/gm,
  /(`+)[^`]+?\1(?!`)/g, new RegExp(numberPattern.source, 'g'),
  /\[[^\]]*\]\(\/specifications\/\)/g, new RegExp(documentNames, 'g'),
  /(?<=\])\([^)]*\)/g, /<\/?[a-z][^>]*>/g,
];

/** The text of a page in which all that is no prose is blank, so that offsets stay as they are. */
export const proseOf = (text) => notProse.reduce((rest, each) => rest.replace(each, blank), text);

const italics = /(?<![*\w])\*(?![\s*])((?:(?!\n\n)[^*])+?)(?<!\s)\*(?![*\w])/g;

const lineAt = (text, index) => text.slice(0, index).split('\n').length;

/**
 * What the terms are called, the longest name first: [{ term, name, pattern }]. A pattern takes the
 * plural too, and a capital at the beginning of a sentence.
 */
function namesOf(glossary) {
  const pattern = (name) => `${name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/\s+/g, '\\s+')
    .replace(/^[a-z]/, (first) => `[${first.toUpperCase()}${first}]`)}(?:e?s)?`;
  return Object.entries(glossary)
    .flatMap(([term, { forms = [] }]) => [term, ...forms].map((name) => ({ term, name })))
    .sort((a, b) => b.name.length - a.name.length)
    .map((each) => ({ ...each, pattern: pattern(each.name) }));
}

/** The terms in a text: [{ term, index }]. Of several that begin in one place it is the longest. */
function termsIn(text, names) {
  const any = names.map(({ pattern }) => `(${pattern})`).join('|');
  return [...text.matchAll(new RegExp(`(?<![\\p{L}\\p{N}_])(?:${any})(?![\\p{L}\\p{N}_])`, 'gu'))]
    .map((match) => ({
      term: names[match.slice(1).findIndex((name) => name !== undefined)].term, index: match.index,
    }));
}

/** What is in italics on a page: [{ words, term, page, index, line }]; a term, if it is one. */
function italicsOn(page, names) {
  return [...proseOf(page.text).matchAll(italics)].map(({ 1: found, index }) => {
    const words = found.replace(/\s+/g, ' ');
    const name = names.find(({ pattern }) => new RegExp(`^${pattern}$`, 'u').test(words));
    return { words, term: name?.term, page, index, line: lineAt(page.text, index) };
  });
}

/** The sentence of a page's text in which a place is, without the stars around a term. */
function sentenceAt(text, index) {
  const start = text.lastIndexOf('\n\n', index) + 2;
  const [paragraph] = text.slice(start).replace(/^\s+/, '').split('\n\n', 1);
  const sentences = paragraph.replace(/\n/g, ' ')
    .matchAll(/\S.*?(?:[.:?][)”"]?(?=\s+[\p{Lu}“"(`*@])|$)/gu);
  return [...sentences].findLast((each) => each.index <= index - start)[0].replaceAll('*', '');
}

/**
 * Where each term is introduced, by the term: { page, line, section, sentence }.
 * @param pages as pagesInOrder gives them
 */
export function introductionsOf(glossary, pages) {
  const names = namesOf(glossary);
  const all = pages.flatMap((page) => italicsOn(page, names)).filter(({ term }) => term);
  return new Map(all.reverse().map(({ term, page, index, line }) => [term, {
    page, line, index,
    section: page.sections.findLast((section) => section.line <= line),
    sentence: glossary[term].is ?? sentenceAt(page.text, index),
  }]));
}

/** Italics that are no term, and terms that are in italics a second time. */
function* complaintsOfItalics(pages, names, introductions) {
  const all = pages.flatMap((page) => italicsOn(page, names));
  for (const { words, term, page, line, index } of all) {
    const first = introductions.get(term);
    if (term === undefined) {
      yield { page, line, message: `*${words}* is no term of the glossary` };
    } else if (first.page !== page || first.index !== index) {
      yield { page, line, message: `*${words}* is introduced in ${first.page.name} already` };
    }
  }
}

/** The technical terms that pages use before they are introduced: [{ term, page, index }]. */
function earlyUses(glossary, pages, names, introductions) {
  const isEarly = ({ term, page, index }) => {
    const first = introductions.get(term);
    return first !== undefined && glossary[term].isTechnical
      && (page === first.page ? index < first.index
        : pages.indexOf(page) < pages.indexOf(first.page));
  };
  return pages.flatMap((page) => termsIn(proseOf(page.text), names)
    .map((use) => ({ ...use, page })).filter(isEarly));
}

/** Technical terms that a page uses too early, and exceptions that nothing needs. */
function* complaintsOfOrder(glossary, pages, names, introductions) {
  const uses = earlyUses(glossary, pages, names, introductions);
  for (const { term, page, index } of uses) {
    const { page: { name }, line } = introductions.get(term);
    if (!Object.hasOwn(glossary[term].early ?? {}, page.name)) {
      yield {
        page, line: lineAt(page.text, index),
        message: `${term} is used before it is introduced, in ${name}, line ${line}`,
      };
    }
  }
  for (const [term, { early = {} }] of Object.entries(glossary)) {
    for (const name of Object.keys(early)) {
      if (!uses.some((use) => use.term === term && use.page.name === name)) {
        yield { message: `${term}: nothing in ${name} needs the exception` };
      }
    }
  }
}

/** All that is wrong with the glossary and the pages' use of its terms, as text. */
export function complaintsOfTerms(glossary, pages) {
  const names = namesOf(glossary);
  const introductions = introductionsOf(glossary, pages);
  const missing = Object.keys(glossary).filter((term) => !introductions.has(term))
    .map((term) => ({ message: `${term} is in italics on no page` }));
  return [...complaintsOfItalics(pages, names, introductions),
    ...complaintsOfOrder(glossary, pages, names, introductions), ...missing]
    .map(({ page, line, message }) => (page ? `book/${page.name}.md:${line}: ${message}`
      : `book/glossary.mjs: ${message}`));
}
