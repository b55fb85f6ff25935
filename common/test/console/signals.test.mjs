// Whatever ends a run, make, one of its shells or the machine: nothing of it stays, and what the
// guest has written is saved.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { isKept, makeDisk, rootOnDisk } from '../disk.mjs';
import { bootTest, qemus, root, scratchDirectory } from '../machine.mjs';

const scratch = scratchDirectory('signals');
const disk = makeDisk(path.join(scratch, 'disk'));
const isFirst = ({ path: qemu }) => qemu === qemus[0].path;

/** The processes of a run, by what they are: the makes and the shells from the outermost on. */
function whoIs(machine) {
  const all = machine.processes().sort((a, b) => a.id - b.id);
  const named = (pattern) => all.filter(({ name }) => pattern.test(name)).map(({ id }) => id);
  return { makes: named(/^make$/), shells: named(/^sh$/), machine: named(/^(qemu|strict)/) };
}

/** Runs a guest that writes and stays, lets `end` end it, and sees what is there then. */
async function endedBy(boot, name, end, {
  variables, hasWritten = true, sign = 'probe: type\n', ...options
} = {}) {
  const saved = path.join(scratch, name);
  const machine = boot({
    isOpen: true, step: root, cwd: scratch, ...options,
    variables: { DISK: disk, SAVE: saved, BOOTARGS: `${rootOnDisk} -- stay`, ...variables },
  });
  await machine.expect(sign);
  end(whoIs(machine), machine);
  await machine.end();
  await machine.gone();
  assert.deepEqual(machine.leftFiles(), []);
  assert.equal(isKept(saved), hasWritten, machine.output);
  assert.equal(fs.statSync(saved).size, fs.statSync(disk).size);
  assert.deepEqual(fs.readdirSync(scratch).filter((each) => each.includes('part')), []);
  fs.rmSync(saved);
  return machine;
}

const group = ({ makes: [make] }) =>
  -Number(fs.readFileSync(`/proc/${make}/stat`, 'utf8').split(' ')[4]);
const outer = ({ makes }) => makes[0];
const inner = ({ makes }) => makes[1];
const qemu = ({ machine }) => machine[0];
const shell = (index) => ({ shells }) => shells[index];
for (const [what, who, signals] of [
  ['make alone', outer, ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL']],
  ['the make that it has started', inner, ['SIGINT', 'SIGKILL']],
  ['all', group, ['SIGTERM', 'SIGINT', 'SIGHUP']],
  ['the machine', qemu, ['SIGTERM', 'SIGKILL']],
  ['the first shell', shell(0), ['SIGTERM', 'SIGINT', 'SIGHUP']],
]) {
  for (const signal of signals) {
    const saved = `${signal}-${what.replaceAll(' ', '-')}`;
    bootTest(`${signal} to ${what}`, (boot) =>
      endedBy(boot, saved, (run) => process.kill(who(run), signal)), isFirst);
  }
}

// It reads to the end of the input before the guest gets any of it.
bootTest('SIGINT to all on the strict machine', (boot) => endedBy(boot, 'strict',
  (run) => process.kill(group(run), 'SIGINT'),
  { variables: { MACHINE: 'strict' }, sign: '[vda]', hasWritten: false }), isFirst);

for (const [what, who, signal] of [['the machine', qemu, 'SIGKILL'], ['make', outer, 'SIGTERM']]) {
  bootTest(`${signal} to ${what} at a terminal, which is then as it was`, async (boot) => {
    const { output } = await endedBy(boot, `terminal-${signal}`,
      (run) => process.kill(who(run), signal),
      { terminal: true, around: (make) => `stty -g; ${make}; stty -g` });
    const [before, after] = output.match(/^[0-9a-f:]{20,}$/mg);
    assert.equal(before, after);
  });
}

for (const signal of ['SIGKILL', 'SIGHUP']) {
  bootTest(`${signal} to a make that grades`, async (boot) => {
    const machine = boot({ target: 'check', step: root, cwd: scratch, variables: { STEP: '09' } });
    await machine.expect(/^ *ok /m); // and others are under way
    process.kill(outer(whoIs(machine)), signal);
    await machine.end();
    await machine.gone();
    assert.deepEqual(machine.leftFiles(), []);
  }, isFirst);
}

bootTest('a terminal that is closed', (boot) => endedBy(boot, 'closed', (run, machine) => {
  const [{ id }] = machine.processes().filter(({ name }) => name === 'script');
  process.kill(id, 'SIGKILL');
}, { terminal: true }), isFirst);
