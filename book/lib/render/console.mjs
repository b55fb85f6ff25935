// What a console has shown: the firmware's lines are folded, and who says what can be seen. Lines
// of the hypervisor begin with its name; what follows the firmware and does not is the guest's.
import { number, refuse } from '../../../common/stairs/steps.mjs';
import { liveRun } from '../../live/site.mjs';
import { firmwareOf, linesOf } from '../../record/text.mjs';
import { chapterOf } from '../blame.mjs';
import { passage, plainOf, speakerOf } from '../console-html.mjs';
import { escape } from './html.mjs';
import { recordedOf, runOf, textOf } from './recorded.mjs';
import { solutionHref } from './site.mjs';

/** Takes apart `"from" .. "to"` or `"text"`: { from, to }; undefined if all is meant. */
function readExcerpt(rest) {
  if (rest === '') {
    return undefined;
  }
  const text = String.raw`"((?:[^"\\]|\\.)*)"`;
  const [, from, to] = new RegExp(`^${text}(?: *\\.\\. *${text})?$`).exec(rest)
    ?? refuse(`${rest}: it has to be "text" or "from" .. "to"`);
  const plain = (quoted) => quoted?.replace(/\\(.)/g, '$1');
  return { from: plain(from), to: plain(to) };
}

/** The numbers of the lines that are shown: [first, last]. */
function placeOf(lines, excerpt, name) {
  if (excerpt === undefined) {
    return [0, lines.length - 1];
  }
  const find = (text, start) => {
    const at = lines.findIndex((line, index) => index >= start && plainOf(line).includes(text));
    return at >= 0 ? at : refuse(`${name} has no line with "${text}"`
      + `${start > 0 ? ` behind line ${start}` : ''}`);
  };
  const first = find(excerpt.from, 0);
  return [first, excerpt.to === undefined ? first : find(excerpt.to, first)];
}

/** Who has printed each line: `firmware`, `hypervisor`, `guest`, or nobody in particular. */
function speakersOf(lines, firmware, step) {
  const monitor = lines.findIndex((line) => line.startsWith('(qemu) '));
  return lines.map((line, index) => {
    const at = index + 1;
    const isOfMonitor = monitor >= 0 && index >= monitor;
    if (firmware === undefined || at < firmware[0] || isOfMonitor) {
      return '';
    }
    if (at <= firmware[1]) {
      return 'firmware';
    }
    return speakerOf(line, number(step));
  });
}

function passages(text, step, excerpt, name) {
  const lines = linesOf(text);
  const who = speakersOf(lines, firmwareOf(text), step);
  const [first, last] = placeOf(lines, excerpt, name);
  const groups = [];
  for (let at = first; at <= last; ++at) {
    // An empty line belongs to whoever has spoken before it.
    const speaker = who[at] === '' && lines[at].trim() === '' ? groups.at(-1)?.who ?? '' : who[at];
    if (groups.at(-1)?.who !== speaker) {
      groups.push({ who: speaker, lines: [] });
    }
    groups.at(-1).lines.push(lines[at]);
  }
  return groups.map((group) => passage(group.who, group.lines)).join('');
}

/** What the second QEMU prints, if that is something else; folded. */
function secondHtml(step, run, excerpt, name, shown) {
  if (run.second === undefined) {
    return '';
  }
  const other = passages(textOf(step, run.second), step, excerpt, name);
  const { 'qemu.second': version } = recordedOf(step).versions;
  return other === shown ? '' : `<details class="fold second"><summary>QEMU ${escape(version)} `
    + `prints something else</summary>${other}</details>`;
}

/** The name of a patch, which leads to where it is shown, with how to apply it. */
function patchHtml(step, patch) {
  const shown = chapterOf(step).page?.directives.find(({ kind, rest }) =>
    ['failure', 'solution', 'request'].includes(kind) && runOf(step, rest).patch === patch);
  const href = shown?.kind === 'failure' ? `#${shown.rest}` : solutionHref(step, shown?.rest);
  return shown ? `<a href="${href}">${escape(patch)}</a>` : escape(patch);
}

/** What a reader types, and which patch they have applied before. */
export const commandHtml = (step, { commands, patch }, more = '') => '<div class="command"><p>'
  + `${commands.map((command) => `<code>${escape(command)}</code>`).join('<br>')}</p>`
  + `${patch ? `<p>with ${patchHtml(step, patch)}</p>` : ''}${more}</div>`;

/**
 * The place for the button of a run that a page can do itself, which the theme puts there; with
 * Linux it says how much that loads. Nothing for another run.
 */
export function liveHtml(step, name) {
  const { linux, bytes } = liveRun(step, name) ?? {};
  const size = linux ? ` data-size="${(bytes / 1e6).toFixed(1)} MB"` : '';
  return bytes === undefined ? '' : `<div data-live="${step}/${name}"${size}></div>`;
}

/** Which versions a console is of: of Linux, too, where one has run. */
export function versionsHtml(step, run) {
  const { qemu, linux } = recordedOf(step).versions;
  const names = [`QEMU ${qemu}`, ...(run.linux ? [`Linux ${linux}`] : [])];
  return `<p class="versions-of">${escape(names.join(', '))}</p>`;
}

/** The lines of a console, without what was typed for them. @param rest as for consoleHtml */
export const linesOfConsole = (step, name, rest = '') =>
  `<div class="code" tabindex="0"><div class="lines">${
    passages(textOf(step, runOf(step, name)), step, readExcerpt(rest), name)}</div></div>`;

/** The lines that a console shows. @param rest as for consoleHtml */
export function shownLines(step, name, rest = '') {
  const lines = linesOf(textOf(step, runOf(step, name)));
  const [first, last] = placeOf(lines, readExcerpt(rest), name);
  return lines.slice(first, last + 1);
}

/**
 * A recorded console.
 * @param rest what of it is shown, as it stands behind the name of the run
 * @param isLive whether the page is to run it, too
 */
export function consoleHtml(step, name, rest = '', { isLive = true } = {}) {
  const run = runOf(step, name);
  const excerpt = readExcerpt(rest);
  const text = textOf(step, run);
  const shown = passages(text, step, excerpt, name);
  const hasGuest = shown.includes('class="who"');
  return `<div class="console wide${hasGuest ? ' with-guest' : ''}" v-pre>`
    + commandHtml(step, run, isLive ? liveHtml(step, name) : '')
    + `<div class="code" tabindex="0"><div class="lines">${shown}`
    + `${secondHtml(step, run, excerpt, name, shown)}</div></div>`
    + `${excerpt === undefined && firmwareOf(text) ? versionsHtml(step, run) : ''}</div>`;
}
