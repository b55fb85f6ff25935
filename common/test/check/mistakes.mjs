// Mistakes that people make, one patch each, and which test of the checkpoint finds it with what
// words. Patches of the book's chapters are used where there are some; the others are in mistakes/.
// The first of each step is tried by `make test`, all of them by `make classroom-test`.

/**
 * By step: { patch, test, says }. `patch` is `book/NAME` for book/STEP/NAME.patch, else a name in
 * mistakes/STEP; `says` are words that a student then reads.
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
};
