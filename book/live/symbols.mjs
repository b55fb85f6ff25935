// In which line of a hypervisor's source an address is: reads the table that README.md describes.
// The same in a page, a worker and Node.

export class Symbols {
  #table;
  #rows = []; // { address, file, line, function }, in order

  constructor(table) {
    this.#table = table;
    const { base, lines } = table;
    let [address, line] = [base, 0];
    for (let index = 0; index < lines.length; index += 4) {
      address += lines[index];
      line += lines[index + 2];
      this.#rows.push({ address, file: lines[index + 1], line, function: lines[index + 3] });
    }
  }

  /**
   * What is at an address, which may be a BigInt: { name, path, line, href }, or undefined if it
   * is none of the hypervisor's.
   *   name        the function in which it was written
   *   path, line  in the files that were built; undefined in code that is not the step's
   *   href        below BASE, the same line on the page of the step's file; undefined where a state
   *               or patch has put what is not in the step
   */
  at(address) {
    const row = this.#find(Number(address));
    if (row === undefined || row.function < 0) {
      return undefined;
    }
    const name = this.#table.functions[row.function];
    const file = this.#table.files[row.file];
    if (file === undefined) {
      return { name };
    }
    const stepLine = file.moved === undefined ? row.line : movedBy(file.moved, row.line);
    const isThere = file.page !== undefined && stepLine !== undefined;
    return {
      name,
      path: file.path,
      line: row.line,
      href: isThere ? `${file.page}#L${stepLine}` : undefined,
    };
  }

  /** The last row that begins at the address or before it. */
  #find(address) {
    let [from, to] = [0, this.#rows.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      [from, to] = this.#rows[middle].address <= address ? [middle + 1, to] : [from, middle];
    }
    return this.#rows[from - 1];
  }
}

function movedBy(moved, line) {
  const range = moved.find(([from, to]) => from <= line && line <= to);
  return range && line + range[2];
}
