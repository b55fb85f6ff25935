// Mistakes that people make, one patch each, and which test of the checkpoint finds it with what
// words. Patches of the book's chapters are used where there are some; the others are in mistakes/.
// The first of each step is tried by `make test`, all of them by `make classroom-test`.

/**
 * By step: { patch, test, says }. `patch` is `book/NAME` for book/STEP/NAME.patch, else a name in
 * mistakes/STEP; `says` are words that a student then reads. `withoutHtinst`: it shows only where
 * htinst is 0, as on QEMU 7, so that the hypervisor has to read the instruction itself.
 */
export const mistakes = {
  '01-boot': [
    { patch: 'no-clear', test: 'zeros', says: ['128 zeros', 'as before the start'] },
    { patch: 'book/halt-first', test: 'stack', says: ['the firmware\'s memory', 'in halt'] },
    { patch: 'book/stack-below', test: 'waiting', says: ['illegal instruction', 'main.cpp:14'] },
    { patch: 'book/low', test: 'entered', says: ['does not start', 'overlap'] },
    { patch: 'no-call', test: 'main', says: ['a function with the name main'] },
    { patch: 'misaligned-stack', test: 'stack', says: ['a multiple of 16'] },
  ],
  '02-printing': [
    { patch: 'fixed-hart', test: 'any-hart', says: ['into a0', 'hello from hart 0'] },
    { patch: 'book/other-hart', test: 'greeting', says: ['Boot HART ID', 'hart 21'] },
    { patch: 'book/exchanged', test: 'off', says: ['status 0', 'with status 1'] },
    { patch: 'book/dropped', test: 'calls', says: ['cause 9', 'none'] },
    { patch: 'book/dashes', test: 'greeting', says: ['ecall changes a0', '\\x00'] },
    { patch: 'no-srst', test: 'off', says: ['with status 1'] },
    { patch: 'no-fail', test: 'refused-off', says: ['knows no SRST', 'in halt'] },
  ],
  '03-traps': [
    { patch: 'no-stack', test: 'lost-stack', says: ['again and again', '(report_trap'] },
    { patch: 'book/no-align', test: 'handler', says: ['again and again illegal instruction'] },
    { patch: 'not-installed', test: 'handler', says: ['again and again illegal instruction'] },
    { patch: 'reads-code', test: 'causes', says: ['load access fault (scause 0x5)'] },
    { patch: 'book/read-code', test: 'exception', says: ['load access fault', 'report_trap'] },
    { patch: 'book/deep-stack', test: 'exception', says: ['store/AMO access fault', 'fill'] },
    { patch: 'good-end', test: 'error', says: ['status 1', 'with status 0'] },
  ],
  '04-memory': [
    { patch: 'not-cleared', test: 'cleared', says: ['4096 zeros', 'as before the start'] },
    { patch: 'book/overlap', test: 'free-memory', says: ['pages from 0x80200000', '0x4000'] },
    { patch: 'book/pointer', test: 'pages', says: ['at least four pages', '0 of them'] },
    { patch: 'book/several', test: 'used-up', says: ['no page is left'] },
    { patch: 'book/table', test: 'used-up', says: ['no page is left'] },
    { patch: 'last-page', test: 'whole-pool', says: ['32 pages', '31 pages'] },
    { patch: 'given-twice', test: 'pages', says: ['given away twice', '0x80208000'] },
  ],
  '05-guest-mode': [
    { patch: 'book/no-spp', test: 'supervisor', says: ['VS-mode', 'VU-mode'] },
    { patch: 'book/a0-first', test: 'guest-mode', says: ['load access fault', 'enter_guest'] },
    { patch: 'book/no-assert', test: 'no-memory', says: ['0x80200000', 'fault at 0,'] },
    { patch: 'no-hgatp', test: 'no-memory', says: ['environment call from VS-mode'] },
    { patch: 'not-read-back', test: 'read-back', says: ['whose hgatp stays 0'] },
    { patch: 'no-fence', test: 'fences', says: ['hfence.gvma is executed'] },
    { patch: 'no-uxl', test: 'fresh-csrs', says: ['UXL', '0x100000000'] },
    { patch: 'no-x31', test: 'fresh-registers', says: ['t6 of the guest'] },
  ],
  '06-guest-page-table': [
    { patch: 'no-a-d', test: 'entry-bits', says: ['0x80200000', 'lacks'] },
    { patch: 'book/misplaced-root', test: 'root', says: ['a multiple of 0x4000', '0x80209000'] },
    { patch: 'book/no-fence', test: 'fence', says: ['hfence.gvma is executed'] },
    { patch: 'book/no-u', test: 'first-call', says: ['instruction guest-page fault'] },
    { patch: 'book/same-page', test: 'confined', says: ['and behind 0x80200000'] },
    { patch: 'no-w', test: 'guest-memory', says: ['store/AMO guest-page fault'] },
    { patch: 'hypervisor-mapped', test: 'confined', says: ['the hypervisor\'s own'] },
  ],
  '07-hypercall': [
    { patch: 'book/no-x8', test: 'registers', says: ['s0 does not'] },
    { patch: 'no-s11', test: 'registers', says: ['s11 does not'] },
    { patch: 'book/no-pc', test: 'call', says: ['from one place'] },
    { patch: 'book/no-own-trap', test: 'call', says: ['the run traps without an end'] },
  ],
  '12-mmio': [
    { patch: 'no-gp', test: 'uart-registers', says: ['gp behind a load', '0x5555'] },
    { patch: 'no-tp', test: 'uart-registers', says: ['a store of it from tp'] },
    { patch: 'book/no-x0', test: 'uart-registers', says: ['a store of it from zero'] },
    { patch: 'no-sign', test: 'uart-sign', says: ['LB of the byte', '0xffffffffffffff'] },
    { patch: 'stores-only', test: 'uart-load', says: ['LBU of the scratch register'] },
    { patch: 'wide-uart', test: 'uart-refused', says: ['LH at 0x10000006', 'no fault'] },
    {
      patch: 'book/no-compressed', test: 'uart-refused', says: ['C.LWSP', 'no fault'],
      withoutHtinst: true,
    },
    {
      patch: 'book/no-restore', test: 'uart-fetch', says: ['where the guest\'s stvec is'],
      withoutHtinst: true,
    },
  ],
  '13-interrupts': [
    { patch: 'wrong-number', test: 'plic-tree', says: ['as the guest claims it: 0xa', '9'] },
    { patch: 'context-0', test: 'plic-tree', says: ['the number of the pair'] },
    { patch: 'no-serving', test: 'plic-claim', says: ['a second claim'] },
    { patch: 'not-passed', test: 'plic-interrupt', says: ['once its UART wants one: 1'] },
    { patch: 'no-threshold', test: 'plic-level', says: ['threshold 7'] },
    { patch: 'book/only-set', test: 'plic-level', says: ['nothing to claim: 0'] },
    { patch: 'any-load', test: 'plic-forms', says: ['FLW at a device', 'no fault'] },
    {
      patch: 'four-bytes', test: 'plic-forms', says: ['the instruction behind C.LW'],
      withoutHtinst: true,
    },
    { patch: 'book/hart-context', test: 'typed', says: ['none in 8 seconds', 'LSR is 1'] },
    { patch: 'book/no-complete', test: 'typed', says: ['none in 8 seconds', 'LSR is 1'] },
    { patch: 'book/always-on', test: 'typed-unread', says: ['its interrupt is off', 'IER 1'] },
  ],
  '14-virtio-mmio': [
    { patch: 'book/low-half', test: 'virtio-bad-queue', says: ['QueueDescHigh'] },
    { patch: 'book/old-version', test: 'virtio-identity', says: ['Version: 2'] },
    { patch: 'book/same-half', test: 'virtio-capacity', says: ['the high half of the capacity'] },
    { patch: 'book/always-ok', test: 'virtio-features', says: ['which is not offered: 0'] },
    { patch: 'only-its-start', test: 'virtio-bad-queue', says: ['partly behind its RAM'] },
    { patch: 'not-forgotten', test: 'virtio-bad-queue', says: ['the driver area outside'] },
    { patch: 'wrong-number', test: 'virtio-interrupt', says: ['as the guest claims it: 1'] },
    { patch: 'no-bit-0', test: 'virtio-walk', says: ['cause 5', 'no fault'] },
  ],
  '15-virtio-blk': [
    { patch: 'no-write', test: 'disk-write', says: ['the status of a write', '1'] },
    { patch: 'no-reboot', test: 'guest-reboot', says: ['what it finds at start 2'] },
    { patch: 'pages-kept', test: 'guest-reboot', says: ['what it finds at start 7'] },
    { patch: 'same-seed', test: 'guest-seed', says: ['1 different ones'] },
    { patch: 'lost-write', test: 'disk-write', says: ['what was on the disk before'] },
    { patch: 'book/bytes-for-sectors', test: 'disk-read', says: ['what begins at byte'] },
    { patch: 'book/entry-for-head', test: 'disk-used', says: ['begins at descriptor 5'] },
    { patch: 'book/no-interrupt', test: 'disk-interrupt', says: ['InterruptStatus'] },
    { patch: 'always-interrupts', test: 'disk-interrupt', says: ['VIRTQ_AVAIL_F_NO_INTERRUPT'] },
    { patch: 'read-only-ignored', test: 'disk-read-only', says: ['with DISK_RO=1'] },
    { patch: 'sum-wraps', test: 'disk-refused', says: ['2 sectors from 2^64 - 1'] },
    { patch: 'one-request', test: 'disk-chains', says: ['of eight with one notification: 8'] },
    { patch: 'no-limit', test: 'disk-hostile', says: ['a descriptor that leads to itself'] },
    { patch: 'indirect-taken', test: 'disk-hostile', says: ['not for an indirect descriptor'] },
  ],
};

/** Failures of the chapters that no test finds: by step, from the patch's name to the reason. */
export const unseen = {
  '01-boot': { constructor: 'the linker refuses it' },
  '02-printing': {
    nobody: 'it is for a program that cannot print yet; no-srst is the same in the whole one',
    hello: 'no mistake: it shows that letters come',
  },
  '03-traps': { mret: 'the program has an illegal instruction, and the mistake is QEMU 10.0.2\'s' },
  '04-memory': {
    numbers: 'it is for a program without an allocator', types: 'the compiler refuses it',
    heap: 'the linker refuses it', wide: 'the linker refuses it',
  },
  '05-guest-mode': { member: 'the compiler refuses it' },
  '06-guest-page-table': { table: 'no mistake: it says where the table is' },
  '12-mmio': {
    look: 'no mistake: it shows what the exits say',
    'no-bit-0': 'its UART takes no 8 bytes; in step 14 there is a device that does',
  },
  '15-virtio-blk': { 'early-index': 'a guest with one hart cannot see it' },
};
