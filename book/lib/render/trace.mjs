// One exit of the guest, instruction by instruction, as tables: what is executed, and the registers
// that it changes. Runs of loads and stores are folded: they are long, and all alike.
import { refuse } from '../../../common/steps.mjs';
import { commandHtml } from './console.mjs';
import { count, escape } from './html.mjs';
import { runOf, textOf } from './recorded.mjs';

const least = 4; // fewer are not worth a fold

/** `load`, `store`, or undefined for any other instruction. */
function moveOf(text) {
  const [, operation] = /^(?:c\.)?([ls])[bhwd]u?(?:sp)?\s/.exec(text) ?? [];
  return operation && { l: 'load', s: 'store' }[operation];
}

/** Parts of a trace: runs of loads, or of stores, within one function, and what is between them. */
function partsOf(instructions) {
  const parts = [];
  for (const each of instructions) {
    const move = moveOf(each.text);
    const last = parts.at(-1);
    const isSame = last && last.move === move
      && (move === undefined || last.rows[0].function === each.function);
    if (!isSame) {
      parts.push({ move, rows: [] });
    }
    parts.at(-1).rows.push(each);
  }
  const isFolded = ({ move, rows }) => move !== undefined && rows.length >= least;
  // What is too short for a fold joins what stands before it.
  return parts.reduce((all, part) => {
    if (isFolded(part)) {
      return [...all, { ...part, isFolded: true }];
    }
    const last = all.at(-1);
    return last === undefined || last.isFolded ? [...all, { ...part, isFolded: false }]
      : [...all.slice(0, -1), { ...last, rows: [...last.rows, ...part.rows] }];
  }, []);
}

/** Instructions as a table; the name of a function stands beside its first one. */
function tableHtml(rows) {
  const body = rows.map(({ pc, function: name, text, changes }, index) => {
    const isFirst = name !== rows[index - 1]?.function;
    const values = Object.entries(changes)
      .map(([register, value]) => `<span>${escape(register)} = ${escape(value)}</span>`);
    return `<tr><td>${isFirst ? escape(name) : ''}</td><td>${escape(pc)}</td>`
      + `<td>${escape(text.replace(/\s+/g, ' '))}</td><td>${values.join(' ')}</td></tr>`;
  });
  return `<table><tbody>${body.join('')}</tbody></table>`;
}

function partHtml({ rows, move, isFolded }) {
  if (!isFolded) {
    return tableHtml(rows);
  }
  const [first, last] = [rows[0], rows.at(-1)].map(({ text }) => escape(text));
  return `<details class="fold"><summary>${count(rows.length, move)}: <code>${first}</code> to `
    + `<code>${last}</code></summary>${tableHtml(rows)}</details>`;
}

/** A recorded exit. */
export function traceHtml(step, name) {
  const run = runOf(step, name);
  if (!run.file.endsWith('.trace.json')) {
    refuse(`the run ${name} of ${step} is no trace`);
  }
  const instructions = JSON.parse(textOf(step, run));
  return '<div class="console trace wide" v-pre>'
    + commandHtml(step, run)
    + `<div class="code" tabindex="0"><div class="lines">${
      partsOf(instructions).map(partHtml).join('')}</div></div>`
    + '<p class="versions-of">Put together from the log that QEMU then writes, and from the '
    + 'disassembly. A newer QEMU says -accel tcg,one-insn-per-tb=on for -singlestep.</p></div>';
}
