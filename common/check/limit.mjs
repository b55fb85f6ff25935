// A limit for the whole of a grading. What is not reached by then fails, with a line that says so,
// and the mark for the rest stands.

export class Limit {
  #seconds;
  #end;
  #isOver = false; // a timer may be a moment earlier than the clock

  /** @param {number} seconds from now on; without a number there is no limit */
  constructor(seconds = Infinity) {
    this.#seconds = seconds;
    this.#end = performance.now() + 1000 * seconds;
  }

  /** Seconds that are left. */
  get left() {
    return Math.max(0, (this.#end - performance.now()) / 1000);
  }

  get isOver() {
    this.#isOver ||= this.left === 0;
    return this.#isOver;
  }

  /** What is said of what was not reached. */
  get line() {
    return `not reached: the ${this.#seconds} seconds for all tests are over`;
  }

  /** What a promise gives, or undefined if the time is over before. */
  async before(promise) {
    if (this.#seconds === Infinity) {
      return promise;
    }
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(() => {
        this.#isOver = true;
        resolve();
      }, 1000 * this.left);
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
