// What is worked out once and asked for often. `make book-dev` forgets all of it when a file of a
// step, or of the book, changes.

const all = [];

/** The function `compute` of texts, which works each answer out once. */
export function remember(compute) {
  const known = new Map();
  all.push(known);
  return (...texts) => {
    const key = texts.join('\0');
    if (!known.has(key)) {
      known.set(key, compute(...texts));
    }
    return known.get(key);
  };
}

/** Forgets every answer. */
export function forget() {
  all.forEach((known) => known.clear());
}
