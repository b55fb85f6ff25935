// What is run for chapter 08. Both trees are looked at with dtc: QEMU writes the host's into a file,
// and the guest's is still in the machine's RAM when the guest has gone, if that RAM is a file.

const hostTree = 'make -s -C {step} run QEMU_FLAGS="-machine dumpdtb=$PWD/build/host.dtb" '
  + '> build/run.log 2>&1; dtc -I dtb -O dts -q -s build/host.dtb';
const guestTree = 'make -s -C {step} run QEMU_FLAGS="-machine memory-backend=ram '
  + '-object memory-backend-file,id=ram,size=128M,share=on,mem-path=$PWD/build/ram" '
  + '> build/run.log 2>&1; tail -c +$((0x7def001)) build/ram | dtc -I dtb -O dts -s 2>&1';
const emptyFile = ': > build/empty; make -s -C {step} run KERNEL=$PWD/build/empty 2>&1 '
  + '| grep -a hypervisor:';
const treeLines = /^.(chosen|cpus|memory@)|module|timebase|0x80[04]00000/;
const disk = { DISK: 'build/guest/rootfs.squashfs' };

export const runs = {
  'host-tree': { command: hostTree, lines: treeLines },

  // The states, one after another.
  asks: { state: 'A guest that asks' },
  has: { state: 'What the machine has' },
  'empty-runs': { state: 'What the machine has', command: emptyFile, handsOn: true },
  empty: { state: 'The file to run', command: emptyFile },
  nothing: { state: 'The file to run', variables: { KERNEL: '' } },
  searches: { state: 'As much as there is' },
  untold: { state: 'A tree of its own' },
  told: { state: 'What only the machine knows' },

  run: {},
  more: { variables: { MEMORY: '256M' } },
  'guest-tree': { command: guestTree, lines: treeLines },

  // Failures.
  'no-swap': { patch: 'no-swap.patch' },
  disk: { variables: disk },
  'any-module': { patch: 'any-module.patch', variables: disk },
  'any-module-log': {
    patch: 'any-module.patch', variables: disk, log: 'in_asm', lines: /0x0*80200000:/,
  },
  'disk-begins': { command: 'od -A n -t x1 -N 4 build/guest/rootfs.squashfs' },
  'no-size-run': { patch: 'no-size.patch' },
  'no-size': {
    patch: 'no-size.patch',
    command: 'make -s -C {step} check STEP=08 SEED=book | grep -A 2 FAIL',
  },
  'no-size-tree': {
    patch: 'no-size.patch', command: guestTree, lines: /Warning .reg_format|reg = <0x00 0x8/,
  },

  // Exercises.
  map: { patch: 'map.patch' },
  values: { patch: 'values.patch' },
};

/** The addresses in the line of the map that begins with `what`. */
const mapped = ({ map }, what) => map.lines.find((line) => line.includes(`map: ${what}`))
  .match(/0x[0-9a-f]+/g).map(Number);
const found = ({ text }, pattern) => Number(pattern.exec(text)[1]);
const MiB = 1 << 20;
const hostRam = (recorded) => found(recorded['host-tree'], /memory@\w+ \{\s+reg = <0x00 (0x\w+)/);

// The addresses of the drawings, and what sentences need.
export const numbers = {
  'host.kernel': (recorded) => mapped(recorded, 'kernel')[0],
  'host.guest': (recorded) => mapped(recorded, 'guest')[0],
  'guest.end': (recorded) => mapped(recorded, 'guest')[2],
  'host.tree': (recorded) => mapped(recorded, 'trees')[0],
  'guest.tree': (recorded) => mapped(recorded, 'trees')[1],
  'host.MiB': ({ run }) => found(run, /(\d+) MiB of RAM/),
  'swapped.MiB': (recorded) => found(recorded['no-swap'], /(\d+) MiB of RAM/),
  'guest.MiB': ({ run }) => found(run, /guest gets (\d+) MiB/),
  'host.ram': hostRam,
  'host.end': (recorded) => hostRam(recorded) + found(recorded.run, /(\d+) MiB of RAM/) * MiB,
  timebase: (recorded) => found(recorded['host-tree'], /timebase-frequency = <(0x\w+)>/),
};
