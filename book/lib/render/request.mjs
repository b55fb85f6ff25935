// A recorded request in a virtqueue: the areas after each of its steps, one under the other. With
// scripts theme/request.mjs shows one of them at a time.
import { refuse } from '../../../common/stairs/steps.mjs';
import { flagsOf, stepsOf } from '../request.mjs';
import { commandHtml, versionsHtml } from './console.mjs';
import { runOf, textOf } from './recorded.mjs';

const hex = (value) => `0x${value.toString(16)}`;
const code = (text) => `<code>${text}</code>`;
const decimal = (value) => value.toLocaleString('en');

/** `0, 1 and 2`. */
const listed = (all) => [all.slice(0, -1).join(', '), all.at(-1)].filter(Boolean).join(' and ');

/** The first bytes of a buffer of that length, as they lie in memory: four at most. */
const beginOf = (value, length) => Array.from({ length: Math.min(Number(length), 4) }, (_, index) =>
  (value >> BigInt(8 * index) & 0xffn).toString(16).padStart(2, '0')).join(' ');

const chainOf = (state) => Object.keys(state).filter((name) => name.endsWith('.address'))
  .map((name) => name.split('.')[0]);

/** What happens in each step, in words. */
const told = {
  descriptors: ({ state }) => `The driver fills descriptors ${listed(chainOf(state))}: a chain of `
    + `${listed(chainOf(state).map((index) => decimal(state[`${index}.length`])))} bytes.`,
  head: ({ state }) => `The driver puts ${state['driver.head']}, the head of the chain, into the `
    + 'available ring.',
  available: ({ state }) => `The driver raises ${code('idx')} of the available ring to `
    + `${state['driver.idx']}.`,
  notify: ({ state }) => `The driver stores ${state.notify}, the number of the queue, to `
    + `${code('QueueNotify')}, and so the guest leaves.`,
  serve({ events, state }) {
    const sizes = (wanted) => listed(events.filter(({ does }) => does === wanted)
      .map(({ size }) => decimal(size)));
    return `The device takes ${events[0].value}, the head: ${code('taken_')} is ${state.taken}. It `
      + `walks the chain, reads ${sizes('reads')} bytes, and writes ${sizes('stores')}.`;
  },
  entry: ({ state }) => `The device puts ${state['device.id']}, the head, into the used ring, with `
    + `${decimal(state['device.len'])}, the bytes that it has written.`,
  used: ({ state }) => `The device raises ${code('idx')} of the used ring to `
    + `${state['device.idx']}, as its ${code('completed_')}.`,
  interrupt: ({ state }) => `The device interrupts: ${code('InterruptStatus')} is `
    + `${state.interrupt}.`,
};

const columns = ['no.', 'address', 'length', 'flags', 'next', 'buffer'];
const rings = {
  'Available ring': { flags: 'driver.flags', idx: 'driver.idx', 'ring[0]': 'driver.head' },
  'Used ring': {
    flags: 'device.flags', idx: 'device.idx', 'ring[0] id': 'device.id', len: 'device.len',
  },
  Device: {
    QueueNotify: 'notify', taken_: 'taken', completed_: 'completed', InterruptStatus: 'interrupt',
  },
};

/** The areas in a state. */
function stateHtml({ state, written }) {
  const show = (name, text = String) => {
    const shown = name in state ? text(state[name]) : '–';
    return written.includes(name) ? `<b>${shown}</b>` : shown;
  };
  const rows = chainOf(state).map((index) => {
    const cells = {
      address: hex, length: String, flags: (value) => flagsOf(value).join(' ') || '0', next: String,
      begin: (value) => beginOf(value, state[`${index}.length`]),
    };
    return `<tr><th scope="row">${index}</th>${Object.entries(cells).map(([name, text]) =>
      `<td>${show(`${index}.${name}`, text)}</td>`).join('')}</tr>`;
  });
  const head = columns.map((name) => `<th scope="col">${name}</th>`).join('');
  return '<div><span>Descriptor table</span>'
    + `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${
      Object.entries(rings).map(([area, fields]) => `<div><span>${area}</span><p>${
        Object.entries(fields).map(([label, name]) => `<span>${label} ${code(show(name))}</span>`)
          .join(' ')}</p></div>`).join('')}`;
}

/** A request, step by step. */
export function requestHtml(step, name) {
  const run = runOf(step, name);
  if (!run.file.endsWith('.request.json')) {
    refuse(`the run ${name} of ${step} has no request`);
  }
  const steps = stepsOf(JSON.parse(textOf(step, run)));
  const items = steps.map((each, index) => `<li${index === 0 ? ' class="now"' : ''}>`
    + `<p><b>Step ${index + 1} of ${steps.length}.</b> ${told[each.name](each)}</p>`
    + `${stateHtml(each)}</li>`);
  return `<div class="console request" v-pre>${commandHtml(step, run)}`
    + '<p class="key"><b>Like this</b>: written in this step, also where it was the same before. The '
    + 'first bytes of a buffer are shown as soon as the device has used it.</p>'
    + '<fieldset disabled><legend class="spoken">The steps</legend>'
    + '<button type="button">Back</button> <button type="button">Next</button></fieldset>'
    + `<ol>${items.join('')}</ol><div class="spoken" aria-live="polite" aria-atomic="true"></div>`
    + `${versionsHtml(step, run)}</div>`;
}
