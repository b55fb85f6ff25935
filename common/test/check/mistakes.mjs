// Mistakes that people make, one patch each, and which test of the checkpoint finds it with what
// words. Patches of the book's chapters are used where there are some; the others are in mistakes/.
// The first of each step is tried by `make test`, all of them by `make classroom-test`.

/**
 * By step: { patch, test, says }. `patch` is `book/NAME` for book/STEP/NAME.patch, else a name in
 * mistakes/STEP; `says` are words that a student then reads.
 */
export const mistakes = {
  '07-hypercall': [
    { patch: 'book/no-x8', test: 'registers', says: ['s0 does not'] },
    { patch: 'no-s11', test: 'registers', says: ['s11 does not'] },
    { patch: 'book/no-pc', test: 'call', says: ['from one place'] },
    { patch: 'book/no-own-trap', test: 'call', says: ['the run traps without an end'] },
  ],
};

/** Failures of the chapters that no test finds: by step, from the patch's name to the reason. */
export const unseen = {};
