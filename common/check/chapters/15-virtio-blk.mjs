import { anyNumber, anyWord, assert, findLine } from '../kit.mjs';

export const checks = {
  'Linux mounts its disk, and the cat on it says what is typed': async (kit) => {
    const word = anyWord();
    const { status, output } = await kit.run({}, { input: `${word}\nexit\n` });
    findLine(output, /VFS: Mounted root \(squashfs filesystem\)/, 'says that the disk is mounted');
    assert.ok(output.includes(`\x1b[1;36m${word}\x1b[0m`), `nobody says ${word}`);
    assert.equal(status, 0, 'the status of make');
  },
  'a disk is as large as its file': async (kit) => {
    const sectors = anyNumber(10, 5000);
    const machine = kit.boot({ DISK: kit.file('disk', Buffer.alloc(512 * sectors)) });
    await machine.expect(`[vda] ${sectors} 512-byte logical blocks`);
  },
};
