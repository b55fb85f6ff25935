// How much a submission may use. These guard against hangs and against a full machine: each is many
// times what the book's last step needs, also on a slow machine. Times are those of the processor,
// so that jobs beside each other give the marks of one; the time on the clock is generous.

const KiB = 2 ** 10;
const MiB = 2 ** 20;
const GiB = 2 ** 30;

/** What a room is: its scratch file system, in bytes. It is memory as soon as it is written. */
export const scratchSize = 256 * MiB;

/** So many processes there may be, and so many files each may have open. */
const each = { processes: 64, files: 256 };

/** A build: `memory` and `cpu` for each process; `…OfAll`, and what comes out, for all together. */
export const building = {
  ...each, memory: 2 * GiB, memoryOfAll: 3 * GiB, file: 64 * MiB, cpu: 60, cpuOfAll: 120,
  clock: 900, output: 256 * KiB, program: 16 * MiB,
};

/** A machine: how long it may run, and what it may print, is for emulator.mjs to say. */
export const running = { ...each, memory: 8 * GiB, file: scratchSize, cpu: 600 };

/** A tool that looks at the program. */
export const looking = {
  ...each, memory: 2 * GiB, file: 64 * MiB, cpu: 20, clock: 60, output: 64 * KiB,
};
