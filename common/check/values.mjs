// The values of a run: numbers and words that nobody can have known before, all from one seed. The
// same seed and name give the same values, whatever else is asked for.
import { createHash, randomBytes } from 'node:crypto';

/** A seed for a run that names none. */
export const anySeed = () => randomBytes(4).toString('hex');

/** Values for one purpose. */
export class Values {
  #name;
  #count = 0;

  /** @param name what they are for: another name, other values */
  constructor(seed, name) {
    this.#name = `${seed} ${name}`;
  }

  /** A whole number of 32 bits. */
  #next() {
    this.#count += 1;
    return createHash('sha256').update(`${this.#name} ${this.#count}`).digest().readUInt32LE();
  }

  /** A whole number from `from` to `to`, both included; they are less than 2³² apart. */
  number(from, to) {
    return from + this.#next() % (to - from + 1);
  }

  /** One of `list`. */
  one(list) {
    return list[this.number(0, list.length - 1)];
  }

  /** Twelve small letters. */
  word() {
    return Array.from({ length: 12 }, () => this.one('abcdefghijklmnopqrstuvwxyz')).join('');
  }
}
