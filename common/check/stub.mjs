// QEMU's gdb stub, asked without gdb: registers by their names, CSRs included, and memory. The
// machine stands still while it is asked. (GDB Remote Serial Protocol.)

const sum = (text) => Buffer.from(text, 'latin1').reduce((all, byte) => (all + byte) & 0xff, 0)
  .toString(16).padStart(2, '0');

export class Stub {
  #socket;
  #received = '';
  #ended = false;
  #wake = () => {}; // called when something has come
  #numbers; // of each register, by its name

  /** @param socket a connection to it; the machine stops with the first question */
  constructor(socket) {
    this.#socket = socket;
    socket.on('data', (text) => {
      this.#received += text;
      this.#wake();
    });
    socket.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  #send(packet) {
    this.#socket.write(`$${packet}#${sum(packet)}`, 'latin1');
  }

  async #more() {
    if (this.#ended) {
      throw new Error('the machine has ended while its registers were read');
    }
    await new Promise((resolve) => { this.#wake = resolve; });
  }

  /**
   * Sends a packet, and returns what comes back. That the machine has stopped (T…), some QEMUs also
   * say without being asked.
   */
  async #ask(packet) {
    this.#send(packet);
    for (;;) {
      const [all, answer] = /^\+*\$([^#]*)#../.exec(this.#received) ?? [];
      if (all !== undefined) {
        this.#received = this.#received.slice(all.length);
        this.#socket.write('+');
        if (answer.startsWith('T')) {
          continue;
        }
        return answer.replace(/}(.)/g, (_, byte) => String.fromCharCode(byte.charCodeAt(0) ^ 0x20));
      }
      await this.#more();
    }
  }

  /** A file that describes the target. */
  async #describe(name) {
    let text = '';
    for (;;) {
      const answer = await this.#ask(`qXfer:features:read:${name}:${text.length.toString(16)},800`);
      text += answer.slice(1);
      if (answer[0] !== 'm') {
        return text;
      }
    }
  }

  /** Which number each register has: those without one follow the register before them. */
  async #readNumbers() {
    await this.#ask('qSupported');
    const target = await this.#describe('target.xml');
    const numbers = new Map();
    let next = 0;
    for (const [, file] of target.matchAll(/<xi:include href="([^"]+)"/g)) {
      for (const [tag] of (await this.#describe(file)).matchAll(/<reg [^>]*>/g)) {
        const value = (name) => new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
        next = Number(value('regnum') ?? next);
        numbers.set(value('name'), next);
        next += 1;
      }
    }
    return numbers;
  }

  /** The value of a register or CSR, as BigInt. */
  async register(name) {
    this.#numbers ??= await this.#readNumbers();
    const number = this.#numbers.get(name);
    if (number === undefined) {
      throw new Error(`this QEMU's stub knows no register ${name}`);
    }
    const answer = await this.#ask(`p${number.toString(16)}`);
    return Buffer.from(answer, 'hex').reverse().reduce((all, byte) => all << 8n | BigInt(byte), 0n);
  }

  /** Physical memory: a Buffer of `size` bytes. */
  async memory(address, size) {
    await this.#ask('Qqemu.PhyMemMode:1');
    const parts = [];
    for (let at = 0; at < size; at += 1024) {
      const length = Math.min(1024, size - at);
      const answer = await this.#ask(`m${(BigInt(address) + BigInt(at)).toString(16)},${
        length.toString(16)}`);
      if (answer.startsWith('E')) {
        throw new Error(`there is no memory at 0x${(BigInt(address) + BigInt(at)).toString(16)}`);
      }
      parts.push(Buffer.from(answer, 'hex'));
    }
    return Buffer.concat(parts);
  }

  /** Lets one hart of several go on, from 0 on; the others stand still for as long as this is open. */
  async letRun(hart) {
    await this.#ask('qSupported');
    this.#send(`vCont;c:${(hart + 1).toString(16)}`);
  }

  /** Lets the machine go on, and goes. */
  async leave() {
    await this.#ask('D');
    this.#socket.destroy();
  }
}
