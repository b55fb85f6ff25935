// Numbers that look random and are the same for the same seed, on every machine.

/** sfc32, by Chris Doty-Humphrey: small, fast, and good enough to pass PractRand. */
export class Random {
  #a;
  #b;
  #c;
  #counter = 1;

  /** @param {...number} seed of which 32 bits each matter */
  constructor(...seed) {
    [this.#a = 0, this.#b = 0, this.#c = 0] = seed.map((word) => word | 0);
    for (let i = 0; i < 12; ++i) {
      this.word();
    }
  }

  /** 32 bits, as a number without sign. */
  word() {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** 64 bits, as a BigInt without sign. */
  long() {
    return (BigInt(this.word()) << 32n) | BigInt(this.word());
  }

  /** 0 to `limit` - 1. */
  below(limit) {
    return Math.floor((this.word() / 0x1_0000_0000) * limit);
  }

  /** `low` to `high`, both included. */
  between(low, high) {
    return low + this.below(high - low + 1);
  }

  /** True in `percent` of a hundred cases. */
  chance(percent) {
    return this.word() < (percent / 100) * 0x1_0000_0000;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** One of the values of `choices`, [[weight, value], …]. */
  weighed(choices) {
    let left = this.below(choices.reduce((sum, [weight]) => sum + weight, 0));
    return choices.find(([weight]) => (left -= weight) < 0)[1];
  }
}
