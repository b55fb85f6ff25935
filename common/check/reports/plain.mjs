// Text that a submission may have chosen, made harmless: for a terminal, for XML and JSON, and for
// the logs of GitHub's runner. That reads a command in a line that begins with `::`, blanks before
// it or not, and in `##[` anywhere in a line.

const longest = 400; // characters of a line

/** Controls, formats, halves of pairs, what is no character, and separators of lines. */
export const strange = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

const asNumber = (char) => {
  const code = char.codePointAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u{${code}}`;
};

/** One line of a report: what cannot be printed is shown as its number. */
export function plain(text) {
  const letters = [...String(text).slice(0, 2 * longest)];
  const visible = letters.slice(0, longest).join('').replace(strange, asNumber)
    .replaceAll('##', '#\\x23').replace(/^(\s*):(?=:)/, '$1\\x3a');
  return letters.length > longest ? `${visible}…` : visible;
}

/** The lines of a text, at most `most` of them. */
export function plainLines(text, most = 40) {
  const lines = String(text).split(/\r?\n/);
  const kept = lines.length > most ? [...lines.slice(0, most - 1), '…'] : lines;
  return kept.map(plain);
}
