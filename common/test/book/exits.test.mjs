// Where the exits of a boot go: how they are counted in QEMU's log, and how they are drawn.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { exitsHtml } from '../../../book/lib/render/exits.mjs';
import { exitsText, readExits } from '../../../book/record/exits.mjs';
import { root } from './pages.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'exits-'));
after(() => rmSync(scratch, { recursive: true }));

const trap = (async, cause) => 'riscv_cpu_do_interrupt: hart:0, '
  + `async:${async}, cause:${cause.padStart(16, '0')}, epc:0x0000000080200010, desc=x\n`;
const [call, load, store] = ['a', '15', '17'].map((cause) => trap(0, cause));
const timer = trap(1, '5');
const fetches = trap(0, 'c') + trap(0, '14');
const others = ['2', '8', '9', 'd'].map((cause) => trap(0, cause)).join('') + trap(1, '6') + trap(1, '7');
const write = (register, value) =>
  `serial_write write addr 0x0${register} val 0x${value.toString(16).padStart(2, '0')}\n`;
const printed = (text) => [...text].map((letter) => write(0, letter.charCodeAt(0))).join('');

async function read(text, until) {
  const file = join(scratch, 'log');
  writeFileSync(file, text);
  return readExits(file, until);
}

describe('exits are counted', () => {
  test('by kind, without what is no exit', async () => {
    const { total } = await read(
      call + others + load + store.repeat(2) + fetches + trap(0, '16') + timer + trap(1, '9'),
    );
    assert.deepEqual(total, { call: 1, load: 1, store: 2, fetch: 2, instruction: 1, interrupt: 2 });
  });

  test('in bars, which together hold them all in their order', async () => {
    const { bars, total } = await read(call.repeat(600) + store.repeat(600));
    assert.equal(bars.length, 60);
    assert.ok(bars.every(({ call: calls, store: stores }) => calls + stores === 20));
    assert.deepEqual(bars.map(({ call: calls }) => calls > 0).lastIndexOf(true), 29);
    assert.equal(bars.reduce((sum, each) => sum + each.call, 0), total.call);
  });

  test('before the first letter of each line of Linux or ours', async () => {
    const { lines } = await read(`${call}${printed('[  0.1] Linux\r\n')}${call}${
      printed('OpenSBI\n')}${call}${printed('hypervisor: end\n')}`);
    assert.deepEqual(lines, [{ at: 1, text: 'Linux' }, { at: 3, text: 'hypervisor: end' }]);
  });

  test('without the bytes for the divisor', async () => {
    const { lines } = await read(`${write(3, 0x80)}${printed('x')}${write(3, 3)}${
      printed('hypervisor: a\n')}`);
    assert.deepEqual(lines, [{ at: 0, text: 'hypervisor: a' }]);
  });

  test('up to a text', async () => {
    const { total } = await read(`${call}${printed('here it is')}${call}`, 'it');
    assert.equal(total.call, 1);
  });
});

describe('exits are drawn', () => {
  const stored = () => JSON.parse(readFileSync(
    join(root, 'book/15-virtio-blk/recorded/boot.exits.json'), 'utf8'));
  const draw = (rest) => exitsHtml('15-virtio-blk', 'boot', rest);

  test('as stored', () => assert.equal(exitsText(stored()), readFileSync(
    join(root, 'book/15-virtio-blk/recorded/boot.exits.json'), 'utf8')));

  test('with their numbers, and lines from the given text on', () => {
    const html = draw('"A caption." "Linux version" "[vda]"');
    const { total, lines } = stored();
    assert.match(html, new RegExp(`>${total.call.toLocaleString('en')} SBI calls</text>`));
    assert.match(html, />Linux version 6/);
    assert.match(html, />\[vda\] /);
    const { at } = lines.find(({ text }) => text.includes('[vda]'));
    assert.match(html, new RegExp(`${at.toLocaleString('en')} before “\\[vda\\]`));
    assert.match(html, /<figcaption>A caption\.</);
  });

  test('each bar as wide as the others', () => {
    const paths = [...draw('"A." "[vda]"').matchAll(/stroke="none" d="(M[^"]+)"/g)];
    const widths = paths.flatMap(([, path]) => [...path.matchAll(/M[\d.]+ (\d+)h([\d.]+)v/g)])
      .reduce((rows, [, row, width]) => ({ ...rows, [row]: (rows[row] ?? 0) + Number(width) }), {});
    assert.equal(Object.keys(widths).length, 60);
    assert.ok(Object.values(widths).every((width) => Math.abs(width - 112) < 0.5));
  });

  test('not with a line that was not printed', () => {
    assert.throws(() => draw('"A." "nothing of it"'), /boot has no line with "nothing of it"/);
  });
  test('not without a line', () => assert.throws(() => draw('"A."'), /it has to be "Caption\."/));
});
