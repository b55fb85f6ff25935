// What stands in the place of a room where there is no box: a directory, and commands that run as
// they do everywhere. Nothing is kept out. On Linux the limits for each process hold.
import fs from 'node:fs';
import path from 'node:path';

import { environmentIn } from './shown.mjs';

/** The place of a check on the student's own machine: nothing is changed. */
export const plainRoom = (directory) => ({
  scratch: directory,
  path: (file) => file,
  words: (command) => command,
  share: () => {},
  used: () => ({ cpu: 0, memory: 0 }),
  close: async () => {},
});

/** @param {string} parent where its directory is made */
export function bareRoom(parent) {
  const directory = fs.mkdtempSync(path.join(parent, 'room-'));
  const within = ({ memory, file, cpu }) => (process.platform !== 'linux' ? []
    : ['prlimit', `--as=${memory}`, `--fsize=${file}`, `--cpu=${cpu}`, '--core=0']);
  const environment = environmentIn(directory)
    .map((each) => (each.startsWith('PATH=') ? `PATH=${process.env.PATH}` : each));
  return {
    ...plainRoom(directory),
    words: (command, limits) => [...within(limits), 'env', '-i', ...environment, ...command],
    close: async () => fs.rmSync(directory, { recursive: true, force: true }),
  };
}
