// Boots once what a chapter describes as a boot.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { withoutNames } from './elf.mjs';
import { Emulator } from './emulator.mjs';
import { readRam, withNoise } from './noise.mjs';
import { Run } from './run.mjs';
import { MachineEnded } from './stub.mjs';
import { buildGuest } from './submission.mjs';
import { Values } from './values.mjs';

/** Sockets have short names only, so what a run needs lies in a short place. */
const scratch = () => fs.mkdtempSync(path.join(os.tmpdir(), 'check-'));

/**
 * What is to start: the command, and the program in it.
 * @returns {Promise<{ command: string[], elf: string } | { fault: string }>}
 */
async function prepare(boot, values, { submission, seed, directory }) {
  const built = (name) => buildGuest(name, values, path.join(directory, 'guest'));
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
  return { command: boot.noise ? withNoise(words, directory, seed) : words, elf: program.elf };
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

/**
 * Boots once.
 * @param {string} name of the boot, for its values
 * @param {object} boot as a chapter describes it
 * @returns a Run, or { fault } where that cannot be
 */
export async function makeRun(name, boot, { submission, seed }) {
  const values = boot.values?.(new Values(seed, name)) ?? {};
  const directory = scratch();
  try {
    const { command, elf, fault } = await prepare(boot, values, { submission, seed, directory });
    if (fault !== undefined) {
      return { fault };
    }
    const emulator = new Emulator(command, { directory, log: boot.log, quiet: boot.quiet });
    const seen = await drive(boot, emulator, values);
    if (boot.isEnough) {
      await emulator.stop();
    }
    const end = await emulator.end();
    const { console, complaints } = emulator;
    const run = new Run({
      values, console, log: emulator.log(), seen, elf,
      end: { ...end, isWanted: boot.waits && end.how === 'hang' },
      ram: boot.noise && readRam(directory),
    });
    return run.lines ? run
      : { fault: `the machine does not start: ${complaints.trim() || run.ending}`, run };
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
