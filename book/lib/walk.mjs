// The walk through a second-stage table as the hart makes it (Privileged spec 10.3.2, 10.4.1, 18.2.10,
// 18.5.1), in the mode Sv39x4. The pages, a reader's browser and the tests all use this one file, so
// it imports nothing.

/** The levels: which bits of an address choose the entry. The root's are two more. */
const levels = [
  { level: 2, high: 40n, low: 30n }, { level: 1, high: 29n, low: 21n },
  { level: 0, high: 20n, low: 12n },
];
const flagNames = ['V', 'R', 'W', 'X', 'U', 'G', 'A', 'D']; // from bit 0 on
const firstReserved = 54n; // N, PBMT, and bits without a name: of extensions that nobody has here
const pageNumber = (1n << 44n) - 1n;
const modeSv39x4 = 8n;

/** What an access needs, and what it is told where it may not be. */
const accesses = {
  load: { flag: 'R', cause: 21, fault: 'load guest-page fault' },
  store: { flag: 'W', cause: 23, fault: 'store guest-page fault' },
  fetch: { flag: 'X', cause: 20, fault: 'instruction guest-page fault' },
};
export const accessNames = Object.keys(accesses);

/** A number as the book writes it. */
export const hex = (value) => `0x${value.toString(16)}`;

/** The bits `high` to `low` of a number. */
export const bitsOf = (value, high, low) => (value >> low) & ((1n << (high - low + 1n)) - 1n);

/**
 * An address as people write it: hexadecimal, with or without 0x, _ or ' between digits.
 * @returns the number; undefined if it is none, or has more than 64 bits
 */
export function readAddress(text) {
  const [, digits] = /^\s*(?:0x)?([\da-f](?:[_']?[\da-f])*)\s*$/i.exec(text) ?? [];
  const value = digits && BigInt(`0x${digits.replace(/[_']/g, '')}`);
  return value === undefined || value >> 64n ? undefined : value;
}

/** Where the root table is, which hgatp names; undefined if its mode is another one. */
export function rootOf(hgatp) {
  return hgatp >> 60n === modeSv39x4 ? ((hgatp & pageNumber) << 12n) & ~0x3fffn : undefined;
}

/** What an entry says: { flags, target }: names, and the address that its page number stands for. */
export const readEntry = (entry) => ({
  flags: flagNames.filter((_, bit) => entry >> BigInt(bit) & 1n),
  target: (entry >> 10n & pageNumber) << 12n,
});

/** Whether an entry is valid and leads to another table. */
export const isPointer = (entry) => (entry & 0xfn) === 1n;

/** Why no access goes on at an entry, in this order; undefined if one may. */
function faultOfAny(entry, level) {
  const { flags } = readEntry(entry);
  const has = (flag) => flags.includes(flag);
  if (!has('V')) {
    return 'V is clear: nothing is mapped here';
  }
  if (has('W') && !has('R')) {
    return 'W without R is reserved';
  }
  if (entry >> firstReserved) {
    return 'a bit from 54 on is set, and reserved';
  }
  if (isPointer(entry)) {
    return ['D', 'A', 'U'].some(has) ? 'D, A or U is set without R, W and X, which is reserved'
      : level === 0 ? 'the last level has to have a leaf' : undefined;
  }
  return undefined;
}

/** Why an access is not allowed by a leaf; undefined if it is. */
function faultOfLeaf(entry, { level, low }, access) {
  const { flags, target } = readEntry(entry);
  const has = (flag) => flags.includes(flag);
  const { flag } = accesses[access];
  if (!has(flag)) {
    return `${flag} is clear`;
  }
  if (!has('U')) {
    return 'U is clear, and each access of a guest counts as one of user mode';
  }
  if (level > 0 && target & ((1n << low) - 1n)) {
    return 'a page of this size cannot begin there: it is misaligned';
  }
  // Some harts set them; one with Svade faults, and so does this walk.
  const unset = ['A', ...(access === 'store' ? ['D'] : [])].find((name) => !has(name));
  return unset && `${unset} is clear, and a hart need not set it`;
}

/**
 * Follows a guest-physical address.
 * @param table { hgatp, tables }: from the address of each table to its entries, and from the index
 *   of each to its value, all as text; what is not there is 0
 * @param address a number of up to 64 bits
 * @param access `load`, `store` or `fetch`
 * @returns { address, access, steps, … }: each step is { level, high, low, index, at, entry, flags,
 *   target }: the bits of the address and the entry that they choose, where it is, its value and
 *   what that says. At the end there is either `host`, the host-physical address, with the `size` of
 *   the page, or `fault`, { cause, name, why }
 */
export function walk({ hgatp, tables }, address, access = 'load') {
  const steps = [];
  const found = { address, access, steps };
  const fault = (why) => ({
    ...found, fault: { cause: accesses[access].cause, name: accesses[access].fault, why },
  });
  if (address >> 41n) {
    return fault(`bits 63 to 41 are ${hex(address >> 41n)}, and must be 0`);
  }
  let table = rootOf(BigInt(hgatp));
  for (const { level, high, low } of levels) {
    const index = bitsOf(address, high, low);
    const entry = BigInt(tables[hex(table)]?.[index] ?? 0);
    const step = { level, high, low, index, at: table + 8n * index, entry, ...readEntry(entry) };
    steps.push(step);
    const why = faultOfAny(entry, level)
      ?? (isPointer(entry) ? undefined : faultOfLeaf(entry, step, access));
    if (why) {
      return fault(why);
    }
    if (!isPointer(entry)) {
      const size = 1n << low;
      return { ...found, host: step.target + address % size, size };
    }
    table = step.target;
  }
  return undefined; // which is never reached: the last level's entry is a leaf, or there is a fault
}
