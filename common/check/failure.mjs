// A test that has not passed: what was expected, what came instead, and how they differ.

/** Text for one line of a report: what cannot be printed is shown as its number. */
export const shortened = (text, length = 160) => {
  const visible = String(text).replace(/[^\x20-\x7e]/g, (char) =>
    `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return visible.length > length ? `${visible.slice(0, length)}…` : visible;
};

/** How many letters two lines have in common, in order: enough to find the line that was meant. */
function likeness(one, other) {
  let row = new Array(other.length + 1).fill(0);
  for (const letter of one) {
    const next = [0];
    for (let at = 0; at < other.length; ++at) {
      next.push(letter === other[at] ? row[at] + 1 : Math.max(row[at + 1], next[at]));
    }
    row = next;
  }
  return row.at(-1) / Math.max(one.length, other.length, 1);
}

/** The lines that are most like `text`, the best first. */
export const closest = (lines, text, count = 2) => [...new Set(lines.slice(-2000))]
  .map((line) => ({ line, score: likeness(line.slice(0, 200), text.slice(0, 200)) }))
  .filter(({ score }) => score > 0.3)
  .sort((one, other) => other.score - one.score)
  .slice(0, count).map(({ line }) => line);

/** A mark below the first letter in which two lines differ. */
function difference(expected, came) {
  let at = 0;
  while (at < expected.length && expected[at] === came[at]) {
    ++at;
  }
  return `${' '.repeat(at)}^ different from here on`;
}

export class Failure extends Error {
  /**
   * @param {string} expected in words, or a line in quotes
   * @param {string[]} came the closest that there is to it
   * @param {string} line the line that was expected, if it was one
   */
  constructor(expected, came = [], line = undefined) {
    super(expected);
    this.name = 'Failure';
    this.lines = [`expected  ${shortened(expected, 400)}`];
    came.forEach((text) => {
      this.lines.push(`came      ${shortened(text)}`);
      if (line !== undefined) {
        this.lines.push(`          ${difference(shortened(line), shortened(text))}`);
      }
    });
    if (came.length === 0) {
      this.lines.push('came      nothing like it');
    }
  }
}

/** Refuses what is not so. */
export function require(condition, expected, ...came) {
  if (!condition) {
    throw new Failure(expected, came);
  }
}

/** A number as people compare it: in hexadecimal, unless it is small. */
export const shown = (number) => (number !== undefined && number >= -9 && number <= 9
  ? String(number) : `0x${BigInt.asUintN(64, BigInt(number ?? 0)).toString(16)}`);

/** Two numbers are the same: `what` says which. */
export function requireEqual(came, expected, what) {
  require(came !== undefined && BigInt(came) === BigInt(expected), `${what}: ${shown(expected)}`,
    came === undefined ? 'nothing' : shown(came));
}
