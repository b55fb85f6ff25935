// The logs of a grading: the console and the traps of each run that a test looked at.
import fs from 'node:fs';
import path from 'node:path';

import { plain } from './plain.mjs';

/** What the console of a result's run has shown: lines that can be printed. */
export const consoleOf = ({ run = {} }) =>
  (run.run ?? run).console?.split('\n').map((line) => plain(line)) ?? [];

/** Where the log of a result's run is. */
export const logOf = ({ boot = '' }, directory) =>
  path.join(directory, `${boot.replace('/', '-')}.txt`);

/** Writes them; what was there goes. */
export function writeLogs(results, directory) {
  fs.rmSync(directory, { recursive: true, force: true });
  fs.mkdirSync(directory, { recursive: true });
  for (const result of results.filter(({ run }) => run)) {
    const { console = '', log = '' } = result.run.run ?? result.run;
    fs.writeFileSync(logOf(result, directory),
      `${console}\n---- traps, as QEMU logs them (-d int)\n${log.slice(-(2 ** 22))}`);
  }
}
