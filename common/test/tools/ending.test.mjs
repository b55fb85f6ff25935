// What is said of a run that has ended as its chapter does, and that nothing is said of another.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

import { root } from '../machine.mjs';

const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'ending-'));
after(() => fs.rmSync(directory, { recursive: true }));

/** What is said of a run whose console ends with `last`, and which was `ended` with that line. */
function said(step, last, ended = '') {
  fs.writeFileSync(path.join(directory, 'last'), last);
  fs.writeFileSync(path.join(directory, 'ended'), ended);
  const { status, stdout, stderr } = spawnSync('sh',
    [path.join(root, 'common', 'run', 'ending.sh'), step, directory], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
  return stdout;
}

const panic = 'hypervisor: panic: a trap that nobody handles\r\n';
const fault = (pc) => 'hypervisor: hello from hart 0\r\nhypervisor: instruction guest-page fault '
  + `(scause 0x14), pc ${pc}, stval ${pc}\r\n${panic}`;
const illegal = (stval) =>
  `hypervisor: illegal instruction (scause 0x2), pc 0x802000a6, stval ${stval}\r\n${panic}`;
const stood = (who, pc) => `run: ended after 9 s (LIMIT=9); the ${who} stood at pc ${pc}\n`;

test('of a chapter\'s end one line is said', () => {
  assert.match(said('05', fault('0x80200000')), /^run: step 05 ends here: .*\n$/);
  assert.match(said('03', illegal('0x30002573')), /^run: step 03 ends here: .*\n$/);
  assert.match(said('01', 'Boot HART\r\n', stood('hypervisor', '0x0000000080200030')),
    /^run: step 01 ends here: .*\n$/);
});

test('of a mistake nothing is said, nor of another chapter', () => {
  assert.equal(said('05', fault('0x80200002')), '');
  assert.equal(said('06', fault('0x80200000')), '');
  assert.equal(said('03', illegal('0x0')), '');
  assert.equal(said('01', 'Boot HART\r\n', stood('hypervisor', '0x0000000000000000')), '');
  assert.equal(said('01', 'Boot HART\r\n', stood('firmware', '0x0000000080004c08')), '');
  assert.equal(said('05', ''), '');
  assert.equal(said('05', `${fault('0x80200000')}and more\r\n`), '');
});
