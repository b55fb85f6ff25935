// What is run for chapter 06; book/record/runs.mjs says what can be asked for.

const stage2 = /2nd-stage/; // what QEMU logs of stage 2, one line for each page

const strict = { variables: { MACHINE: 'strict' } };

export const runs = {
  unmapped: { state: 'A program in memory' },
  null: { state: 'Two steps' },
  called: { state: 'A table for each gibibyte' },

  run: {},
  'guest-code': {
    command: 'llvm-objdump -d --no-show-raw-insn build/06-guest-page-table/call.S.elf',
    lines: /^8020000/,
  },
  translation: { log: 'mmu', lines: stage2 },
  // The second-stage table in memory, for the walk.
  table: { patch: 'table.patch', until: 'loop', table: true },
  'table-memory': {
    patch: 'table.patch', until: 'loop', monitor: ['xp /4gx 0x80208000', 'xp /4gx 0x8020c000'],
  },

  'no-u': { patch: 'no-u.patch' },
  'same-page': { patch: 'same-page.patch', handsOn: true },
  'same-page-log': {
    patch: 'same-page.patch', log: 'mmu', lines: /2nd-stage address=80[24]00000 /, handsOn: true,
  },
  'misplaced-root': { patch: 'misplaced-root.patch' },
  'misplaced-root-strict': { patch: 'misplaced-root.patch', ...strict },
  'no-fence': { patch: 'no-fence.patch', ...strict },

  reach: { patch: 'reach.patch', variables: { GUEST: 'guest/reach.S' } },
  translate: { patch: 'translate.patch' },
};

/** The tables, the root first: [address, [[index, entry]]]. */
const tablesOf = ({ table }) => Object.entries(table.table.tables)
  .map(([address, entries]) => [address, Object.entries(entries)]);

export const numbers = {
  call: ({ run }) => Number(/VS-mode.* pc (0x\w+)/.exec(run.text)[1]),
  'root.table': (recorded) => Number(tablesOf(recorded)[0][0]),
  'root.entry': (recorded) => Number(tablesOf(recorded)[0][1][0][1]),
  'leaf.table': (recorded) => Number(tablesOf(recorded)[1][0]),
  'leaf.entry': (recorded) => Number(tablesOf(recorded)[1][1][0][1]),
};
