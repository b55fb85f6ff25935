// A walk through a second-stage table as HTML. The pages are made with it, and a reader's browser
// shows with it what they ask for, so it imports nothing but the walk.
import { bitsOf, hex, isPointer } from './walk.mjs';

const last = 40n; // the highest bit of an address in the mode Sv39x4
const usual = { space: 'Host-physical', last };
const code = (value) => `<code>${typeof value === 'bigint' ? hex(value) : value}</code>`;
const words = { load: 'A load from', store: 'A store to', fetch: 'A fetch from' };
const units = [[30n, 'GiB'], [20n, 'MiB'], [10n, 'KiB']];

const sizeOf = (size) => {
  const [shift, unit] = units.find(([bits]) => size >> bits);
  return `${size >> shift} ${unit}`;
};
const range = ({ high, low }) => `${high} to ${low}`;
const sentence = (text) => `${text[0].toUpperCase()}${text.slice(1)}.`;

/** The bits of an address, parted by what each walk takes of them. For the eye only. */
function bitsHtml({ address, steps }, { last: highest }) {
  const low = steps.at(-1)?.low;
  const parts = [...steps, ...(low > 0n ? [{ high: low - 1n, low: 0n }] : [])];
  const shown = parts.map(({ high, low: end }) => {
    const digits = bitsOf(address, high, end).toString(2).padStart(Number(high - end) + 1, '0');
    return `<span>${digits}<i>${high}–${end}</i></span>`;
  });
  return address >> highest + 1n ? '' : `<p class="bits" aria-hidden="true">${shown.join('')}</p>`;
}

/** What comes of an entry. */
function outcome({ entry, target, low }, fault) {
  return fault ? sentence(fault.why)
    : `Page number ${code(target >> 12n)}: ${isPointer(entry) ? `the table at ${code(target)}.`
      : `a leaf, for the ${sizeOf(1n << low)} from ${code(target)} on.`}`;
}

/** A line with what it is about before it. */
const line = (label, text) => `<b>${label}</b> <span>${text}</span>`;

const stepHtml = (step, fault) => `<li>${line(`Level ${step.level}`,
  `Bits ${range(step)} choose entry <b>${step.index}</b>. At ${code(step.at)} stands `
  + `${code(step.entry)}: <b class="flags">${step.flags.join(' ') || 'no flag'}</b>. `
  + outcome(step, fault))}</li>`;

function resultHtml({ address, host, size, fault }, { space }) {
  if (fault) {
    return sentence(`${fault.name}, ${code('scause')} is ${code(BigInt(fault.cause))}`);
  }
  const bits = { high: BigInt(size.toString(2).length - 2), low: 0n };
  return `Bits ${range(bits)} are the offset, ${code(address % size)}. ${space} `
    + `<b>${code(host)}</b>.`;
}

/**
 * A walk, step by step.
 * @param options.space what it leads to, and `last`, the highest bit that its addresses may have
 */
export function walkHtml(found, options = usual) {
  const { address, access, steps, fault } = found;
  const list = steps.map((step) => stepHtml(step, step === steps.at(-1) ? fault : undefined));
  const all = list.length > 0 ? list : [`<li>${line('Address', sentence(fault.why))}</li>`];
  return `<p class="of">${words[access]} ${code(address)}</p>${bitsHtml(found, options)}`
    + `<ol>${all.join('')}<li${fault ? ' class="failed"' : ''}>`
    + `${line('Result', resultHtml(found, options))}</li></ol>`;
}

/** A line for what is no address. */
export const noAddress = (text) =>
  `“${text}” is no address. One has up to 64 bits, in hexadecimal: 0x8020_0000.`;
