// What pages and drawings take from the code by `@(hex guest_map::ram)`.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { constantText } from '../../../book/lib/constants.mjs';

const step = '15-virtio-blk';

describe('a page says of step 15', () => {
  const cases = {
    'hex guest_map::ram': '0x80000000',
    'hex guest_map::plic + guest_map::plic.size - 1': '0xc5fffff',
    'bit hstatus::SPV': '7',
    'bit mode_sv39x4': '63',
    'count Cause::load_page_fault': '13',
    'count root_entries': '2,048',
    'size megapage_size': '2 MiB',
    'size 1536 * KiB + 512': '1,573,376 bytes',
    'count HOST_RA': '264',
    'hex hypervisor.ld#". = "': '0x80200000',
    'size hypervisor.ld#.pool#". += "': '128 KiB',
    'count (1 << 4 | 3) * 2 - 6 / 3': '36',
    'hex pool + 0x10': '0x30',
  };
  for (const [text, expected] of Object.entries(cases)) {
    test(text, () => assert.equal(constantText(step, text, { pool: 32 }), expected));
  }
  test('nothing where no format is asked for', () => assert.equal(constantText(step, 'exits'),
    undefined));
});

describe('it refuses', () => {
  const cases = {
    'hex nothing_of_that_name': /15-virtio-blk has no constant nothing_of_that_name/,
    'hex start': /15-virtio-blk has no constant start/,
    'hex uart': /uart could be .*guest_map::uart in guest_map\.hpp/,
    'hex 1 +': /ends too early/,
    'hex (1': /a \) is missing/,
    'hex 1 2': /2 is too much/,
    'hex 1 $': /no expression from "\$" on/,
    'hex hypervisor.ld#". += "': /a number follows the text 2 times/,
    'hex hypervisor.ld#.stak#". += "': /hypervisor\.ld has no \.stak/,
    'hex nothing.ld#". = "': /15-virtio-blk has no file nothing\.ld/,
    'bit 0': /0 has no bit that is set/,
  };
  for (const [text, pattern] of Object.entries(cases)) {
    test(text, () => assert.throws(() => constantText(step, text), pattern));
  }
});
