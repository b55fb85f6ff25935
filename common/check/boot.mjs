// Boots once what a chapter describes as a boot.
import fs from 'node:fs';
import path from 'node:path';

import { plainRoom } from './box/bare.mjs';
import { shownGuests } from './box/shown.mjs';
import { withoutNames } from './elf.mjs';
import { Emulator } from './emulator.mjs';
import { Limit } from './limit.mjs';
import { readRam, withNoise } from './noise.mjs';
import { Run } from './run.mjs';
import { MachineEnded } from './stub.mjs';
import { buildGuest } from './submission.mjs';
import { temporaryDirectory } from './temporary.mjs';
import { Values } from './values.mjs';

/**
 * An empty directory. Sockets have short names only, so what a run needs lies in a short place; and
 * in a box another user reads it, who may read no temporary directory of ours.
 */
function scratch() {
  const directory = path.join(temporaryDirectory('check'), 'boot');
  fs.mkdirSync(directory);
  return directory;
}

/**
 * What is to start: the command, and the program in it.
 * @returns {Promise<{ command: string[], elf: string } | { fault: string }>}
 */
async function prepare(boot, values, { submission, directory }) {
  const built = (name) => buildGuest(name, values, path.join(directory, 'guest'), boot.guests);
  const program = boot.probe ? submission.with(boot.probe) : submission;
  const refusal = boot.probe ? await program.build() : undefined;
  if (refusal !== undefined) {
    return { fault: refusal };
  }
  const variables = { ...boot.variables?.(values, directory) };
  if (boot.guest) {
    variables.KERNEL = await built(boot.guest);
  }
  const { command, fault } = await program.machine(variables);
  if (fault !== undefined) {
    return { fault };
  }
  const plain = path.join(directory, 'hypervisor.elf');
  fs.writeFileSync(plain, withoutNames(fs.readFileSync(program.elf)));
  command[command.indexOf('-kernel') + 1] = plain;
  const words = [...command, ...boot.firmware ? ['-bios', await built(boot.firmware)] : [],
    ...boot.flags?.(values) ?? []];
  return { command: words, elf: program.elf };
}

/** What the boot's `drive` returns; nothing if the machine has ended before. */
async function drive(boot, emulator, values) {
  try {
    return await boot.drive?.(emulator, values);
  } catch (error) {
    if (!(error instanceof MachineEnded)) {
      throw error; // a fault of the check
    }
    return undefined;
  }
}

/** Runs a machine to its end: a Run. */
async function runMachine(boot, command, { values, room, elf, seconds, look }) {
  const emulator = new Emulator(command, { room, log: boot.log, quiet: boot.quiet, seconds });
  const seen = await drive(boot, emulator, values);
  if (boot.isEnough) {
    await emulator.stop();
  }
  const end = await emulator.end();
  const { console, complaints } = emulator;
  const run = new Run({
    values, console, log: emulator.log(), seen, elf, look,
    end: { ...end, isWanted: boot.waits && end.how === 'hang' },
    ram: boot.noise && readRam(room),
  });
  return run.lines ? run
    : { fault: `the machine does not start: ${complaints.trim() || run.ending}`, run };
}

/**
 * Boots once.
 * @param {string} name of the boot, for its values
 * @param {object} boot as a chapter describes it
 * @param {object} context
 * @param {object} context.box in which it runs: box/box.mjs; without one, it runs as it is
 * @returns a Run, or { fault } where that cannot be
 */
export async function makeRun(name, boot, { submission, seed, box, limit = new Limit() }) {
  const values = boot.values?.(new Values(seed, name)) ?? {};
  const directory = scratch();
  let room = plainRoom(directory);
  try {
    const { command, elf, fault } = await prepare(boot, values, { submission, directory });
    if (fault !== undefined) {
      return { fault };
    }
    room = await box?.room([directory, path.dirname(elf), ...shownGuests()]) ?? room;
    return await runMachine(boot,
      boot.noise ? withNoise(command, { directory, room, seed }) : command,
      { values, room, elf, seconds: limit.left, look: box?.look.bind(box) });
  } finally {
    await room.close();
    fs.rmSync(path.dirname(directory), { recursive: true, force: true });
  }
}
