// The table of the second stage, read from physical memory as a hart would walk it (Privileged spec
// 18.5.1).

const entriesOfRoot = 2048;
const entriesOfTable = 512;
const permissions = 0xen; // R, W and X: with one of them, an entry is a leaf
const levelsOf = { 8: 3, 9: 4, 10: 5 }; // by the mode of hgatp: Sv39x4, Sv48x4, Sv57x4
const mostTables = 4096;

/** The bits of an entry, by their names. */
export const bits = { V: 0, R: 1, W: 2, X: 3, U: 4, A: 6, D: 7 };

/** Of several bits, those that an entry lacks. */
export const lacking = ({ entry }, names) =>
  names.filter((name) => (entry >> BigInt(bits[name]) & 1n) === 0n);

const targetOf = (entry) => (entry & 0x3f_ffff_ffff_fc00n) >> 10n << 12n;

/**
 * @param stub of the machine: ./stub.mjs
 * @param {bigint} hgatp
 * @returns {{ mode: number, root: bigint, leaves: object[], tables: object[] }} each leaf as
 *   { entry, at: where it stands, address: of the guest, size, target: of the machine }, each entry
 *   that leads to a table as { entry, at, address }
 */
export async function readTable(stub, hgatp) {
  const mode = Number(hgatp >> 60n);
  const root = (hgatp & 0xfff_ffff_ffffn) << 12n;
  const leaves = [];
  const tables = [];
  const read = async (table, count, level, start) => {
    const size = 4096n * 512n ** BigInt(level);
    const memory = await stub.memory(table, 8 * count);
    for (let index = 0; index < count; ++index) {
      const entry = memory.readBigUInt64LE(8 * index);
      const place = {
        entry, at: table + BigInt(8 * index), address: start + BigInt(index) * size,
      };
      if ((entry & 1n) !== 0n && (entry & permissions) !== 0n) {
        leaves.push({ ...place, size, target: targetOf(entry) });
      } else if ((entry & 1n) !== 0n && level > 0) {
        if (tables.push(place) > mostTables) {
          throw new Error(`there are more than ${mostTables} tables`);
        }
        await read(targetOf(entry), entriesOfTable, level - 1, place.address);
      }
    }
  };
  if (levelsOf[mode] !== undefined) {
    await read(root, entriesOfRoot, levelsOf[mode] - 1, 0n);
  }
  return { mode, root, leaves, tables };
}

/** Where the table leads from an address of the guest, or undefined. */
export function translate({ leaves }, address) {
  const leaf = leaves.find((each) => address >= each.address && address < each.address + each.size);
  return leaf && leaf.target + address - leaf.address;
}
