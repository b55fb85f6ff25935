// What is run for chapter 09. Linux is slow to record: few runs, and each serves what it can.

const initrd = { INITRD: 'build/guest/rootfs.squashfs' }; // any file
const panicked = '---[ end Kernel panic'; // after it, Linux does nothing more
const ramFile = 'make -s -C {step} run LIMIT=6 QEMU_FLAGS="-machine memory-backend=ram '
  + '-object memory-backend-file,id=ram,size=128M,share=on,mem-path=$PWD/build/ram" '
  + '> build/run.log 2>&1; ';

export const runs = {
  // The states, one after another.
  bare: { state: 'The kernel as it is' },
  silent: { state: 'A trap for the guest' },
  words: { state: 'First words' },
  bug: { state: 'Who settles what', until: panicked, series: '6.1' }, // its BUG, and its words
  oops: { state: 'A promise to keep', until: panicked },
  'oops-log': {
    state: 'A promise to keep', until: panicked, log: 'int', lines: /cause:0+16,.*c0102573/,
  },
  timer: { state: 'What a hart brings along' },

  run: {},
  initrd: { variables: initrd, series: '6.1' }, // which says its memory before it wants a timer
  header: { command: 'od -A d -t x1 -N 64 build/guest/Image' },
  size: { command: 'wc -c build/guest/Image' },
  log: {
    counted: true,
    log: 'int', lines: /cause:0+c,/, count: { exits: /cause:0+(a|c|1[4-7]),/, calls: /cause:0+a,/ },
  },

  // Failures.
  swapped: { patch: 'swapped.patch' },
  'swapped-log': { patch: 'swapped.patch', log: 'int', lines: /cause:0+c,/ },
  cleared: { patch: 'cleared.patch', until: 'loop' },
  'cleared-words': {
    patch: 'cleared.patch',
    command: `${ramFile}llvm-strings build/ram`,
    lines: /^No DTB|^Oops .*#1/,
  },
  'cleared-tree': {
    patch: 'cleared.patch', command: `${ramFile}od -A x -t x1 -j 0x10cf000 -N 16 build/ram`,
  },
  'other-bits': { patch: 'other-bits.patch' },

  // Exercises.
  bss: { patch: 'bss.patch' },
  deaf: { patch: 'deaf.patch', variables: { GUEST: 'guest/deaf.S' } },
};

/** The number behind `pattern` in what a run printed. */
const found = ({ text }, pattern) => Number(pattern.exec(text)[1]);
/** Eight bytes of the header, from the one with this number on. */
const word = ({ header }, at) => Number(`0x${header.text.match(/(?<= )[0-9a-f]{2}\b/g)
  .slice(at, at + 8).reverse().join('')}`);
const reserved = (run) => found(run, /, (\d+)K reserved/);

export const numbers = {
  'linux.lines': ({ run }) => run.lines.filter((line) => /^\[ *\d+\.\d+\] /.test(line)).length,
  'image.offset': (recorded) => word(recorded, 8),
  'image.size': (recorded) => word(recorded, 16),
  'image.file': ({ size }) => found(size, /(\d+) build/),
  // In the machine, which has 128 MiB; the last 2 hold its tree.
  'ram.offset': ({ run }) => (126 - found(run, /guest gets (\d+) MiB/)) * 2 ** 20,
  'bare.pc': ({ bare }) => found(bare, /pc (0x\w+)/),
  'initrd.MiB': ({ initrd: run }) => found(run, /guest gets (\d+) MiB/),
  'initrd.bytes': ({ initrd: run }) => found(run, /initrd (\d+) KiB/) * 1024,
  reserved: ({ run }) => reserved(run),
  'initrd.reserved': ({ initrd: run }) => reserved(run),
  exits: ({ log }) => log.counts.exits,
  letters: ({ log }) => log.counts.calls - 2,
  others: ({ log }) => log.counts.exits - log.counts.calls + 2,
};
