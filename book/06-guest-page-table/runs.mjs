// What is run for chapter 06; book/record/runs.mjs says what can be asked for.

export const runs = {
  // The second-stage table in memory, for the walk.
  table: { patch: 'table.patch', until: 'loop', table: true },
};
