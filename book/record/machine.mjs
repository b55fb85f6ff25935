// What not every QEMU can do.

import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { remember } from '../lib/remember.mjs';
import { withSuffix } from './versions.mjs';

// In the firmware's place: sets and clears MPV, and ends the machine, with status 1 if the bit was
// another one then.
const keepsMpv = `
    li      t0, 1 << 39     // MPV
    li      t2, 0x13333     // a status of 1, for the test device of QEMU's machine
    csrs    mstatus, t0
    csrr    t1, mstatus
    and     t1, t1, t0
    beqz    t1, 1f
    csrc    mstatus, t0
    csrr    t1, mstatus
    and     t1, t1, t0
    bnez    t1, 1f
    li      t2, 0x5555      // a status of 0
1:  lui     t1, 0x100
    sw      t2, 0(t1)
2:  j       2b
`;

/**
 * Whether the firmware can hand a trap of a guest on to the hypervisor. For this it clears
 * mstatus.MPV, so that its mret does not lead into the guest. On QEMU 10.0.13 the bit stays.
 * @param file the QEMU
 */
export const handsOn = remember((file) => {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'machine-'));
  try {
    const program = path.join(directory, 'mpv.elf');
    execFileSync(withSuffix('clang'), ['--target=riscv64-linux-gnu', '-march=rv64i_zicsr',
      '-mabi=lp64', '-mno-relax', '-nostdlib', '-static', '-fuse-ld=lld',
      '-Wl,-Ttext=0x80000000,-e,0x80000000', '-x', 'assembler', '-', '-o', program],
    { input: keepsMpv });
    const words = ['-machine', 'virt', '-display', 'none', '-bios', program];
    return spawnSync(file, words, { stdio: 'ignore', timeout: 30_000 }).status !== 1;
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
});
