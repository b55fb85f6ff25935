// A disk that is found: a driver of the check's reads each register, agrees, and makes each mistake
// on the way; Linux tells the size of a disk that is as large as no other.
import { emptyDisk } from '../disks.mjs';
import { require, requireEqual, shown } from '../failure.mjs';
import { linuxArguments, linuxValues, requireLinux } from '../linux.mjs';
import { told } from '../told.mjs';
import { guestCauses } from '../traps.mjs';

const virtio = 0x1000_1000;
const noTrap = 0x7777n;
const accessFault = 5n;

/** Sectors, so many that bits 7 and 15 of their number are set: they tell a sign. */
const anySectors = (any) => 0x8080 | any.number(0, 0x7fff);

/** What guests/virtio.cpp tells of the capacity: how it is read, and as what. */
function capacityForms(sectors) {
  const low = BigInt(sectors & 0xffff);
  const extended = BigInt.asUintN(64, BigInt.asIntN(16, low));
  return [
    ['ld', 'LD', BigInt(sectors)], ['c-ld', 'C.LD', BigInt(sectors)],
    ['c-ldsp', 'C.LDSP', BigInt(sectors)], ['lh', 'LH', extended], ['lhu', 'LHU', low],
    ['lbu', 'LBU, one byte further,', low >> 8n],
  ];
}

/** The queues that guests/virtio.cpp sets up wrongly. */
const badQueues = ['the descriptor area outside its RAM', 'the driver area outside its RAM',
  'the device area outside its RAM', 'the descriptor area 4 GiB too far: QueueDescHigh is 1',
  'the descriptor area partly beyond its RAM', 'the device area partly beyond its RAM',
  'the descriptor area at no multiple of 16', 'size 0', 'size 3', 'a size above QueueNumMax'];

export const boots = {
  driver: {
    guest: 'virtio.cpp',
    values: (any) => ({ key: any.number(1, 2 ** 31), sectors: anySectors(any) }),
    variables: ({ sectors }, directory) => emptyDisk(sectors, directory),
  },
  notify: { guest: 'notify.cpp', values: (any) => ({ key: any.number(1, 2 ** 31) }) },
  linux: {
    quiet: 20,
    values: (any) => ({ ...linuxValues(any), sectors: anySectors(any) }),
    variables: (values, directory) => ({
      ...emptyDisk(values.sectors, directory), BOOTARGS: linuxArguments(values),
    }),
  },
};

export const tests = [
  {
    name: 'virtio-place', points: 5, section: 'A place to look', boot: 'driver', lasts: true,
    says: 'there is a virtio device at 0x10001000',
    hints: ['is there a device on the bus at 0x10001000, with words as registers?',
      'the first register is MagicValue, the letters "virt": virtio 1.2, 4.2.2'],
    code: ['guest_map.hpp', 'virtio'],
    check(run) {
      const [magic] = told(run, 'identity', 'what the first registers hold');
      const [count, cause, stval] = told(run, 'faults', 'how many faults it has taken for that');
      require(count === 0n, `loads from ${shown(virtio)} are no faults for the guest`,
        `it has taken ${count}, the last one with scause ${cause} and stval ${shown(stval)}`);
      requireEqual(magic, 0x74726976, 'MagicValue');
      require(run.accesses(virtio, 12).length >= 3, 'three loads of the guest from '
        + `${shown(virtio)} in QEMU's log`, `${run.accesses(virtio, 12).length}`);
    },
  },
  {
    name: 'virtio-identity', points: 10, section: 'Four answers', boot: 'driver', lasts: true,
    parents: ['virtio-place'],
    says: 'the device is a disk, and its registers those of version 2',
    hints: ['Version is at 4, DeviceID at 8', 'version 1 is the legacy interface, which has other '
      + 'registers for the queue; a block device is 2'],
    code: ['virtio_mmio.cpp', 'MagicValue'],
    check(run) {
      const [, version, device] = told(run, 'identity', 'what the first registers hold');
      requireEqual(version, 2, 'Version');
      requireEqual(device, 2, 'DeviceID: a block device');
    },
  },
  {
    name: 'virtio-capacity', points: 15, section: 'Four answers', boot: 'driver', lasts: true,
    parents: ['virtio-place'],
    says: 'the configuration has the disk\'s size, in each width that is answered',
    hints: ['the capacity is the configuration\'s first field: 64 bits, in sectors of 512 bytes',
      'a driver reads it in two halves, at 0x100 and 0x104: take the bytes that lie at the offset, '
      + 'not always the first ones; another width is answered as well, or refused'],
    code: ['virtio_mmio.cpp', 'kind_.configuration'],
    check(run, { sectors }) {
      const [low, high] = told(run, 'capacity', 'what the two halves of the capacity hold');
      requireEqual(low, sectors, `the low half of the capacity, for a disk of ${sectors} sectors`);
      requireEqual(high, 0, 'the high half of the capacity, at 0x104');
      for (const [name, form, expected] of capacityForms(sectors)) {
        const [trap, value, after] = told(run, name, `what has come of ${form} of the capacity`);
        if (trap === accessFault) {
          continue; // a driver has to read this field in halves (virtio 1.2, 4.2.2.2)
        }
        requireEqual(trap === noTrap ? 0 : trap, 0, `the guest's scause after ${form} of the `
          + 'capacity');
        requireEqual(value, expected, `${form} of the capacity, which is ${shown(sectors)}`);
        requireEqual(after, 1, `executions of the instruction after ${form} of the capacity`);
      }
    },
  },
  {
    name: 'virtio-features', points: 15, section: 'How far the driver is', boot: 'driver',
    lasts: true, parents: ['virtio-place'],
    says: 'driver and device agree on features, and not on what was not offered',
    hints: ['which 32 features are meant, DeviceFeaturesSel and DriverFeaturesSel say',
      'VIRTIO_F_VERSION_1 is bit 32; FEATURES_OK stays 0 when the driver has accepted what is not '
      + 'offered; a 0 in Status begins anew'],
    code: ['virtio_mmio.cpp', 'store_status'],
    check(run) {
      const [, high, third] = told(run, 'offered', 'which features the device offers');
      requireEqual(high & 1n, 1, 'the lowest feature of the second half: VIRTIO_F_VERSION_1');
      requireEqual(third, 0, 'features 64 to 95, of which there are none');
      requireEqual(told(run, 'agreed', 'what Status is when all that is offered is accepted')[0],
        11, 'Status when the driver has accepted what is offered: with FEATURES_OK (8)');
      for (const [name, half] of [['greedy', 'low'], ['greedier', 'high']]) {
        const [bit, status] = told(run, name, 'what Status is when too much is accepted');
        requireEqual(status & 8n, 0, `FEATURES_OK (8) in Status when the driver has accepted ${
          shown(bit)} of the ${half} half, which is not offered`);
      }
      const [reset, first, second] = told(run, 'steps', 'what Status is at the first steps');
      requireEqual(reset, 0, 'Status after a reset');
      requireEqual(first, 1, 'Status after ACKNOWLEDGE');
      requireEqual(second, 3, 'Status after DRIVER');
    },
  },
  {
    name: 'virtio-queue', points: 15, section: 'Where the queue lies', boot: 'driver', lasts: true,
    parents: ['virtio-place'],
    says: 'a queue of eight entries becomes ready, until a reset',
    hints: ['after QueueReady = 1 the driver reads it again: what does it get?',
      'a reset forgets queue and status; before DRIVER_OK a notification means nothing'],
    code: ['virtio_mmio.cpp', 'set_ready'],
    check(run) {
      const [maximum] = told(run, 'maximum', 'how long a queue may be');
      require(maximum >= 8n && maximum <= 32768n, 'QueueNumMax of queue 0: from 8 to 32768',
        String(maximum));
      const [ready, status] = told(run, 'ready', 'what QueueReady is once the queue is set up');
      requireEqual(ready, 1, 'QueueReady once the queue is set up');
      requireEqual(status, 15, 'Status with DRIVER_OK');
      const [left, after, interrupt] = told(run, 'reset', 'what a reset has left');
      requireEqual(left, 0, 'QueueReady after a reset');
      requireEqual(after, 0, 'Status after a reset');
      requireEqual(interrupt, 0, 'InterruptStatus after a reset');
    },
  },
  {
    name: 'virtio-bad-queue', points: 10, section: 'A queue that cannot be', boot: 'driver',
    lasts: true, parents: ['virtio-queue'],
    says: 'a queue that cannot be is refused: the device needs a reset',
    hints: ['which queue does the message name? The device has to look at it when QueueReady '
      + 'becomes 1',
    'length, alignment, and the whole of each area in the guest\'s RAM, with both halves of its '
      + 'address: if one is wrong, set DEVICE_NEEDS_RESET (64) in Status; a reset forgets the '
      + 'queue that was there'],
    code: ['virtqueue.cpp', 'Virtqueue::enable'],
    check(run) {
      requireEqual(told(run, 'maximum', 'how long a queue may be')[1], 0,
        'QueueNumMax of queue 1, which does not exist');
      const [found] = told(run, 'bad', 'which queues have made the device need a reset');
      const missed = badQueues.filter((_, number) => (found >> BigInt(number) & 1n) === 0n);
      require(missed.length === 0, 'DEVICE_NEEDS_RESET (64) in Status for a queue that cannot be',
        ...missed.map((name) => `not for one with ${name}`).slice(0, 4));
      const [ready, status] = told(run, 'good', 'how a good queue fares afterwards');
      requireEqual(ready, 1, 'QueueReady of a good queue, after a reset');
      requireEqual(status, 11, 'Status after a reset, with a good queue');
    },
  },
  {
    name: 'virtio-interrupt', points: 10, section: 'A queue that cannot be', boot: 'driver',
    lasts: true, parents: ['virtio-queue'],
    says: 'the device tells a driver that has begun that it needs a reset, by its interrupt',
    hints: ['bit 1 of InterruptStatus says that something has changed: the line to the PLIC is '
      + 'high as long as InterruptStatus is not 0',
    'the driver writes to InterruptACK what it has read; the source is the one that the tree names '
      + 'in the device\'s node'],
    code: ['virtio_mmio.cpp', 'need_reset'],
    check(run) {
      const [before, status, pending, source] = told(run, 'interrupt',
        'what it sees when the device needs a reset');
      requireEqual(before, 0, 'the PLIC\'s pending bits before that');
      requireEqual(status, 2, 'InterruptStatus: a change of the configuration');
      require(source > 0n, 'a claim brings the device\'s source', `0; pending bits ${
        shown(pending)}`);
      const [left, line] = told(run, 'acknowledged', 'what it sees after InterruptACK');
      requireEqual(left, 0, 'InterruptStatus after InterruptACK');
      requireEqual(line, 0, 'the PLIC\'s pending bits after InterruptACK');
      const [named] = told(run, 'tree', 'what its tree says');
      requireEqual(named, source, 'interrupts in the device\'s node, as the guest claims it');
    },
  },
  {
    name: 'virtio-walk', points: 5, section: 'Four answers', boot: 'driver', lasts: true,
    parents: ['virtio-capacity'],
    says: 'a page table in the device is a fault, and no load of the guest',
    hints: ['a hart that walks the guest\'s table says so in htinst: chapter 12, “What no run '
      + 'shows”', 'htinst is 0x3000 then, without bit 0: refuse it'],
    code: ['virtio_mmio.cpp', 'offset >= Config'],
    check(run) {
      const [address, cause, stval, register] = told(run, 'walk', 'what its load has met');
      require(cause !== noTrap, 'a load by a page table in the device is an access fault (cause 5)',
        'no fault');
      requireEqual(cause, 5, 'the guest\'s scause after a load by a page table in the device');
      requireEqual(stval, address, 'its stval');
      requireEqual(register, 0x5555, 'the register of the load, which is refused');
    },
  },
  {
    name: 'virtio-notify', points: 5, section: 'Where the queue lies', boot: 'notify',
    parents: ['virtio-queue'],
    says: 'the first notification stops the guest, with a line that names it',
    hints: ['QueueNotify is at 0x50: with DRIVER_OK and a ready queue there is a request to serve',
      'nobody can serve it yet: say so, with the word QueueNotify, and end the machine'],
    code: ['virtio_mmio.cpp', 'QueueNotify'],
    check(run) {
      require(told(run, 'ready', 'what QueueReady is')[0] === 1n, 'a queue that is ready', '0');
      const last = run.guestTraps.at(-1);
      require(last.cause === guestCauses.store && last.tval === BigInt(virtio + 0x50),
        `the guest's last trap is its store to QueueNotify, ${shown(virtio + 0x50)}`,
        `one with cause ${last.cause} and stval ${shown(last.tval)}`);
      require(/QueueNotify/i.test(run.lastLine), 'a last line with QueueNotify', run.lastLine);
      run.expectEnd(1, 'at QueueNotify');
    },
  },
  {
    name: 'virtio-linux', points: 10, section: 'A place to look', boot: 'linux',
    parents: ['virtio-place'],
    says: 'Linux finds its disk, with its size, and is stopped when it reads',
    hints: ['which line of virtio_blk does Linux print? It says what the driver has missed',
      'the guest\'s tree has a node virtio_mmio@10001000 with compatible "virtio,mmio", reg, '
      + 'interrupt-parent and interrupts'],
    code: ['guest.dts', 'virtio_mmio@10001000'],
    check(run, values) {
      requireLinux(run, values);
      const like = `virtio_blk virtio0: [vda] ${values.sectors} 512-byte logical blocks`;
      const [, sectors] = run.expectMatch(/\[vda\] (\d+) 512-byte logical blocks/, like);
      require(Number(sectors) === values.sectors, `[vda] has ${values.sectors} logical blocks`,
        `${sectors}`);
      require(/QueueNotify/i.test(run.lastLine), 'a last line with QueueNotify', run.lastLine);
      run.expectEnd(1, 'when Linux reads');
    },
  },
];
