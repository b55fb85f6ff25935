// The strict machine for JavaScript: what wasm.cpp exports, as a class. It imports nothing, so it
// is the same in Node and in a browser, where a worker should run it.
//
//   const machine = new StrictMachine(await WebAssembly.compile(bytes));
//   machine.load({ firmware, hypervisor });
//   for (let stop; stop !== 'ended';) {
//     const result = machine.run(10_000_000);
//     show(result.output);
//     stop = result.stop;
//     if (stop === 'waiting') machine.wait();
//   }
//
// A run is determined by what is loaded, and by the `type` and `wait` that are called, each at its
// number of instructions: into how many `run` it is divided changes nothing. So "back to
// instruction N" is `restart` and the same calls again. The native program does the same as this
// one, to the instruction, if it is given the same input.

/** Instructions between two looks at what has been typed, as in native.cpp. */
const slice = 50_000;

// The enumerations Stop and FileKind.
const stops = ['limit', 'waiting', 'ended', 'reported', 'exited'];
const fileKinds = ['firmware', 'hypervisor', 'kernel', 'ramdisk'];

const unsigned = (value) => BigInt.asUintN(64, value);

/** Numbers of instructions and ticks are numbers, what 64 bits of the machine hold are BigInts. */
export class StrictMachine {
  /** Ticks of the machine's clock in a second. */
  static ticksPerSecond = 10_000_000;

  #wasm; // the exports
  #loaded; // what was given to `load`
  #typed = []; // and the UART has not taken it yet
  #sliceEnd = 0; // instructions

  /** @param {WebAssembly.Module} module machine.wasm, compiled */
  constructor(module) {
    this.#wasm = new WebAssembly.Instance(module).exports;
  }

  /**
   * Makes the machine anew and loads what it starts with. Throws an error that says why if it
   * cannot start. Memory of what was there before is used again.
   * @param {object} software
   * @param {Uint8Array} software.firmware OpenSBI's fw_dynamic as a flat binary
   * @param {Uint8Array} software.hypervisor an ELF file
   * @param {object[]} software.modules what QEMU's guest-loader would load: { kind: 'kernel' or
   *   'ramdisk', address, content, name: for errors, bootargs: only of a kernel }; a disk is a
   *   kernel with the bootargs 'disk'
   * @param {string} software.bootargs the hypervisor's
   * @param {number} software.memory RAM in bytes, a multiple of 4 KiB
   * @param {string[]} software.freedoms their names, as `FREEDOM=` has them
   */
  load({
    firmware, hypervisor, modules = [], bootargs = '', memory = 128 << 20, freedoms = [],
  }) {
    this.#loaded = { firmware, hypervisor, modules, bootargs, memory, freedoms };
    this.#typed = [];
    this.#sliceEnd = 0;
    this.#wasm.clear();
    const files = [
      { kind: 'firmware', content: firmware },
      { kind: 'hypervisor', content: hypervisor, bootargs },
      ...modules,
    ];
    files.forEach((file) => this.#addFile(file));
    const bits = freedoms.reduce((all, name) => all | this.#freedom(name), 0);
    const error = this.#text(this.#wasm.start(memory, bits));
    if (error) {
      throw new Error(error);
    }
  }

  /** Begins anew with what was loaded last. */
  restart() {
    this.load(this.#loaded);
  }

  /**
   * Executes up to so many instructions.
   * @returns {{ stop: string, output: Uint8Array }} what has been printed, and why it came back:
   *   'limit': after so many instructions
   *   'waiting': the hart waits for an interrupt: `type` or `wait`, then `run` goes on
   *   'ended': software has ended the machine: see `status`
   *   'reported': something was not as it should be: see `report`; `run` would go on
   *   'exited': it is right behind the exit that `stopAtExit` has named
   */
  run(instructions) {
    const end = this.instructions + instructions;
    const chunks = [];
    let stop = 'limit';
    while (stop === 'limit' && this.instructions < end) {
      if (this.instructions >= this.#sliceEnd) {
        this.#sliceEnd = this.instructions + slice;
      }
      stop = stops[this.#wasm.run(BigInt(Math.min(end, this.#sliceEnd)))];
      // Who stops at an exit changes nothing: the slice goes on behind it.
      if (!['limit', 'exited'].includes(stop) || this.#wasm.output_full()) {
        this.#sliceEnd = this.instructions;
      }
      chunks.push(this.#bytes(this.#wasm.text(), this.#wasm.take_output()).slice());
      // Where the slice is over, and not where the limit happens to be, the UART is given input.
      if (this.instructions >= this.#sliceEnd && this.#feed() && stop === 'waiting') {
        stop = 'limit';
      }
    }
    return { stop, output: join(chunks) };
  }

  /**
   * Types something into the serial port, as soon as that takes it.
   * @param {string|Uint8Array} input a string is sent as UTF-8; Enter is '\r'
   */
  type(input) {
    for (const byte of typeof input === 'string' ? new TextEncoder().encode(input) : input) {
      this.#typed.push(byte);
    }
  }

  /** How many bytes that were typed the serial port has not taken yet. */
  get untaken() {
    return this.#typed.length;
  }

  /** Lets so many ticks pass without an instruction, but none behind the next event. */
  wait(ticks = Infinity) {
    const passed = Math.min(ticks, this.untilEvent);
    if (passed < Infinity) {
      this.#wasm.skip_to(BigInt(this.ticks + passed));
    }
  }

  /** Ticks until a timer interrupt can wake the hart; Infinity if none can: only typing may. */
  get untilEvent() {
    const event = unsigned(this.#wasm.next_event());
    return event === unsigned(~0n) ? Infinity : Number(event - unsigned(this.#wasm.ticks()));
  }

  /** Instructions since the start, those that trapped included. */
  get instructions() {
    return Number(this.#wasm.instructions());
  }

  /** The machine's clock. */
  get ticks() {
    return Number(this.#wasm.ticks());
  }

  /** How often the guest was left for the hypervisor or the firmware. */
  get exits() {
    return Number(this.#wasm.exits());
  }

  /**
   * The last one: { cause, pc, value, guestPhysical, instruction }, as scause, sepc, stval, htval
   * (not shifted) and htinst have them, or M-mode's. All 0n if there was none.
   */
  get lastExit() {
    const [cause, pc, value, guestPhysical, instruction] = [0, 1, 2, 3, 4]
      .map((index) => unsigned(this.#wasm.last_exit(index)));
    return { cause, pc, value, guestPhysical, instruction };
  }

  /** Lets `run` come back right behind the exit with this number, counted from 1. */
  stopAtExit(number) {
    this.#wasm.stop_at_exit(BigInt(number));
  }

  /** The exit status that the software has asked for when it ended the machine. */
  get status() {
    return this.#wasm.exit_status();
  }

  /** The line of the last report; empty if there was none. */
  get report() {
    return this.#text(this.#wasm.report());
  }

  /** 'M-mode', 'HS-mode', 'U-mode', 'VS-mode' or 'VU-mode'. */
  get mode() {
    return this.#text(this.#wasm.mode());
  }

  get pc() {
    return unsigned(this.#wasm.pc());
  }

  /** The integer register with this number. */
  x(number) {
    return unsigned(this.#wasm.x(number));
  }

  /** The control and status register with this number; 0n if there is none. */
  csr(number) {
    return unsigned(this.#wasm.csr(number));
  }

  /** A copy of `size` bytes of RAM from a physical address on, as far as there is RAM. */
  read(address, size) {
    const { memory } = this.#loaded;
    const within = (offset) => Math.min(Math.max(offset, 0), memory);
    const start = within(Number(address) - 0x8000_0000);
    const end = within(Number(address) - 0x8000_0000 + size);
    return this.#bytes(this.#wasm.ram() + start, end - start).slice();
  }

  /** All of RAM as one number, which the native program prints at its end with -stats. */
  get ramHash() {
    return unsigned(this.#wasm.ram_hash());
  }

  #addFile({ kind, address = 0, content, name = kind, bootargs = '' }) {
    const encoder = new TextEncoder();
    const parts = [content, encoder.encode(name), encoder.encode(bootargs)];
    const places = parts.flatMap((bytes) => [this.#put(bytes), bytes.length]);
    if (!fileKinds.includes(kind)
      || !this.#wasm.add_file(fileKinds.indexOf(kind), BigInt(address), ...places)) {
      throw new Error(`${name}: there is no place for one more ${kind}`);
    }
  }

  #freedom(name) {
    const bytes = new TextEncoder().encode(name);
    const bit = this.#wasm.freedom(this.#put(bytes), bytes.length);
    if (bit === 0) {
      throw new Error(`${name}: there is no such freedom`);
    }
    return bit;
  }

  /** Puts bytes into the module's memory, and returns where they are. */
  #put(bytes) {
    const start = this.#wasm.allocate(bytes.length);
    if (start === 0) {
      throw new Error('there is not enough memory for the machine');
    }
    this.#bytes(start, bytes.length).set(bytes);
    return start;
  }

  /** The module's memory; it is elsewhere when it has grown, so nobody keeps this. */
  #bytes(start, size) {
    return new Uint8Array(this.#wasm.memory.buffer, start, size);
  }

  #text(size) {
    return new TextDecoder().decode(this.#bytes(this.#wasm.text(), size));
  }

  /** Gives the UART what has been typed, as far as it takes it. Whether that was anything. */
  #feed() {
    let count = 0;
    while (count < this.#typed.length && this.#wasm.can_receive()) {
      this.#wasm.receive(this.#typed[count++]);
    }
    this.#typed.splice(0, count);
    return count > 0;
  }
}

/** The bytes of all `chunks`, one behind the other. */
function join(chunks) {
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  chunks.reduce((at, chunk) => {
    whole.set(chunk, at);
    return at + chunk.length;
  }, 0);
  return whole;
}
