// Lines of a console as HTML: who says what, in the colours that they ask a terminal for. The pages
// are made with it, and a reader's browser shows with it what runs there, so it imports nothing
// that a browser has not.
import { linesHtml } from './render/code.mjs';
import { count, escape } from './render/html.mjs';

export const escapes = /\x1b\[([\d;]*)([A-Za-z])|\x1b./g;

/** A line without what is for the terminal. */
export const plainOf = (line) => line.replace(escapes, '');

/** A line in the colours that it asks the terminal for. */
export function coloured(line) {
  let html = '';
  let style = '';
  let rest = 0;
  const put = (text) => {
    html += style && text ? `<span class="${style}">${escape(text)}</span>` : escape(text);
  };
  for (const { 0: all, 1: codes, 2: command, index } of line.matchAll(escapes)) {
    put(line.slice(rest, index));
    rest = index + all.length;
    if (command === 'm') {
      const set = codes.split(';').filter((code) => Number(code) > 0).map((code) => `sgr${code}`);
      style = set.join(' ');
    }
  }
  put(line.slice(rest));
  return html;
}

const firstWithGuest = 7; // the first chapter whose guest can say something

// The guest's text may stand before ours on a line: it ends lines where it likes.
const speakers = { hypervisor: /hypervisor: /, make: /^(make|run)(\[\d+\])?: / };

/**
 * Who has printed a line that is not the firmware's: `hypervisor`, `guest`, or nobody.
 * @param chapter its number
 */
export function speakerOf(line, chapter) {
  const known = Object.keys(speakers).find((name) => speakers[name].test(plainOf(line)));
  return known ?? (chapter >= firstWithGuest && line.trim() !== '' ? 'guest' : '');
}

/** How the fold of the firmware's lines is called. */
export const firmwareTitle = (lines) => `${count(lines, 'line')} of the firmware`;

/** Lines of one speaker. */
export function passage(who, lines) {
  const text = linesHtml(lines.map(coloured));
  if (who === 'firmware') {
    return `<details class="fold"><summary>${firmwareTitle(lines.length)}</summary>`
      + `<pre>${text}</pre></details>`;
  }
  const label = who === 'guest' ? '<b class="who">guest</b>' : '';
  return `<pre${who ? ` class="${who}"` : ''}>${label}${text}</pre>`;
}
