// The guest that `make run` boots: a Linux whose init is a cat that says what is typed.

export const greeting = 'Hello World!';
export const prompt = 'Type something and the cat will say it; exit powers off.';

/** All that the cat has said, without the greeting: what stands in its bubbles. */
export function said(output) {
  const after = output.slice(output.indexOf(prompt));
  return [...after.matchAll(/^ {2}\| \x1b\[1;36m(.*?)\x1b\[0m *\|$/gm)].map(([, text]) => text);
}

/**
 * Has the cat said `lines` and nothing else, in this order? For long input: the terminal's echo of
 * it may then stand anywhere, also in the middle of what the cat says.
 */
export function hasSaid(output, lines) {
  const bubbles = lines.map((line) => `  | \x1b[1;36m${line}\x1b[0m |\n`);
  const expected = ['  | \x1b[1;36mHello World!\x1b[0m |\n', ...bubbles].join('');
  let found = 0;
  for (const character of output) {
    found += character === expected[found] ? 1 : 0;
  }
  return found === expected.length && output.split('\x1b[1;36m').length - 1 === lines.length + 1;
}
