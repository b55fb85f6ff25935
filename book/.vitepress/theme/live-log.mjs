// What a run prints, as a terminal would show it and in the look of a recorded console: a line
// after the other, with the firmware's folded. Of a terminal it knows colours, and what goes back
// within a line.
import {
  coloured, escapes, firmwareTitle, passage, speakerOf,
} from '../../lib/console-html.mjs';

const mostLines = 3000; // older ones go
const longest = 4000; // letters of a line; it goes on in the next one

export class Log {
  #lines; // the element
  #chapter;
  #inFirmware;
  #cells; // of the line that is not ended: { text, style }
  #column;
  #style; // the escape that has set it
  #escape; // as far as it has come
  #current; // the element of this line
  #count;

  /** @param place where it is shown. @param chapter its number */
  constructor(place, chapter) {
    this.#lines = place;
    this.#chapter = chapter;
    this.clear();
  }

  clear() {
    this.#lines.textContent = '';
    this.#inFirmware = true;
    [this.#cells, this.#column, this.#style, this.#escape] = [[], 0, '', ''];
    [this.#current, this.#count] = [undefined, 0];
  }

  write(text) {
    for (const letter of text) {
      this.#put(letter);
    }
    if (this.#cells.length > 0) {
      this.#show();
    } else {
      this.#takeAway();
    }
  }

  /** Something about the run, below what it has printed. */
  note(html) {
    if (this.#cells.length > 0) {
      this.#endLine();
    }
    this.#lines.insertAdjacentHTML('beforeend', html);
  }

  #put(letter) {
    if (this.#escape !== '' || letter === '\x1b') {
      this.#escape += letter;
      this.#obey();
    } else if (letter === '\n') {
      this.#endLine();
    } else if (letter === '\r') {
      this.#column = 0;
    } else if (letter === '\b') {
      this.#column = Math.max(this.#column - 1, 0);
    } else if (letter >= ' ' || letter === '\t') {
      if (this.#cells.length > longest) {
        this.#endLine();
      }
      this.#cells[this.#column++] = { text: letter, style: this.#style };
    }
  }

  /** Does what an escape asks for, once it is whole. */
  #obey() {
    const sequence = this.#escape;
    if (/^\x1b(\[[\d;?]*)?$/.test(sequence)) {
      return;
    }
    this.#escape = '';
    if (sequence.endsWith('m')) {
      this.#style = sequence;
    } else if (/^\x1b\[0?[JK]$/.test(sequence)) {
      this.#cells.length = Math.min(this.#cells.length, this.#column);
    }
  }

  /** The line so far, asking for its colours as a terminal is. */
  #text() {
    let last = '';
    return this.#cells.map(({ text, style }) => {
      const change = style === last ? '' : style || '\x1b[0m';
      last = style;
      return change + text;
    }).join('').trimEnd();
  }

  #endLine() {
    this.#show();
    this.#inFirmware &&= !/^(Boot HART MEDELEG |hypervisor: )/.test(this.#text());
    [this.#cells, this.#column, this.#current] = [[], 0, undefined];
    this.#count += 1;
    if (this.#count > mostLines) {
      this.#remove(this.#lines.querySelector(':scope > pre > span'));
    }
  }

  #show() {
    const text = this.#text();
    const last = this.#lines.lastElementChild;
    const isFirmware = this.#inFirmware && !/^hypervisor: /.test(text);
    let who = isFirmware ? 'firmware' : speakerOf(text, this.#chapter);
    if (!isFirmware && text.replace(escapes, '').trim() === '') {
      who = last?.dataset.who ?? ''; // an empty line belongs to whoever has spoken before
      who = who === 'firmware' ? '' : who;
    }
    this.#current ??= document.createElement('span');
    if (last?.dataset.who !== who || !last.contains(this.#current)) {
      this.#takeAway();
      this.#current ??= document.createElement('span');
      this.#groupOf(who).append(this.#current);
    }
    this.#current.innerHTML = `${coloured(text)}\n`;
  }

  /** The lines of a speaker at the end. */
  #groupOf(who) {
    if (this.#lines.lastElementChild?.dataset.who !== who) {
      this.#lines.insertAdjacentHTML('beforeend', passage(who, []));
      this.#lines.lastElementChild.dataset.who = who;
    }
    const group = this.#lines.lastElementChild;
    const summary = group.querySelector('summary');
    if (summary) {
      summary.textContent = firmwareTitle(group.querySelectorAll('pre > span').length + 1);
    }
    return group.querySelector('pre') ?? group;
  }

  #takeAway() {
    this.#remove(this.#current);
    this.#current = undefined;
  }

  #remove(line) {
    const group = line?.closest('[data-who]');
    line?.remove();
    if (group && !group.querySelector('span')) {
      group.remove();
    }
  }
}
