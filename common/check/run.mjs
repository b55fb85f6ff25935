// What a boot has left: its console, its traps, how it ended; and what tests ask of these. Many
// tests look at one run.
import { readCode } from './code.mjs';
import { readElf } from './elf.mjs';
import { closest, Failure, require, shown } from './failure.mjs';
import { guestCauses, nameOfCause, readTraps, trapsOfGuest } from './traps.mjs';
import { describePlace } from './where.mjs';

/** In words: how a run ended. */
const endings = {
  enough: 'the checker ended the run, after it had seen what it waited for',
  hang: 'the run hangs',
  prints: 'the run prints without an end',
  traps: 'the run traps without an end',
};

/** Characters of a line that are looked at: what searches one may take its square. */
const longest = 4096;

export class Run {
  #traps;
  #code;
  #image;

  /**
   * @param {object} boot
   * @param {object} boot.values what was chosen for it
   * @param {string} boot.console
   * @param {string} boot.log QEMU's
   * @param {object} boot.end how it ended: Emulator.end
   * @param {object} boot.seen what its `drive` has returned
   * @param {string} boot.elf the program
   * @param {Function} boot.look what runs a tool that reads the program: describePlace
   * @param {Function} boot.ram what was in RAM at the end, of a boot with noise in it: readRam
   */
  constructor({ values = {}, console = '', log = '', end, seen, elf, look, ram }) {
    Object.assign(this, { values, console, log, end, seen, elf, look, ram });
    const [, after] = /Boot HART MEDELEG.*\n([^]*)/.exec(console) ?? [];
    /** The lines after those of the firmware; undefined if that did not start. */
    this.lines = after?.split('\n').filter((line) => line.trim() !== '')
      .map((line) => line.slice(0, longest));
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

  /** The program: readElf. */
  get image() {
    this.#image ??= readElf(this.elf);
    return this.#image;
  }

  /** What has been executed, of a boot whose log has in_asm. */
  get code() {
    this.#code ??= readCode(this.log);
    return this.#code;
  }

  /** The traps of a program that has no guest, but for its calls. */
  get ownTraps() {
    return this.traps.filter(({ cause, epc }) =>
      cause !== 9 && epc >= this.image.start && epc < this.image.end);
  }

  /** A trap, in words. */
  describe(trap) {
    const { epc, tval } = trap;
    const isOurs = trapsOfGuest([trap]).length === 0 && epc >= this.image.start
      && epc < this.image.end;
    return `${nameOfCause(trap)} at ${shown(epc)}${
      isOurs ? ` (${describePlace(this, epc)})` : ''}, stval ${shown(tval)}`;
  }

  /** Those by which it has reached for one of the `size` bytes at `address`, as loads or stores. */
  accesses(address, size = 1) {
    return this.guestTraps.filter(({ cause, tval }) =>
      (cause === guestCauses.load || cause === guestCauses.store)
      && tval >= BigInt(address) && tval < BigInt(address + size));
  }

  /** How it ended, in words. */
  get ending() {
    const { how, status, isWanted } = this.end;
    if (how === 'off') {
      return `the machine ended by itself, with status ${status}`;
    }
    return isWanted ? 'the machine waits' : endings[how];
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

  /** The numbers in hexadecimal after `name` in a line of a guest, as BigInt. */
  numbers(name) {
    const [, rest] = this.expectMatch(new RegExp(`^${name}((?: 0x[0-9a-f]+)+)$`), `${name} 0x1`);
    return rest.trim().split(' ').map(BigInt);
  }

  /** The one number after `name`. */
  number(name) {
    return this.numbers(name)[0];
  }

  /** Of a boot with noise in RAM: there are zeros at `address` in the end. */
  expectZeros(address, length, where) {
    require(address !== undefined, `an address of what has to be zero, ${where}`, 'none');
    const bytes = this.ram(address, length);
    require(bytes.length === length, `memory from 0x80000000 to 0x81000000, ${where}`,
      shown(address));
    const at = bytes.findIndex((byte) => byte !== 0);
    const place = shown(BigInt(address) + BigInt(at));
    require(at < 0, `${length} zeros from ${shown(address)} on, ${where}`,
      `${shown(bytes[at] ?? 0)} at ${place}, as before the start`);
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
