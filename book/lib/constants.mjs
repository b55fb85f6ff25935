// The value of a constant expression over the names of a snapshot: what a page or a drawing says of
// an address, an offset or a bit is taken from the code.
//
// An expression is C++: numbers, names of constants and enumerators of the step, the usual
// operators. Three more: 16K and 2M as in linker scripts; FILE#"text" and FILE#SYMBOL#"text", the
// expression that follows a text; and NAME.size, the second value of a range.
import { refuse } from '../../common/stairs/steps.mjs';
import { treeOf } from './blame.mjs';
import { remember } from './remember.mjs';
import { symbolsOf } from './symbols.mjs';

const token = new RegExp([
  /(?<quoted>[\w./-]+(?:#[\w.:]+)?#"[^"]+")/, /(?<number>(?:0x[\da-f](?:'?[\da-f])*|\d(?:'?\d)*)[ulKM]*\b)/,
  /(?<name>[A-Za-z_]\w*(?:(?:::|\.)\w+)*)/, /(?<sign><<|>>|[-+*/&|()])/,
].map(({ source }) => source).join('|'), 'iy');

/** From the loosest to the tightest, as in C++. */
const operators = [
  { '|': (a, b) => a | b },
  { '&': (a, b) => a & b },
  { '<<': (a, b) => a << b, '>>': (a, b) => a >> b },
  { '+': (a, b) => a + b, '-': (a, b) => a - b },
  { '*': (a, b) => a * b, '/': (a, b) => a / b },
];
const units = { K: 1n << 10n, M: 1n << 20n };

/** The value of a number as C++ or a linker script writes it. */
function numberIn(text) {
  const isHex = /^0x/i.test(text);
  const unit = isHex ? undefined : units[text.at(-1)];
  return BigInt(text.replace(/'|[ulKM]+$/gi, '')) * (unit ?? 1n);
}

/**
 * The tokens at the beginning of a text.
 * @param isWhole whether nothing else may follow
 */
function tokensOf(text, isWhole) {
  const tokens = [];
  token.lastIndex = 0;
  let at = /^\s*/.exec(text)[0].length;
  while (at < text.length) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found) {
      break;
    }
    tokens.push(Object.entries(found.groups).find(([, value]) => value !== undefined));
    at = token.lastIndex + /^\s*/.exec(text.slice(token.lastIndex))[0].length;
  }
  return isWhole && at < text.length ? refuse(`${text}: this is no expression from `
    + `"${text.slice(at)}" on`) : tokens;
}

/**
 * Reads one expression from the beginning of `tokens`; what follows it stays.
 * @param names { step, numbers }: where a name has its value
 */
function read(names, tokens, level = 0) {
  if (level === operators.length) {
    return readOperand(names, tokens);
  }
  let value = read(names, tokens, level + 1);
  while (tokens[0]?.[0] === 'sign' && tokens[0][1] in operators[level]) {
    const [, sign] = tokens.shift();
    value = operators[level][sign](value, read(names, tokens, level + 1));
  }
  return value;
}

function readOperand(names, tokens) {
  const [kind, text] = tokens.shift() ?? refuse('an expression ends too early');
  switch (kind) {
    case 'number': return numberIn(text);
    case 'name': return valueOfName(names, text);
    case 'quoted': return valueInFile(names, text);
    default: {
      if (text !== '(') {
        refuse(`${text} stands where a value has to be`);
      }
      const value = read(names, tokens);
      return tokens.shift()?.[1] === ')' ? value : refuse('a ) is missing');
    }
  }
}

/** The expression that follows a text, where a number follows it once in the file or symbol. */
function valueInFile(names, reference) {
  const { step } = names;
  const [, path, symbol, text] = /^([^#]*)(?:#([^"]*))?#"(.*)"$/.exec(reference);
  const lines = treeOf(step).get(path)?.split('\n')
    ?? refuse(`${reference}: ${step} has no file ${path}`);
  const { from, to } = symbol === undefined ? { from: 1, to: lines.length }
    : symbolsOf(step).get(path).find(({ name }) => name === symbol)
      ?? refuse(`${reference}: ${path} has no ${symbol}`);
  const after = lines.slice(from - 1, to).join('\n').split(text).slice(1)
    .map((rest) => /^[\s{(]*(\d[^]*)/.exec(rest)?.[1]).filter(Boolean);
  return after.length === 1 ? read(names, tokensOf(after[0], false))
    : refuse(`${reference}: a number follows the text ${after.length} times`);
}

const hasValue = ({ kind }) => ['variable', 'enumerator', 'macro', 'member'].includes(kind);

/** The lines of every constant of a step: [{ name, path, text }]. */
const constantsOf = remember((step) => [...symbolsOf(step)].flatMap(([path, symbols]) => symbols
  .filter((symbol) => hasValue(symbol) || /^(define|symbol)$/.test(symbol.kind))
  .map(({ name, from, to }) => ({
    name, path, text: treeOf(step).get(path).split('\n').slice(from - 1, to)
      .map((line) => line.replace(/\/\/.*/, '')).join('\n'),
  }))));

/** What a constant is initialised with: the first value, or the second, the size of a range. */
function initialiserOf({ name, text }, isSize) {
  const own = name.split('::').at(-1);
  const [, value] = new RegExp(`\\b${own}(?:\\s*(?:=\\s*\\{*|\\{+)|,(?=\\s*\\d))([^]*)`).exec(text) ?? [];
  return isSize ? value?.split(/\}?,/)[1] : value;
}

function valueOfName(names, reference) {
  const { step, numbers } = names;
  if (Object.hasOwn(numbers, reference)) {
    return BigInt(numbers[reference]);
  }
  const [name, isSize] = [reference.replace(/\.size$/, ''), reference.endsWith('.size')];
  const found = constantsOf(step).filter((each) => each.name === name
    || each.name.endsWith(`::${name}`));
  const initialisers = found.map((each) => initialiserOf(each, isSize)).filter(Boolean);
  if (new Set(initialisers).size !== 1) {
    const places = found.map((each) => `${each.name} in ${each.path}`).join(', ');
    refuse(initialisers.length === 0 ? `${step} has no constant ${reference}`
      : `${reference} could be ${places}`);
  }
  return read(names, tokensOf(initialisers[0], false));
}

function evaluate(names, expression) {
  const tokens = tokensOf(expression, true);
  const value = read(names, tokens);
  return tokens.length === 0 ? value : refuse(`${expression}: ${tokens[0][1]} is too much`);
}

/** The number of the lowest bit that is set. */
function lowestBit(value) {
  let bit = 0;
  while (value !== 0n && (value >> BigInt(bit) & 1n) === 0n) {
    ++bit;
  }
  return value === 0n ? refuse('0 has no bit that is set') : String(bit);
}

function sizeText(value) {
  const names = ['bytes', 'KiB', 'MiB', 'GiB'];
  let [size, unit] = [value, 0];
  while (unit + 1 < names.length && size !== 0n && size % 1024n === 0n) {
    [size, unit] = [size / 1024n, unit + 1];
  }
  return `${size.toLocaleString('en')} ${names[unit]}`;
}

const formats = {
  hex: (value) => `0x${value.toString(16)}`,
  count: (value) => value.toLocaleString('en'),
  size: sizeText,
  bit: lowestBit,
};

/**
 * What `hex guest_map::ram` says of a step, as a reader writes it: a format and an expression.
 * @param numbers more names, those of recorded numbers
 * @returns undefined if it begins with no format
 */
export function constantText(step, text, numbers = {}) {
  const [, format, expression] = /^(\w+) +(.+)$/.exec(text) ?? [];
  return Object.hasOwn(formats, format ?? '') ? formats[format](evaluate({ step, numbers }, expression))
    : undefined;
}
