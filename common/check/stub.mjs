// QEMU's gdb stub, asked without gdb: registers by their names, CSRs included, and memory. The
// machine stands still while it is asked. (GDB Remote Serial Protocol.)

const sum = (text) => Buffer.from(text, 'latin1').reduce((all, byte) => (all + byte) & 0xff, 0)
  .toString(16).padStart(2, '0');

/** The number in an answer, whose lowest byte comes first; undefined if it tells an error. */
const numberIn = (answer) => (answer.startsWith('E') ? undefined : Buffer.from(answer, 'hex')
  .reverse().reduce((all, byte) => all << 8n | BigInt(byte), 0n));

/** The machine has ended while the stub was asked. */
export class MachineEnded extends Error {}

export class Stub {
  #socket;
  #received = '';
  #ended = false;
  #wake = () => {}; // called when something has come
  #numbers; // of each register, by its name

  /** @param socket a connection to it; the machine stops with the first question */
  constructor(socket) {
    this.#socket = socket;
    this.#ended = socket.destroyed;
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
      throw new MachineEnded();
    }
    await new Promise((resolve) => { this.#wake = resolve; });
  }

  /** The next packet that comes. */
  async #receive() {
    for (;;) {
      const [all, answer] = /^\+*\$([^#]*)#../.exec(this.#received) ?? [];
      if (all !== undefined) {
        this.#received = this.#received.slice(all.length);
        this.#socket.write('+');
        return answer.replace(/}(.)/g, (_, byte) => String.fromCharCode(byte.charCodeAt(0) ^ 0x20));
      }
      await this.#more();
    }
  }

  /**
   * Sends a packet, and returns what comes back. That the machine has stopped (T…), some QEMUs also
   * say without being asked.
   */
  async #ask(packet) {
    this.#send(packet);
    let answer = await this.#receive();
    while (answer.startsWith('T')) {
      answer = await this.#receive();
    }
    return answer;
  }

  /** Lets the machine go on in a way, up to where it stops again. */
  async #resume(how) {
    this.#send(how);
    while (!(await this.#receive()).startsWith('T'));
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

  /** The number of a register, in hexadecimal. */
  async #numberOf(name) {
    this.#numbers ??= await this.#readNumbers();
    const number = this.#numbers.get(name);
    if (number === undefined) {
      throw new Error(`this QEMU's stub knows no register ${name}`);
    }
    return number.toString(16);
  }

  /** Sets a register of 64 bits to a number of at most 32. */
  async setRegister(name, value) {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(value);
    await this.#ask(`P${await this.#numberOf(name)}=${bytes.toString('hex')}`);
  }

  /** The value of a register or CSR, as BigInt; undefined if the hart would not let it be read. */
  async register(name) {
    return numberIn(await this.#ask(`p${await this.#numberOf(name)}`));
  }

  /** The value of a CSR by its number, also of one that has no name: some CSRs come and go. */
  async csr(number) {
    const first = Number.parseInt(await this.#numberOf('scause'), 16) - 0x142;
    return numberIn(await this.#ask(`p${(first + number).toString(16)}`));
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

  /** Lets the machine run to the next of these addresses: which one it is, as BigInt. */
  async runTo(places) {
    const ofEach = async (what) => {
      for (const place of places) {
        await this.#ask(`${what},${place.toString(16)},4`);
      }
    };
    await this.#resume('s'); // it may stand at one of them
    await ofEach('Z1');
    await this.#resume('c');
    await ofEach('z1');
    return this.register('pc');
  }

  /** Lets the machine go on, and goes. */
  async leave() {
    await this.#ask('D');
    this.#socket.destroy();
  }
}
