// Both walks that the hart makes for an address of a guest, out of the machine's registers and
// memory: vsatp's tables lead from guest-virtual to guest-physical, hgatp's from there to
// host-physical, also for each entry of the first ones.
import { hex, isPointer, readEntry, rootOf, walk } from '../../lib/walk.mjs';

const registers = { hgatp: 0x680, vsatp: 0x280 };
const modes = { 8: ['Sv39', 3], 9: ['Sv48', 4], 10: ['Sv57', 5] }; // of vsatp (10.1.11)
const faults = {
  load: [13, 'load page fault', 'R'], store: [15, 'store page fault', 'W'],
  fetch: [12, 'instruction page fault', 'X'],
};

const word = (machine, address) => {
  const bytes = machine.read(address, 8);
  return bytes.length < 8 ? 0n : new DataView(bytes.buffer).getBigUint64(0, true);
};

/** The second stage's tables as lib/walk.mjs wants them, read when it asks. */
const tablesOf = (machine) => new Proxy({}, {
  get: (_, table) => new Proxy([], {
    get: (__, index) => hex(word(machine, BigInt(table) + 8n * BigInt(index))),
  }),
});

/** The second walk; `host` is the same address where there is no second stage. */
export function walkSecond(machine, address, access) {
  const hgatp = machine.csr(registers.hgatp);
  if (hgatp >> 60n === 0n) {
    return { address, access, steps: [], host: address, size: 1n << 12n, isBare: true };
  }
  return rootOf(hgatp) === undefined ? undefined
    : walk({ hgatp, tables: tablesOf(machine) }, address, access);
}

/** What lies at a guest-physical address: `size` bytes, as far as they are there. */
export function readGuest(machine, address, size) {
  const { host } = walkSecond(machine, address, 'load') ?? {};
  return host === undefined ? new Uint8Array() : machine.read(host, size);
}

/** Why a leaf of the first stage does not allow an access; undefined if it does. */
function faultOfLeaf(flags, access) {
  const [, , flag] = faults[access];
  if (!flags.includes(flag)) {
    return `${flag} is clear`;
  }
  const unset = ['A', ...(access === 'store' ? ['D'] : [])].find((each) => !flags.includes(each));
  return unset && `${unset} is clear`;
}

/** The first walk, as lib/walk.mjs has the second one: `host` is guest-physical. */
function walkFirst(machine, address, access) {
  const vsatp = machine.csr(registers.vsatp);
  const [name, levels] = modes[vsatp >> 60n] ?? [];
  if (name === undefined) {
    return { isBare: true, vsatp };
  }
  const steps = [];
  const found = { address, access, steps, name, vsatp };
  const fault = (why) => ({
    ...found, fault: { cause: faults[access][0], name: faults[access][1], why },
  });
  const top = BigInt(9 * levels + 11);
  const extended = BigInt.asUintN(64, BigInt.asIntN(Number(top) + 1, address));
  if (extended !== address) {
    return fault(`bits 63 to ${top + 1n} are not all as bit ${top} is`);
  }
  let table = (vsatp & (1n << 44n) - 1n) << 12n;
  for (let level = levels - 1; level >= 0; --level) {
    const low = BigInt(12 + 9 * level);
    const index = address >> low & 511n;
    const at = table + 8n * index;
    const second = walkSecond(machine, at, 'load');
    if (second?.host === undefined) {
      return fault(`the entry at ${hex(at)} cannot be read: ${second?.fault.why}`);
    }
    const entry = word(machine, second.host);
    const { flags, target } = readEntry(entry);
    steps.push({
      level, high: low + 8n, low, index, at, entry, flags, target, readAt: second.host,
    });
    const why = !flags.includes('V') ? 'V is clear: nothing is mapped here'
      : isPointer(entry) ? level === 0 && 'the last level has to have a leaf'
        : faultOfLeaf(flags, access);
    if (why) {
      return fault(why);
    }
    if (!isPointer(entry)) {
      const size = 1n << low;
      return { ...found, host: (target & -size) + (address & size - 1n), size };
    }
    table = target;
  }
  return undefined;
}

/**
 * Both walks.
 * @param isPhysical the address is guest-physical: there is only the second one
 * @returns { first, second }: undefined where there is none
 */
export function walkBoth(machine, address, access, isPhysical) {
  const first = isPhysical ? undefined : walkFirst(machine, address, access);
  const physical = isPhysical || first.isBare ? address : first.host;
  return {
    hgatp: machine.csr(registers.hgatp),
    first,
    second: physical === undefined ? undefined : walkSecond(machine, physical, access),
  };
}

/** What of a queue lies in the guest's memory. @param areas as a Run has them */
export function readQueue(machine, areas) {
  const at = (address, size) => {
    const bytes = readGuest(machine, address, size);
    return bytes.length < size ? undefined : new DataView(bytes.buffer);
  };
  const hostOf = (address) => walkSecond(machine, address, 'load')?.host;
  const [available, used] = [at(areas.available, 4), at(areas.used, 4)];
  const counts = {
    available: available?.getUint16(2, true), used: used?.getUint16(2, true),
  };
  const chain = [];
  if (counts.available > 0 && areas.size > 0) {
    const slot = BigInt((counts.available - 1) % areas.size);
    let next = at(areas.available + 4n + 2n * slot, 2)?.getUint16(0, true);
    while (next !== undefined && next < areas.size && chain.length < areas.size) {
      const descriptor = at(areas.descriptors + 16n * BigInt(next), 16);
      if (!descriptor) {
        break;
      }
      const flags = descriptor.getUint16(12, true);
      chain.push({
        index: next,
        address: descriptor.getBigUint64(0, true),
        size: descriptor.getUint32(8, true),
        flags,
      });
      next = flags & 1 ? descriptor.getUint16(14, true) : undefined;
    }
  }
  return {
    ...areas, counts, chain,
    hosts: {
      descriptors: hostOf(areas.descriptors),
      available: hostOf(areas.available),
      used: hostOf(areas.used),
    },
  };
}
