// A request in a virtqueue: how it is read from a console, and what stands in the areas after each of
// its steps. The page is in request-page.test.mjs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { requestHtml } from '../../../book/lib/render/request.mjs';
import { flagsOf, stepNames, stepsOf } from '../../../book/lib/request.mjs';
import { compare } from '../../../book/record/compare.mjs';
import { readRequest, requestText } from '../../../book/record/request.mjs';
import { root } from './pages.mjs';

const step = '15-virtio-blk';
const text = readFileSync(join(root, 'book', step, 'recorded/request.request.json'), 'utf8');
const recorded = JSON.parse(text);

/** A request of two descriptors, as a hypervisor prints it. */
const lines = [
  'queue of 4 at 0x80001000, 0x80001040, 0x80002000, all 0',
  'driver stores 8 bytes at 0x80001000: 0x80003000',
  'driver stores 8 bytes at 0x80001008: 0x1000100000010', // length, flags and next at once
  'driver stores 8 bytes at 0x80001010: 0x80004000',
  'driver stores 4 bytes at 0x80001018: 0x2',
  'driver stores 2 bytes at 0x8000101c: 0x3',
  'driver stores 2 bytes at 0x8000101c: 0x2',
  'driver stores 2 bytes at 0x80001044: 0x0',
  'driver stores 2 bytes at 0x80001042: 0x1',
  'driver notifies of 0, InterruptStatus 0',
  'device takes 0, taken_ 1',
  'device reads 16 bytes at 0x80003000: 0x400000008',
  'device stores 2 bytes at 0x80004000: 0x1ff',
  'device stores 4 bytes at 0x80002004: 0x0',
  'device stores 4 bytes at 0x80002008: 0x2',
  'device stores 2 bytes at 0x80002002: 0x1',
  'device answers, completed_ 1',
  'device interrupts, InterruptStatus 1',
];
const printed = (all = lines) => all.map((line) => `hypervisor: ${line}\n[ 0.1] Linux\n`).join('');
const without = (...numbers) => lines.filter((_, index) => !numbers.includes(index));
const swapped = (one, other) => lines.map((line, index) =>
  ({ [one]: lines[other], [other]: lines[one] }[index] ?? line));

describe('a request is worked out', () => {
  const steps = stepsOf(readRequest(printed()));

  test('in its eight steps, four of each side', () => {
    assert.deepEqual(steps.map(({ name }) => name), ['descriptors', 'head', 'available', 'notify',
      'serve', 'entry', 'used', 'interrupt']);
    assert.deepEqual(steps.map(({ by }) => by),
      [...Array(4).fill('driver'), ...Array(4).fill('device')]);
  });

  test('with what each of them writes, and nothing else', () => {
    const zeros = { 'driver.flags': 0n, 'driver.idx': 0n, 'driver.head': 0n, 'device.flags': 0n,
      'device.idx': 0n, 'device.id': 0n, 'device.len': 0n, taken: 0n, completed: 0n, interrupt: 0n };
    const changes = [
      { '0.address': 0x8000_3000n, '0.length': 16n, '0.flags': 1n, '0.next': 1n,
        '1.address': 0x8000_4000n, '1.length': 2n, '1.flags': 2n },
      { 'driver.head': 0n },
      { 'driver.idx': 1n },
      { notify: 0n },
      { taken: 1n, '1.begin': 0x1ffn },
      { 'device.id': 0n, 'device.len': 2n },
      { 'device.idx': 1n, completed: 1n },
      { interrupt: 1n },
    ];
    let expected = { ...zeros, '1.next': 0n };
    steps.forEach(({ name, state, written }, index) => {
      const read = name === 'serve' ? { '0.begin': 0x4_0000_0008n } : {};
      expected = { ...expected, ...changes[index], ...read };
      assert.deepEqual(state, expected, name);
      assert.deepEqual([...written].sort(), Object.keys(changes[index]).sort(), name);
    });
  });

  const wrong = {
    'whose driver raises the index first': swapped(7, 8),
    'whose driver writes a descriptor after the head': swapped(6, 7),
    'whose device raises the index before the entry': swapped(13, 15),
    'whose device stores the data after the entry': swapped(12, 13),
    'without a notification': without(9),
    'without an interrupt': without(17),
    'of nothing': [lines[0]],
    'that comes twice': [...lines, ...lines.slice(1)],
    'whose driver writes the used ring': lines.map((line) =>
      line.replace('device stores 4 bytes at 0x80002008', 'driver stores 4 bytes at 0x80002008')),
    'whose device writes a descriptor': lines.map((line) =>
      line.replace('device stores 2 bytes at 0x80004000', 'device stores 2 bytes at 0x80001000')),
  };
  for (const [what, all] of Object.entries(wrong)) {
    test(`but none ${what}`, () => assert.throws(() => readRequest(printed(all)),
      { name: 'Refusal', message: /^the steps of a request are descriptors, head, .*, not / }));
  }

  test('but none in a queue that was not empty', () => assert.throws(
    () => readRequest(printed().replace('all 0', 'not all 0')), /does not say queue of … at/));
});

describe('what is recorded', () => {
  const steps = stepsOf(recorded);
  const { state: end } = steps.at(-1);

  test('is stored as it is read', () => {
    const { queue, events } = recorded;
    assert.equal(requestText({ queue, events }), text);
    assert.deepEqual(readRequest(printed()), JSON.parse(requestText(readRequest(printed()))));
  });

  test('is a chain that ends, of a read that went well', () => {
    assert.deepEqual(steps.map(({ name }) => name), stepNames);
    const flags = [0, 1, 2].map((index) => flagsOf(end[`${index}.flags`]).join(' '));
    assert.deepEqual(flags, ['NEXT', 'NEXT WRITE', 'WRITE']);
    assert.deepEqual([end['0.next'], end['1.next']], [1n, 2n]);
    assert.equal(end['0.begin'] & 0xffff_ffffn, 0n, 'VIRTIO_BLK_T_IN');
    assert.equal(end['2.begin'], 0n, 'VIRTIO_BLK_S_OK');
    assert.equal(end['device.len'], end['1.length'] + end['2.length']);
  });

  test('ends as every store to the areas says, whatever the steps are', () => {
    const last = (address) => BigInt(recorded.events.findLast(({ does, at }) =>
      does === 'stores' && BigInt(at) === address).value);
    const at = (area, offset) => last(BigInt(recorded.queue[area]) + offset);
    assert.deepEqual([at('descriptors', 0n), at('descriptors', 24n), at('descriptors', 44n)],
      [end['0.address'], end['1.length'], end['2.flags']]);
    assert.deepEqual([at('driver', 2n), at('driver', 4n)], [end['driver.idx'], end['driver.head']]);
    assert.deepEqual([at('device', 2n), at('device', 4n), at('device', 8n)],
      [end['device.idx'], end['device.id'], end['device.len']]);
  });

  test('is the same with a queue and buffers elsewhere, but with no other number', () => {
    const as = (other) => compare({ text }, { text: other });
    const { events: [{ at }] } = recorded;
    assert.equal(as(text.replaceAll(at.slice(0, 7), '0x81234')), undefined);
    assert.match(as(text.replace('"0x1001"', '"0x1000"')), /^\+ .*"0x1000"/m);
    assert.match(as(text.replace('"size":4096', '"size":1024')), /^\+ .*"size":1024/m);
  });

  test('is shown with its numbers, what is written by weight', () => {
    const items = requestHtml(step, 'request').split('<li').slice(1);
    assert.equal(items.length, 8);
    items.forEach((item, index) => {
      assert.match(item, new RegExp(`<b>Step ${index + 1} of 8\\.</b> The ${steps[index].by} `));
      // The first is the one that says which step it is.
      assert.equal(item.match(/<b>/g).length - 1, steps[index].written.length, steps[index].name);
    });
    assert.match(items[4], /<b>68 73 71 73<\/b>/, 'a squashfs');
    assert.match(items[5], /len <code><b>4097<\/b>/);
    assert.doesNotMatch(items[7], /–/, 'something is not known at the end');
  });

  test('is asked for by its name', () => {
    assert.throws(() => requestHtml(step, 'boot'), /^Refusal: the run boot of .* has no request$/);
    assert.throws(() => requestHtml(step, 'nothing'), /there is no run nothing of/);
  });
});
