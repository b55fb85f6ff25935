// A writable ext4 disk that the guest works on at random (disk_work.cpp), is saved at the end and
// then read here without the guest: e2fsck has nothing to repair, debugfs finds in every file what
// the guest put there, and all of the disk is as the guest saw it last.
//
// QEMU counts instructions instead of time. The same seed gives each of the guest's workers
// the same to do; how they take turns may differ a little, as what is typed comes when it comes.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { bootTest, endsWell } from '../machine.mjs';
import { Random, emptyDirectory, isHealthy, minutes, seed, work } from './endurance.mjs';

const MiB = 2 ** 20;
const diskSize = 256 * MiB;
const blockSize = 4096; // of which disk_work.cpp has a checksum each
const rounds = Math.max(3, Math.round(minutes));
const clock = '-icount shift=4,sleep=off'; // 16 ns for an instruction; no time is spent waiting

/** As in disk_work.cpp. */
function checksum(words, start = 0x811c9dc5) {
  let sum = start;
  for (const word of words) {
    const mixed = sum ^ word;
    sum = Math.imul((mixed << 13) | (mixed >>> 19), 0x9e3779b1);
  }
  return sum >>> 0;
}

/** The checksum of a file: that of the checksums of its blocks, the last one filled with zeros. */
function fileChecksum(content) {
  const bytes = new Uint8Array(Math.ceil(content.length / blockSize) * blockSize);
  bytes.set(content);
  const sums = new Uint32Array(bytes.length / blockSize);
  for (let block = 0; block < sums.length; block += 1) {
    sums[block] = checksum(new Uint32Array(bytes.buffer, block * blockSize, blockSize / 4));
  }
  return checksum(sums);
}

/** The checksum of a disk as a whole. */
function diskChecksum(file) {
  const disk = fs.openSync(file);
  const piece = new Uint32Array(MiB / 4);
  let sum = checksum([]);
  for (let count; (count = fs.readSync(disk, piece)) > 0;) {
    sum = checksum(piece.subarray(0, count / 4), sum);
  }
  fs.closeSync(disk);
  return sum;
}

/** The paths of all files below `directory`. */
function filesBelow(directory, prefix = '') {
  return fs.readdirSync(path.join(directory, prefix), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(prefix, entry.name);
    return entry.isDirectory() ? filesBelow(directory, name) : [name];
  });
}

/** Compares the files on the disk with the list that the guest made; returns how many they are. */
function compareFiles(disk, directory) {
  // Its complaints that only root can give files away do not matter; a lack of files does.
  execFileSync('debugfs', ['-R', `rdump / ${directory}`, disk], { stdio: 'ignore' });
  const manifest = fs.readFileSync(path.join(directory, 'manifest'), 'utf8').trimEnd().split('\n');
  const wrong = [];
  const listed = new Set(['manifest']);
  for (const line of manifest) {
    const [, sum, size, name] = /^(\d+) (\d+) (\S+)$/.exec(line) ?? assert.fail(`"${line}"`);
    listed.add(name);
    const file = path.join(directory, name);
    const content = fs.existsSync(file) ? fs.readFileSync(file) : undefined;
    if (content?.length !== Number(size) || fileChecksum(content) !== Number(sum)) {
      wrong.push(name);
    }
  }
  wrong.push(...filesBelow(directory).filter((name) => !listed.has(name)));
  assert.deepEqual(wrong, [], 'files that differ from what the guest wrote');
  return manifest.length;
}

function makeDisk(file, random) {
  fs.writeFileSync(file, '');
  fs.truncateSync(file, diskSize);
  const id = '00000000-0000-4000-8000-000000000001'; // so that the same seed makes the same disk
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-b', random.pick(['1024', '4096']), '-U', id,
    '-E', `hash_seed=${id}`, file], { env: { ...process.env, E2FSPROGS_FAKE_TIME: '1700000000' } });
}

/** What the kernel counted, from /sys/block/vda/stat. */
function requests(output) {
  const [reads, , readSectors, , writes, , writtenSectors, , , , , , , , , flushes] =
    /^endurance: requests +(.*)$/m.exec(output)[1].split(/ +/).map(Number);
  const size = (sectors) => Math.round(sectors * 512 / MiB);
  return `${reads + writes + flushes} requests: ${reads} reads of ${size(readSectors)} MiB, `
    + `${writes} writes of ${size(writtenSectors)} MiB, ${flushes} flushes`;
}

bootTest(`${minutes} min of work on an ext4 of 256 MiB, with SEED=${seed}`, async (boot, qemu) => {
  const itsSeed = seed + qemu.major; // each QEMU has work of its own…
  const cpu = itsSeed % 2 ? '-cpu rv64,sstc=false' : ''; // …and one of two has no Sstc
  const random = new Random(itsSeed);
  const directory = emptyDirectory(`disk-${qemu.version}`);
  const [disk, saved, files] = ['disk', 'saved', 'files'].map((name) => path.join(directory, name));
  fs.mkdirSync(files);
  makeDisk(disk, random);

  const started = Date.now();
  const machine = boot({
    variables: {
      DISK: disk,
      SAVE: saved,
      INITRD: path.join(work, 'work.cpio'),
      MEMORY: '512M',
      BOOTARGS: `console=ttyS0 -- ${itsSeed} ${minutes * 60} ${rounds}`,
      QEMU_FLAGS: `${clock} -seed ${itsSeed} ${cpu}`,
      LIMIT: 100 * (rounds + 1),
    },
  });
  let report;
  for (let line; line !== 'done';) {
    [, line] = await machine.expect(/^endurance: (.*)\n/m);
    assert.doesNotMatch(line, /FAILED/);
    if (line.startsWith('round')) {
      report = line;
      if (minutes >= 5) {
        console.log(`QEMU ${qemu.version}: ${report}`);
      }
    }
  }
  await endsWell(machine);
  isHealthy(machine.output);
  const wallClock = Math.round((Date.now() - started) / 1000);

  const check = spawnSync('e2fsck', ['-fn', saved], { encoding: 'utf8' });
  assert.equal(check.status, 0, `e2fsck would repair something:\n${check.stdout}`);
  const count = compareFiles(saved, files);
  assert.match(report, new RegExp(` ${count} files$`));
  const [, size, sum] = /the disk's (\d+) bytes have the checksum (\d+)/.exec(machine.output);
  assert.equal(fs.statSync(saved).size, Number(size));
  assert.equal(diskChecksum(saved), Number(sum), 'the checksum of the disk as a whole');

  const figures = [`${report.replace(/^round .*?, /, '')}; the host finds the same in all of them`,
    `${requests(machine.output)}; ${wallClock} s of real time`];
  console.log(figures.map((line) => `QEMU ${qemu.version}: ${line}`).join('\n'));
  fs.rmSync(directory, { recursive: true });
});
