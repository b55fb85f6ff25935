// One request in a virtqueue, step by step: what stands in the three areas after each of its steps
// (virtio 1.2, 2.7). It is worked out of what driver and device were seen to do, and of nothing
// else, so it imports nothing.

const descriptorSize = 16n;
const entriesAt = 4n; // a ring begins with flags and index

/** The numbers of a descriptor, and of the rings up to their first entry: [name, place, bytes]. */
const descriptorFields = [
  ['address', 0n, 8], ['length', 8n, 4], ['flags', 12n, 2], ['next', 14n, 2],
];
const ringFields = {
  driver: [['flags', 0n, 2], ['idx', 2n, 2], ['head', 4n, 2]],
  device: [['flags', 0n, 2], ['idx', 2n, 2], ['id', 4n, 4], ['len', 8n, 4]],
};

const flagNames = ['NEXT', 'WRITE', 'INDIRECT']; // from bit 0 on

/** The names of a descriptor's flags. */
export const flagsOf = (value) => flagNames.filter((_, bit) => value >> BigInt(bit) & 1n);

/** Where the area at `start`, with entries of that size, is stored to; undefined if it is not. */
function placeIn(start, rest, entry, { size }, { does, at }) {
  const place = BigInt(at ?? -1) - BigInt(start);
  const isInside = place >= 0n && place < rest + entry * BigInt(size);
  return does === 'stores' && isInside ? place : undefined;
}
const inTable = (queue, event) => placeIn(queue.descriptors, 0n, descriptorSize, queue, event);
const inDriver = (queue, event) => placeIn(queue.driver, entriesAt, 2n, queue, event);
const inDevice = (queue, event) => placeIn(queue.device, entriesAt, 8n, queue, event);

/** The steps, in their order (virtio 1.2, 2.7.13 and 2.7.8.2): who makes each, of which events. */
const kinds = {
  descriptors: ['driver', (event, queue) => inTable(queue, event) !== undefined],
  head: ['driver', (event, queue) => inDriver(queue, event) >= entriesAt],
  available: ['driver', (event, queue) => inDriver(queue, event) < entriesAt],
  notify: ['driver', ({ does }) => does === 'notifies'],
  serve: ['device', (event, queue) => ['takes', 'reads'].includes(event.does)
    || (event.does === 'stores' && [inTable, inDriver, inDevice].every((placeOf) =>
      placeOf(queue, event) === undefined))],
  entry: ['device', (event, queue) => inDevice(queue, event) >= entriesAt],
  used: ['device', (event, queue) => event.does === 'answers' || inDevice(queue, event) < entriesAt],
  interrupt: ['device', ({ does }) => does === 'interrupts'],
};
export const stepNames = Object.keys(kinds);

/** The events in steps: [{ by, name, events }]. */
function groupsOf({ queue, events }) {
  const groups = [];
  for (const event of events) {
    const name = stepNames.find((each) => kinds[each][0] === event.by
      && kinds[each][1](event, queue)) ?? `${event.by} ${event.does}`;
    if (groups.at(-1)?.name !== name) {
      groups.push({ by: event.by, name, events: [] });
    }
    groups.at(-1).events.push(event);
  }
  const found = groups.map(({ name }) => name).join(', ');
  if (found !== stepNames.join(', ')) {
    throw new RangeError(`the steps of a request are ${stepNames.join(', ')}, not ${found}`);
  }
  return groups;
}

/** Where each number of the areas lies: [name, address, bytes]. */
function fieldsOf({ queue, events }) {
  const places = events.map((event) => inTable(queue, event) ?? 0n);
  const count = Math.max(...places.map((place) => Number(place / descriptorSize))) + 1;
  const at = (start, prefix, fields) => fields.map(([name, place, bytes]) =>
    [`${prefix}.${name}`, BigInt(start) + place, bytes]);
  return [
    ...Array.from({ length: count }, (_, index) =>
      at(BigInt(queue.descriptors) + descriptorSize * BigInt(index), index, descriptorFields)).flat(),
    ...at(queue.driver, 'driver', ringFields.driver),
    ...at(queue.device, 'device', ringFields.device),
  ];
}

/**
 * Works out a request. It throws a RangeError if it has other steps.
 * @param request { queue, events }, as in NAME.request.json: where the areas lie, which hold zeros at
 *   first, and in their order what driver and device did
 * @returns [{ by, name, events, state, written }], one for each of `stepNames`. A state is from names
 *   to numbers: `0.address`, `0.length`, `0.flags` and `0.next` of a descriptor, and `0.begin`, the
 *   first bytes of its buffer; `driver.flags`, `driver.idx` and `driver.head` of the available ring;
 *   `device.flags`, `device.idx`, `device.id` and `device.len` of the used ring; `notify`, `taken`,
 *   `completed` and `interrupt`. What nobody has seen yet is not in it. `written` has the names of
 *   what is written in the step, also where it was the same before
 */
export function stepsOf(request) {
  const groups = groupsOf(request);
  const fields = fieldsOf(request);
  const bytes = new Map(); // of memory
  let state = Object.fromEntries(fields.map(([name]) => [name, 0n]));
  Object.assign(state, { taken: 0n, completed: 0n, interrupt: BigInt(groups[3].events[0].status) });

  /** What an event writes: names and numbers. */
  function* effectsOf({ does, at, size, value, count, status }) {
    const start = BigInt(at ?? 0);
    if (does === 'stores') {
      for (let index = 0n; index < BigInt(Math.min(size, 8)); ++index) {
        bytes.set(start + index, BigInt(value) >> 8n * index & 0xffn);
      }
      const touched = fields.filter(([, place, length]) =>
        start < place + BigInt(length) && place < start + BigInt(size));
      for (const [name, place, length] of touched) {
        const all = Array.from({ length }, (_, index) => bytes.get(place + BigInt(index)) ?? 0n);
        yield [name, all.reduceRight((number, byte) => number << 8n | byte, 0n)];
      }
    }
    if (does === 'stores' || does === 'reads') {
      const buffer = Object.keys(state).find((name) =>
        name.endsWith('.address') && state[name] === start);
      if (buffer) {
        yield [buffer.replace('address', 'begin'), BigInt(value)];
      }
    }
    if (does === 'takes' || does === 'answers') {
      yield [does === 'takes' ? 'taken' : 'completed', BigInt(count)];
    }
    if (does === 'notifies' || does === 'interrupts') {
      yield does === 'notifies' ? ['notify', BigInt(value)] : ['interrupt', BigInt(status)];
    }
  }

  return groups.map((group) => {
    const written = new Set();
    for (const event of group.events) {
      for (const [name, value] of effectsOf(event)) {
        state = { ...state, [name]: value };
        if (event.does !== 'reads') {
          written.add(name);
        }
      }
    }
    return { ...group, state, written: [...written] };
  });
}
