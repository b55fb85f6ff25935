// A second-stage table, as it lies in the memory of a run that stands still.

import { refuse } from '../../common/stairs/steps.mjs';
import { hex, isPointer, readEntry, rootOf } from '../lib/walk.mjs';

const lastLevel = 2; // counted from the root

/** The entries of a table that are not 0: from the index to the value. */
async function readEntries(monitor, address, count) {
  const lines = await monitor.ask(`xp /${count}gx ${hex(address)}`);
  const values = lines.flatMap((line) => line.split(': ')[1].split(' ').map(BigInt));
  return Object.fromEntries([...values.entries()].filter(([, value]) => value !== 0n));
}

/**
 * Reads the table that the console names, and all that it leads to.
 * @returns { hgatp, tables }: numbers; tables is from the address of each, in hexadecimal, to its
 *   entries, from the index to the value
 */
export async function readTable(monitor, output) {
  const [, said] = [...output.matchAll(/\bhgatp (0x[0-9a-f]+)(?=\n)/g)].at(-1)
    ?? refuse('the console does not say hgatp 0x…, which names the table');
  const hgatp = BigInt(said);
  const tables = {};
  const read = async (address, level) => {
    const entries = await readEntries(monitor, address, level === 0 ? 2048 : 512);
    tables[hex(address)] = entries;
    for (const entry of Object.values(entries).filter(isPointer)) {
      if (level < lastLevel) {
        await read(readEntry(entry).target, level + 1);
      }
    }
  };
  await read(rootOf(hgatp) ?? refuse(`the mode of hgatp ${said} is not Sv39x4`), 0);
  return { hgatp, tables };
}

/** A table as it is stored: JSON, an entry a line, numbers in hexadecimal. */
export const tableText = (table) =>
  `${JSON.stringify(table, (_, value) => (typeof value === 'bigint' ? hex(value) : value), 2)}\n`;
