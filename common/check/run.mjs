// What a boot has left: its console, its traps, how it ended; and what tests ask of these. Many
// tests look at one run.
import { readTraps, trapsOfGuest } from './traps.mjs';
import { closest, Failure, require } from './failure.mjs';

/** In words: how a run ended. */
const endings = {
  enough: 'the checker ended the run, after it had seen what it waited for',
  hang: 'the run hangs',
  prints: 'the run prints without an end',
  traps: 'the run traps without an end',
};

export class Run {
  #traps;

  /**
   * @param {object} boot
   * @param {object} boot.values what was chosen for it
   * @param {string} boot.console
   * @param {string} boot.log QEMU's
   * @param {object} boot.end how it ended: Emulator.end
   * @param {object} boot.seen what its `drive` has returned
   */
  constructor({ values = {}, console = '', log = '', end, seen }) {
    Object.assign(this, { values, console, log, end, seen });
    const [, behind] = /Boot HART MEDELEG.*\n([^]*)/.exec(console) ?? [];
    /** The lines after those of the firmware; undefined if that did not start. */
    this.lines = behind?.split('\n').filter((line) => line.trim() !== '');
  }

  /** QEMU's traps, in order. */
  get traps() {
    this.#traps ??= readTraps(this.log);
    return this.#traps;
  }

  /** Those which only a guest can cause. */
  get guestTraps() {
    return trapsOfGuest(this.traps);
  }

  /** How it ended, in words. */
  get ending() {
    return this.end.how === 'off' ? `the machine ended by itself, with status ${this.end.status}`
      : endings[this.end.how];
  }

  /** There is a line that is `text`, whole. */
  expectLine(text) {
    if (!this.lines.includes(text)) {
      throw new Failure(`a line "${text}"`, closest(this.lines, text), text);
    }
  }

  /** The match of the first line that `pattern` matches; `like` is an example of such a line. */
  expectMatch(pattern, like) {
    const line = this.lines.find((each) => pattern.test(each));
    if (line === undefined) {
      throw new Failure(`a line like "${like}"`, closest(this.lines, like));
    }
    return pattern.exec(line);
  }

  /** The numbers in hexadecimal behind `name` in a line of a guest, as BigInt. */
  numbers(name) {
    const [, rest] = this.expectMatch(new RegExp(`^${name}((?: 0x[0-9a-f]+)+)$`), `${name} 0x1`);
    return rest.trim().split(' ').map(BigInt);
  }

  /** The one number behind `name`. */
  number(name) {
    return this.numbers(name)[0];
  }

  /** It ended by itself, with that status: 0 after a power-off, 1 after an error. */
  expectEnd(status, when) {
    require(this.end.how === 'off' && this.end.status === status,
      `the machine ends with status ${status}${when ? ` ${when}` : ''}`, this.ending);
  }

  /** The last line that was printed. */
  get lastLine() {
    return this.lines.at(-1) ?? '';
  }
}
