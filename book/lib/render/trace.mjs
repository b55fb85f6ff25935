// One exit of the guest, instruction by instruction, as tables: what is executed, and the registers
// that it changes. Runs of loads and stores are folded: they are long, and all alike. Where a page
// names texts, the functions that have them are open, and the others folded whole.
import { refuse } from '../../../common/stairs/steps.mjs';
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

/** Instructions in groups: of one function that has one of `texts`, or of those between. */
function groupsOf(instructions, texts) {
  const groups = [];
  for (const each of instructions) {
    const isNext = groups.at(-1)?.rows[0].function !== each.function;
    if (isNext) {
      groups.push({ rows: [], isOpen: false });
    }
    const group = groups.at(-1);
    group.rows.push(each);
    group.isOpen ||= texts.some((text) => each.text.replace(/\s+/g, ' ').includes(text));
  }
  return groups.reduce((all, group) => {
    if (!group.isOpen && all.at(-1)?.isOpen === false) {
      all.at(-1).rows.push(...group.rows);
      return all;
    }
    return [...all, group];
  }, []);
}

/** Folds what is between the functions that have one of `texts`. */
function groupsHtml(instructions, texts) {
  const missing = texts.find((text) => !instructions.some((each) =>
    each.text.replace(/\s+/g, ' ').includes(text)));
  if (missing !== undefined) {
    refuse(`the trace has no instruction with "${missing}"`);
  }
  return groupsOf(instructions, texts).map(({ rows, isOpen }) => {
    const names = [...new Set(rows.map((row) => row.function))];
    const few = [...names.slice(0, 4).map((name) => `<code>${escape(name)}</code>`),
      ...(names.length > 4 ? ['…'] : [])].join(', ');
    return isOpen ? tableHtml(rows) : `<details class="fold"><summary>${
      count(rows.length, 'instruction')} of ${few}</summary>${tableHtml(rows)}</details>`;
  }).join('');
}

/**
 * A recorded exit.
 * @param excerpt `"text" "text" …`: which functions are open; without it, all
 */
export function traceHtml(step, name, excerpt = '') {
  const run = runOf(step, name);
  if (!run.file.endsWith('.trace.json')) {
    refuse(`the run ${name} of ${step} is no trace`);
  }
  const instructions = JSON.parse(textOf(step, run));
  const texts = [...excerpt.matchAll(/"([^"]+)"/g)].map(([, text]) => text);
  const shown = texts.length > 0 ? groupsHtml(instructions, texts)
    : partsOf(instructions).map(partHtml).join('');
  return '<div class="console trace wide" v-pre>'
    + commandHtml(step, run)
    + `<div class="code" tabindex="0"><div class="lines">${shown}</div></div>`
    + '<p class="versions-of">Put together from the log that QEMU then writes, and from the '
    + 'disassembly. A newer QEMU says -accel tcg,one-insn-per-tb=on for -singlestep.</p></div>';
}
