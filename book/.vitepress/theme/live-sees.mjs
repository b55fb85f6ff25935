// "What the machine sees": where the hart is, its exits, where addresses lead, the queue. Below the
// console of a run, closed at first.
import { count, escape } from '../../lib/render/html.mjs';
import { accessNames, hex, readAddress } from '../../lib/walk.mjs';
import { noAddress, walkHtml } from '../../lib/walk-html.mjs';
import { causeName, registerName, registersOf } from './live-words.mjs';

const firstWithStage2 = 6;
const nothing = '<p>There was none yet.</p>';

const code = (value) => `<code>${typeof value === 'bigint' ? hex(value) : escape(value)}</code>`;
const tableHtml = (heads, rows, name = '') => `<table class="${name}"><thead><tr>${
  heads.map((head) => `<th>${head}</th>`).join('')}</tr></thead><tbody>${
  rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')
}</tbody></table>`;

/** An address that can be walked when it is pressed. */
const addressHtml = (address, space) => '<button type="button" class="address" '
  + `data-space="${space}" title="Where it leads">${hex(address)}</button>`;

const optionsHtml = (names) => names.map((name) => `<option>${name}</option>`).join('');
const walkFormHtml = '<p class="title">Where an address leads</p><div class="walk"><form>'
  + '<div class="buttons">'
  + '<label>Address <input name="address" autocomplete="off" autocapitalize="off" '
  + 'autocorrect="off" spellcheck="false" enterkeyhint="go" value="0x80200000"></label>'
  + `<label>It is <select name="space">${optionsHtml(['guest-virtual', 'guest-physical'])}</select>`
  + `</label><label>Access <select name="access">${optionsHtml(accessNames)}</select></label>`
  + '<button>Walk</button></div></form>'
  + '<div class="found" aria-live="polite" aria-atomic="true"></div></div>';

const steps = {
  firstExit: 'To the first exit',
  backExit: 'Back one exit',
  stepExit: 'On by one exit',
  backInstruction: 'Back one instruction',
  stepInstruction: 'On by one instruction',
};

/** @param chapter its number */
export const seesHtml = (chapter) => '<details class="sees"><summary>What the machine sees'
  + `</summary><div><p class="where"></p><div class="buttons">${Object.entries(steps)
    .map(([action, text]) => `<button type="button" data-action="${action}">${text}</button>`)
    .join('')}</div><p class="changed"></p>`
  + `<p class="title">The last exit</p><div class="exit">${nothing}</div>`
  + `<p class="title">Exits by cause</p><div class="counts">${nothing}</div>`
  + `<div class="queue"></div>${chapter >= firstWithStage2 ? walkFormHtml : ''}</div></details>`;

function firstHtml({ isBare, vsatp, name, steps: read, ...found }) {
  if (isBare) {
    return `<p>${code('vsatp')} is ${code(vsatp)}: the guest has no tables of its own, so a `
      + 'guest-virtual address is guest-physical.</p>';
  }
  const at = read.map(({ readAt }) => code(readAt)).join(', ');
  return `<p>${code('vsatp')} is ${code(vsatp)}: ${name}, the guest’s own tables.</p>`
    + walkHtml({ steps: read, ...found }, { space: 'Guest-physical', last: 63n })
    + `${at && '<p>The addresses of these entries are guest-physical, too. The second stage has led '
      + `the hart to them at ${at}.</p>`}`;
}

function secondHtml(hgatp, second) {
  if (second === undefined) {
    return `<p>${code('hgatp')} is ${code(hgatp)}, which is no mode of ours.</p>`;
  }
  return second.isBare ? `<p>${code('hgatp')} is ${code(0n)}: there is no second stage now.</p>`
    : `<p>${code('hgatp')} is ${code(hgatp)}: Sv39x4, the hypervisor’s table.</p>${
      walkHtml(second)}`;
}

const longest = 6; // descriptors that are shown of a chain
const flagNames = [[1, 'NEXT'], [2, 'WRITE'], [4, 'INDIRECT']]; // virtio spec 2.7.5

function queueHtml({ size, isReady, counts, chain, hosts, ...areas }) {
  const rows = [
    ['Descriptor table', 'descriptors', `${size} entries${isReady ? '' : ', not ready'}`],
    ['Available ring', 'available', `idx ${counts.available ?? '–'}`],
    ['Used ring', 'used', `idx ${counts.used ?? '–'}`],
  ].map(([title, key, there]) => [title, addressHtml(areas[key], 'guest-physical'),
    hosts[key] === undefined ? '–' : code(hosts[key]), there]);
  const shown = chain.length > longest ? [...chain.slice(0, 3), ...chain.slice(-2)] : chain;
  const last = shown.map(({ index, address, size: bytes, flags }) => [
    index, addressHtml(address, 'guest-physical'), bytes,
    flagNames.filter(([bit]) => flags & bit).map(([, name]) => name).join(' ') || 'none',
  ]);
  return `<p class="title">The queue</p>${
    tableHtml(['Area', 'Guest-physical', 'Host-physical', 'What is there'], rows)}${
    last.length === 0 ? '' : `<p>The newest request in the available ring has ${
      count(chain.length, 'descriptor')}${shown.length < chain.length ? ': the first three and the '
        + 'last two' : ''}:</p>${
      tableHtml(['Descriptor', 'Guest-physical', 'Bytes', 'Flags'], last)}`}`;
}

export class Sees {
  #chapter;
  #send;
  #parts;

  /** @param panel where seesHtml is. @param send to the worker */
  constructor(panel, chapter, send) {
    this.#chapter = chapter;
    this.#send = send;
    const find = (name) => panel.querySelector(`.sees ${name}`);
    this.#parts = {
      where: find('.where'), changed: find('.changed'), exit: find('.exit'), form: find('form'),
      counts: find('.counts'), found: find('.found'), queue: find('.queue'),
    };
    this.#parts.form?.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#walk();
    });
    panel.addEventListener('click', ({ target }) => {
      const pressed = target.closest('.address');
      if (pressed) {
        const { address, space } = this.#parts.form.elements;
        [address.value, space.value] = [pressed.textContent, pressed.dataset.space];
        this.#walk();
      }
    });
  }

  #walk() {
    const { address, space, access } = this.#parts.form.elements;
    const value = readAddress(address.value);
    address.ariaInvalid = String(value === undefined);
    if (value === undefined) {
      this.#parts.found.textContent = noAddress(address.value.trim());
    } else {
      const isPhysical = space.value === 'guest-physical';
      this.#send({ action: 'walk', address: value, access: access.value, isPhysical });
    }
  }

  /** What came of a walk. */
  showWalk({ first, second, hgatp }) {
    const isFaulty = first?.fault !== undefined;
    this.#parts.found.innerHTML = `${first ? firstHtml(first) : ''}${
      isFaulty ? '' : secondHtml(hgatp, second)}`;
  }

  /** @param placeHtml where it is in the source, as HTML; empty if nobody knows */
  show(state, placeHtml) {
    const { mode, pc, exits, isAtRest, isBehindExit, changed } = state;
    const place = placeHtml || (mode.startsWith('V') ? 'in the guest'
      : mode === 'M-mode' ? 'in the firmware' : '');
    const behind = isAtRest && isBehindExit ? `, and it stands right behind exit ${exits}` : '';
    this.#parts.where.innerHTML = `${escape(mode)}, ${code('pc')} ${code(pc)}${
      place ? `: ${place}` : ''}. Exits so far: ${exits.toLocaleString('en')}${behind}.`;
    this.#parts.changed.textContent = changed
      ? `${registerName(changed.number)} is ${hex(changed.value)} now.` : '';
    this.#showCounts(state.counts);
    if (isAtRest) {
      this.#showExit(state.exit);
      this.#parts.queue.innerHTML = state.queue ? queueHtml(state.queue) : '';
    }
  }

  #showCounts(counts) {
    const rows = [...counts].sort(([, one], [, other]) => other - one).map(([key, count]) => [
      count.toLocaleString('en'),
      causeName(BigInt(key.replace('m', ''))) + (key.startsWith('m') ? ', to the firmware' : ''),
    ]);
    this.#parts.counts.innerHTML = rows.length === 0 ? nothing
      : tableHtml(['Exits', 'Cause'], rows, 'causes');
  }

  #showExit(exit) {
    const shown = ({ value, address, space }) => (space && this.#chapter >= firstWithStage2
      ? addressHtml(address, space) : code(value));
    this.#parts.exit.innerHTML = exit === undefined ? nothing
      : tableHtml(['Register', 'Value', 'What it means now'], registersOf(exit).map((row) =>
        [code(row.name), shown(row), `${escape(row.meaning)}.`]), 'registers');
  }
}
