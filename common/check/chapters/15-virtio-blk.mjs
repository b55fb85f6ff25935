// A disk that answers: its content is the check's, and the guest adds up what it reads of it. Linux
// mounts its disk, and the cat on it says what is typed.
import { contentOf, diskOf, placeOfDisk, sectorSize } from '../disks.mjs';
import { Failure, require, requireEqual, shown } from '../failure.mjs';
import { linuxValues, requireLinux } from '../linux.mjs';
import { sumOf, told } from '../told.mjs';

const virtio = 0x1000_1000;
const fill = Buffer.alloc(8 * sectorSize, 0xcc); // guests/requests.cpp, before it reads
const mask = (1n << 64n) - 1n;

/** Sectors of the disk of a boot: [places], where the guest finds what the check has put there. */
const diskValues = (any) => ({
  key: any.number(1, 2 ** 31), content: any.number(1, 2 ** 31), sectors: any.number(300, 600),
  place: any.number(40, 140), written: any.number(160, 280),
});
const contentIn = ({ content, sectors }) => contentOf(content, sectors);
const loadDisk = (values, directory) => diskOf(contentIn(values), directory);

/** The bytes of some sectors. */
const part = (content, sector, count = 1) =>
  content.subarray(sector * sectorSize, (sector + count) * sectorSize);

/** What guests/requests.cpp writes: two sectors. */
function writtenBy({ key }) {
  const words = Buffer.alloc(2 * sectorSize);
  for (let at = 0; at < words.length / 8; ++at) {
    words.writeBigUInt64LE((BigInt(key) + BigInt(at)) * 0x9e37_79b9_7f4a_7c15n & mask, 8 * at);
  }
  return words;
}

/** What a guest may have read instead of `expected`, which begins at a sector of `content`. */
function guess(sum, { key, content, old, sector, length }) {
  const candidates = [
    ['what was on the disk before', (old ?? content).subarray(sector * sectorSize,
      sector * sectorSize + length)],
    ['what was in the buffer before', fill.subarray(0, length)],
    [`what begins at byte ${sector} of the disk`, content.subarray(sector, sector + length)],
    ['what is in sector 0', content.subarray(0, length)],
    ['zeros', Buffer.alloc(length)],
  ];
  const found = candidates.find(([, bytes]) => sumOf(bytes, key) === sum);
  return found ? `that of ${found[0]}` : shown(sum);
}

/** A read has come back with what the disk has there. */
function requireData([status, sum], { key, content, old, sector, count = 1 }, what) {
  requireEqual(status, 0, `the status of ${what}`);
  const bytes = part(content, sector, count);
  const expected = sumOf(bytes, key);
  if (sum !== expected) {
    throw new Failure(`the sum of what ${what} brings: ${shown(expected)}`,
      [guess(sum, { key, content, old, sector, length: bytes.length })]);
  }
}

/** The requests that guests/hostile.cpp makes. */
const indirect = 'an indirect descriptor, which was not offered';
const hostile = ['a descriptor that leads to itself', 'a chain without an end',
  'a head beyond the table', 'a next descriptor beyond the table', 'a buffer outside its RAM',
  'a buffer partly beyond its RAM', 'a buffer that wraps around',
  'more chains than the queue has entries', 'no writable buffer for the status',
  'a header of 8 bytes', 'a writable header, with nothing to read',
  indirect];

export const boots = {
  requests: {
    guest: 'requests.cpp',
    values: (any) => ({ ...diskValues(any), unknown: any.number(100, 2 ** 31) }),
    variables: loadDisk,
    isEnough: true,
    async drive(machine, { written }) {
      if (await machine.until(/^end$/m) === undefined) {
        return undefined;
      }
      const disk = await placeOfDisk(machine);
      if (disk === undefined) {
        return undefined;
      }
      const stub = await machine.stub();
      return stub.memory(disk + BigInt(written * sectorSize), 2 * sectorSize);
    },
  },
  'read-only': {
    guest: 'readonly.cpp',
    values: diskValues,
    variables: (values, directory) => ({ ...loadDisk(values, directory), DISK_RO: '1' }),
  },
  hostile: { guest: 'hostile.cpp', values: diskValues, variables: loadDisk },
  reboot: {
    guest: 'reboot.cpp',
    values: (any) => ({ ...diskValues(any), start: any.number(1, 2 ** 31) }),
    variables(values, directory) {
      const content = contentIn(values);
      content.writeBigUInt64LE(BigInt(values.start), values.place * sectorSize);
      return diskOf(content, directory);
    },
  },
  linux: {
    quiet: 20,
    values: (any) => ({ ...linuxValues(any), typed: any.word() }),
    variables: ({ name, word }) => ({
      BOOTARGS: `console=ttyS0 root=/dev/vda ${name}=${word}`,
    }),
    async drive(machine, { typed }) {
      await machine.until(/exit powers off\./);
      machine.type(`${typed}\n`);
      const wholeCat = new RegExp(`${typed}\\x1b\\[0m \\|\n[^]{0,400}> \\^ <.{0,40}\n`);
      await machine.until(wholeCat);
      machine.type('exit\n');
    },
  },
};

export const tests = [
  {
    name: 'disk-answer', points: 10, section: 'Every request gets an answer', boot: 'requests',
    lasts: true,
    says: 'a request comes back, with a status',
    hints: ['QueueNotify is where all begins: is a chain taken, served and given back?',
      'what the disk does not know it answers with VIRTIO_BLK_S_UNSUPP (2), in the last writable '
      + 'byte; then the used ring\'s index goes up'],
    code: ['virtio_mmio.cpp', 'serve_queue'],
    check(run) {
      const [status, index] = told(run, 'answer', 'what has come of a request of no known type');
      require(run.accesses(virtio + 0x50, 4).length > 0,
        `a store of the guest to QueueNotify, ${shown(virtio + 0x50)}, in QEMU's log`, 'none');
      requireEqual(index, 1, 'the used ring\'s index after the first request');
      requireEqual(status, 2, 'the status of a request of no known type: VIRTIO_BLK_S_UNSUPP');
    },
  },
  {
    name: 'disk-used', points: 10, section: 'Back to the driver', boot: 'requests', lasts: true,
    parents: ['disk-answer'],
    says: 'the used ring names each chain by its head, and says how much was written',
    hints: ['an entry of the used ring has an id and a length: of which chain, and of what?',
      'the id is the number of the chain\'s first descriptor; the length counts the written bytes '
      + 'from the first writable one on, so a refused read has 0'],
    code: ['virtqueue.cpp', 'Virtqueue::complete'],
    check(run) {
      const [id, length, index] = told(run, 'used', 'what the used ring says of a read');
      requireEqual(index, 2, 'the used ring\'s index after the second request');
      requireEqual(id, 5, 'id in the used ring, of a chain that begins at descriptor 5');
      const [next, none] = told(run, 'unused', 'what the used ring says of what was refused');
      requireEqual(next, 2, 'id in the used ring, of a chain that begins at descriptor 2');
      require(none === 0n || none === 513n, 'the length of what was refused: 0 (513 if the whole '
        + 'buffer was written)', String(none));
      require(length === 513n || length === 0n, 'the length of a read of a sector: 513, with its '
        + 'status (0 if it was refused)', String(length));
    },
  },
  {
    name: 'disk-interrupt', points: 10, section: 'Back to the driver', boot: 'requests',
    lasts: true, parents: ['disk-answer'],
    says: 'an answer interrupts the driver, unless it does not want that',
    hints: ['bit 0 of InterruptStatus says that the used ring has something: is the line high '
      + 'then?',
      'the driver\'s flags in the available ring say whether it wants an interrupt: 1 is no'],
    code: ['virtio_mmio.cpp', 'used_buffer'],
    check(run) {
      const [before, status, cause, source, named] = told(run, 'interrupt',
        'how a request has interrupted it');
      requireEqual(before, 0, 'the PLIC\'s pending bits before the request');
      requireEqual(status, 1, 'InterruptStatus after the request: a used buffer');
      requireEqual(cause, 0x8000_0000_0000_0009n, 'the guest\'s scause after the request');
      requireEqual(source, named, 'the claimed source, as the tree has it in interrupts');
      require(run.traps.some(({ isInterrupt, cause: number, epc }) => isInterrupt && number === 10
        && epc >> 20n === 0x802n), 'a virtual supervisor external interrupt (10) at the guest\'s '
        + 'instructions in QEMU\'s log', 'none');
      const [left, pending] = told(run, 'silent', 'how a request has not interrupted it');
      requireEqual(left, 0, 'InterruptStatus after a request with VIRTQ_AVAIL_F_NO_INTERRUPT');
      requireEqual(pending, 0, 'the PLIC\'s pending bits after it');
    },
  },
  {
    name: 'disk-read', points: 15, section: 'Sectors', boot: 'requests', lasts: true,
    parents: ['disk-answer'],
    says: 'the guest reads what is on its disk, from the first sector to the last',
    hints: ['which sector does the message name, and what has come in its place?',
      'sectors count 512 bytes; what is read fills the writable part of the chain, up to the '
      + 'status'],
    code: ['virtio_blk.cpp', 'VirtioBlk::sectors'],
    check(run, values) {
      const { key, place, sectors } = values;
      const content = contentIn(values);
      const read = (name, sector, count, what) => requireData(told(run, name, `what ${what} has `
        + 'brought'), { key, content, sector, count }, what);
      read('first', 0, 1, 'a read of sector 0');
      read('some', place, 1, `a read of sector ${place}`);
      read('many', place, 8, `a read of 8 sectors from ${place} on`);
      read('last', sectors - 1, 1, `a read of the last sector, ${sectors - 1}`);
      requireEqual(told(run, 'used', 'what the used ring says of a read')[1], 513,
        'the length of a read of a sector in the used ring, with its status');
    },
  },
  {
    name: 'disk-write', points: 7, section: 'Sectors', boot: 'requests', lasts: true,
    parents: ['disk-read'],
    says: 'what the guest writes it reads again, and only there',
    hints: ['VIRTIO_BLK_T_OUT is 1: its data follows the header, in the readable part of the chain',
      'of a write the device has written the status only: the length is 1'],
    code: ['virtio_blk.cpp', 'VIRTIO_BLK_T_OUT'],
    check(run, values) {
      const { key, written } = values;
      const content = contentIn(values);
      const [status, , length] = told(run, 'write', 'what has come of its write');
      requireEqual(status, 0, `the status of a write of two sectors from ${written} on`);
      requireEqual(length, 1, 'the length of a write in the used ring: its status');
      const own = Buffer.concat([part(content, 0, written), writtenBy(values)]);
      requireData(told(run, 'back', 'what it has read where it has written'),
        { key, content: own, old: content, sector: written, count: 2 },
        'a read of what was written');
      for (const [name, sector] of [['below', written - 1], ['above', written + 2]]) {
        requireData(told(run, name, 'what it has read beside that'), { key, content, sector },
          `a read of sector ${sector}, beside what was written`);
      }
    },
  },
  {
    name: 'disk-kept', points: 3, section: 'Sectors', boot: 'requests', lasts: true,
    parents: ['disk-write'],
    says: 'what is written lies where QEMU has loaded the disk, so that SAVE= keeps it',
    hints: ['whose memory does a write change: that of the file, or a copy?',
      'the disk is the module\'s memory itself: nothing of it is copied but sectors'],
    code: ['virtio_blk.cpp', 'disk_.subspan'],
    check(run, values) {
      require(run.seen !== undefined, 'the guest comes to its end', run.lastLine);
      require(writtenBy(values).equals(run.seen), 'sectors '
        + `${values.written} and ${values.written + 1} of the loaded disk are what was written`,
      part(contentIn(values), values.written, 2).equals(run.seen) ? 'what was in the file'
        : 'something else');
    },
  },
  {
    name: 'disk-chains', points: 10, section: 'One sequence of bytes', boot: 'requests',
    lasts: true, parents: ['disk-read'],
    says: 'a request may come in any pieces, and many with one notification',
    hints: ['header, data and status may lie in any number of buffers, cut anywhere',
      'take chains until there are no more; both rings begin again after their last entry, their '
      + 'indexes do not'],
    code: ['virtqueue.cpp', 'for_each_part'],
    check(run, values) {
      const { key, place, sectors } = values;
      const content = contentIn(values);
      const [status, sum, , length] = told(run, 'pieces', 'what has come of a chain of five');
      requireData([status, sum], { key, content, sector: place },
        'a read with its header in two buffers, and its data and status in three');
      requireEqual(length, 513, 'the length of that read in the used ring');
      const [count, ids, statuses, all] = told(run, 'eight', 'what has come of eight requests');
      requireEqual(count, 8, 'requests that came back of eight with one notification');
      requireEqual(ids, 0x5555, 'their ids in the used ring, a bit each');
      requireData([statuses, all], { key, content, sector: place, count: 8 },
        `eight reads, of a sector each, from ${place} on`);
      const [right, rounds] = told(run, 'rounds', 'what has come of forty requests');
      requireEqual(right, 40, 'requests of forty, one after the other, that came back right');
      const read = Array.from({ length: 40 }, (_, number) => part(content, number % sectors));
      requireEqual(rounds, sumOf(Buffer.concat(read), key), 'the sum of what these forty brought');
    },
  },
  {
    name: 'disk-refused', points: 5, section: 'Sectors', boot: 'requests', lasts: true,
    parents: ['disk-read'],
    says: 'a request beyond the end of the disk fails with a status',
    hints: ['is each request compared with the capacity, also one that begins inside?',
      'a sum of sector and length can wrap around: compare the sector with the capacity, and the '
      + 'length with what is left; the status is VIRTIO_BLK_S_IOERR (1)'],
    code: ['virtio_blk.cpp', 'VirtioBlk::sectors'],
    check(run, values) {
      const last = values.sectors - 1;
      const statuses = told(run, 'beyond', 'the statuses of requests beyond the end');
      [`a read of sector ${last + 1}, after the last one`, `a read of 2 sectors from ${last} on`,
        'a read of sector 2^40', 'a read of 2 sectors from 2^64 - 1 on',
        `a write of sector ${last + 1}, after the last one`,
        `a write of 2 sectors from ${last} on`,
      ].forEach((what, at) => requireEqual(statuses[at], 1, `the status of ${what}`));
      const [isOffered, flush] = told(run, 'flush', 'the status of a flush');
      require(isOffered === 0n || flush === 0n, 'the status of a flush, which the device offers: 0',
        shown(flush));
      requireData(told(run, 'still', 'what it has read at last'),
        { ...values, content: contentIn(values), sector: last },
        'a read of the last sector, after a write that was refused');
    },
  },
  {
    name: 'disk-read-only', points: 5, section: 'Sectors', boot: 'read-only', lasts: true,
    parents: ['disk-write'],
    says: 'with DISK_RO=1 the disk refuses writes',
    hints: ['DISK_RO=1 puts hypervisor.disk=ro before the guest\'s arguments: who reads it?',
      'offer VIRTIO_BLK_F_RO (bit 5), and refuse the write also of a driver that ignores it'],
    code: ['virtio_blk.cpp', 'read_only_'],
    check(run, values) {
      const { place: sector } = values;
      const content = contentIn(values);
      const [low] = told(run, 'offered', 'which features the device offers');
      requireEqual(low >> 5n & 1n, 1, 'VIRTIO_BLK_F_RO (bit 5) among the features of DISK_RO=1');
      requireEqual(told(run, 'write', 'the status of its write')[0], 1,
        'the status of a write with DISK_RO=1: VIRTIO_BLK_S_IOERR');
      requireData(told(run, 'after', 'what it has read after that'), { ...values, content, sector },
        'a read of the sector that was to be written');
    },
  },
  {
    name: 'disk-hostile', points: 5, section: 'What the driver has put there', boot: 'hostile',
    lasts: true, parents: ['disk-answer'],
    says: 'what no driver asks for does no harm: the device wants a reset, and works again',
    hints: ['which request does the message name, and what becomes of it?',
      'check each descriptor before it is used, count them, and say DEVICE_NEEDS_RESET (64): there '
      + 'is no status byte to answer in'],
    code: ['virtqueue.cpp', 'Virtqueue::take'],
    check(run) {
      const last = run.lines.findLast((line) => /^case 0x[0-9a-f]$/.test(line));
      require(run.lines.some((line) => line.startsWith('hostile ')), 'the guest goes on after '
        + `${hostile[Number(last?.split(' ')[1] ?? 0)]}`, 'it does not');
      const [found, knowsIndirect] = told(run, 'hostile', 'how the device fares');
      const missed = hostile.filter((_, number) => (found >> BigInt(number) & 1n) === 0n)
        .filter((name) => !(name === indirect && knowsIndirect === 1n));
      require(missed.length === 0, 'DEVICE_NEEDS_RESET (64) in Status for each chain that breaks '
        + 'the rules', ...missed.map((name) => `not for ${name}`).slice(0, 4));
      const [status] = told(run, 'good', 'what has come of a good request afterwards');
      require(status === 0n || status === 2n, 'the status of a good read afterwards: 0 (2 as long '
        + 'as the disk knows no reads)', shown(status));
      run.expectEnd(0, 'after the guest\'s shutdown');
    },
  },
  {
    name: 'guest-reboot', points: 7, section: 'A guest that comes back', boot: 'reboot',
    lasts: true, parents: ['disk-write'],
    says: 'a guest that asks for a reboot starts again, afresh, and its disk keeps what it wrote',
    hints: ['what is left of the guest before? Kernel, devices and hart begin anew, the disk\'s '
      + 'memory does not',
    'make another Vm, in a loop; pages of the second stage have to come back, or there are none '
      + 'left after some reboots'],
    code: ['main.cpp', 'Stop::reboot'],
    check(run) {
      for (let count = 0; count < 9; ++count) {
        const name = `start-${'abcdefghi'[count]}`;
        const when = `at start ${count + 1}`;
        const [status, number, image, device, enabled, sie] = told(run, name,
          `what it finds ${when}`);
        requireEqual(status, 0, `the status of a read ${when}`);
        requireEqual(number, count, `what it finds ${when} that it has counted on its disk`);
        requireEqual(image, 7, `a number of the kernel's file ${when}, where it is 7`);
        requireEqual(device, 0, `Status of the virtio device ${when}`);
        requireEqual(enabled, 0, `the PLIC's enable bits ${when}`);
        requireEqual(sie, 0, `sie ${when}`);
      }
      run.expectEnd(0, 'after the guest\'s shutdown, its ninth');
    },
  },
  {
    name: 'guest-seed', points: 3, section: 'A guest that comes back', boot: 'reboot', lasts: true,
    parents: ['guest-reboot'],
    says: 'each start of the guest has other random bits in its tree',
    hints: ['rng-seed in chosen: who knew the bits before must not know the new ones',
      'the number of the start goes into the seed'],
    code: ['guest_tree.cpp', 'starts'],
    check(run) {
      const sums = [...'abcdefghi'].map((letter) => {
        const [length, sum] = told(run, `seed-${letter}`, 'its random seed');
        require(length > 0n, 'rng-seed in the guest\'s tree', 'no such property');
        return sum;
      });
      require(new Set(sums).size === sums.length, 'nine starts, nine random seeds',
        `${new Set(sums).size} different ones`);
    },
  },
  {
    name: 'disk-linux', points: 10, section: 'Sectors', boot: 'linux', parents: ['disk-answer'],
    says: 'Linux mounts its disk, and the cat on it says what is typed',
    hints: ['how far has Linux come: [vda], VFS, init? What was its last request?',
      'Linux waits for an interrupt after each request, and reads more than one sector at once'],
    code: ['virtio_blk.cpp', 'VIRTIO_BLK_T_IN'],
    check(run, values) {
      requireLinux(run, values);
      run.expectMatch(/VFS: Mounted root \(squashfs filesystem\)/,
        'VFS: Mounted root (squashfs filesystem) readonly on device 254:0.');
      const notified = run.guestTraps.filter(({ epc, tval }) => epc >> 63n === 1n
        && (tval & 0xfffn) === 0x50n).length;
      require(notified >= 10, 'at least ten requests of Linux: stores to QueueNotify in the log of '
        + 'QEMU', `${notified}`);
      run.expectMatch(new RegExp(`^ {2}\\| \\x1b\\[1;36m${values.typed}\\x1b\\[0m *\\|$`),
        `  | ${values.typed} |`);
      run.expectEnd(0, 'after “exit”');
    },
  },
];
