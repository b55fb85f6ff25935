// One exit of the guest, instruction by instruction, as tables: what is executed, and the registers
// that it changes. Runs of loads and stores are folded: they are long, and all alike.
import { refuse } from '../../../common/steps.mjs';
import { count, escape } from './html.mjs';
import { runOf, textOf } from './recorded.mjs';

const least = 4; // fewer are not worth a fold

/** `load`, `store`, or undefined for any other instruction. */
function moveOf(text) {
  const [, operation] = /^(?:c\.)?([ls])[bhwd]u?(?:sp)?\s/.exec(text) ?? [];
  return operation && { l: 'load', s: 'store' }[operation];
}

/** Parts of a trace that belong together: instructions of one function, and of those the moves. */
function partsOf(instructions) {
  const parts = [];
  for (const { function: name, text, ...rest } of instructions) {
    const move = moveOf(text);
    const last = parts.at(-1);
    if (last?.name !== name || last.move !== move) {
      parts.push({ name, move, rows: [] });
    }
    parts.at(-1).rows.push({ text: text.replace(/\s+/g, ' '), ...rest });
  }
  // What is too short for a fold joins what stands before it.
  return parts.reduce((all, part) => {
    const isFolded = part.move !== undefined && part.rows.length >= least;
    const last = all.at(-1);
    if (!isFolded && last && !last.isFolded && last.name === part.name) {
      last.rows.push(...part.rows);
    } else {
      all.push({ ...part, isFolded, isFirst: last?.name !== part.name });
    }
    return all;
  }, []);
}

function tableHtml({ name, rows, isFirst, isFolded }) {
  const body = rows.map(({ pc, text, changes }) => {
    const values = Object.entries(changes)
      .map(([register, value]) => `<span>${escape(register)} = ${escape(value)}</span>`);
    return `<tr><td>${escape(pc)}</td><td>${escape(text)}</td><td>${values.join(' ')}</td></tr>`;
  });
  const caption = isFirst && !isFolded ? `<caption>${escape(name)}</caption>` : '';
  return `<table>${caption}<tbody>${body.join('')}</tbody></table>`;
}

function partHtml(part) {
  if (!part.isFolded) {
    return tableHtml(part);
  }
  const { rows, move } = part;
  const [first, last] = [rows[0], rows.at(-1)].map(({ text }) => escape(text));
  return `<details class="fold"><summary>${count(rows.length, move)}: <code>${first}</code> to `
    + `<code>${last}</code></summary>${tableHtml(part)}</details>`;
}

/** A recorded exit. */
export function traceHtml(step, name) {
  const run = runOf(step, name);
  if (!run.file.endsWith('.trace.json')) {
    refuse(`the run ${name} of ${step} is no trace`);
  }
  const instructions = JSON.parse(textOf(step, run));
  return '<div class="console trace wide" v-pre>'
    + `<p class="command"><code>${escape(run.command)}</code></p>`
    + `<div class="code" tabindex="0"><div class="lines">${
      partsOf(instructions).map(partHtml).join('')}</div></div></div>`;
}
