// Pages that the program gives away: what it tells of them, and what is in RAM at their addresses.
import { require, shown } from '../failure.mjs';
import { numbersIn } from '../lines.mjs';

const pageSize = 4096n;
const ramStart = 0x8000_0000n;
const program = 0x8020_0000n;

/** The numbers of a line that may be addresses: of RAM, or written as such. */
function addressesIn(line) {
  const written = new Set(line.toLowerCase().match(/0x[0-9a-f]+/g));
  return numbersIn(line).filter((number) => number >= ramStart
    || (number >= pageSize && written.has(`0x${number.toString(16)}`)));
}

/** The addresses that it tells, in order: the first one of each line, but for reports of traps. */
function addressesOf(run) {
  const traps = new Set(run.ownTraps.map(({ epc }) => epc));
  return run.lines.map(addressesIn)
    .filter((line) => !line.some((address) => traps.has(address)))
    .flatMap((line) => line.slice(0, 1));
}

/** A line without its numbers. */
const wordsOf = (line) => line.replace(/0x[0-9a-f]+|\d+/gi, '');

/** Whether no page is left: but for a line that says so, nothing comes after the last one. */
const isUsedUp = (run) => run.lines.slice(-2)
  .some((line) => numbersIn(line).includes(addressesOf(run).at(-1)));

/** Those that may be pages of its own. */
const pagesOf = (run) => addressesOf(run).filter((address) => address >= program);

/** What the program uses otherwise: { what, from, to }. */
const usedBy = ({ loaded, symbols }) => [
  ...loaded.map(([from, to]) => ({ what: 'the program\'s code or data', from, to })),
  ...['__stack_top'].filter((name) => symbols.has(name)).map((name) => (
    { what: 'its stack', from: symbols.get(name) - pageSize, to: symbols.get(name) })),
];

export const boots = {
  pool: {
    values: (any) => ({ megabytes: any.number(64, 512) }),
    variables: ({ megabytes }) => ({ MEMORY: `${megabytes}M` }),
  },
  noise: { noise: true },
};

export const tests = [
  {
    name: 'pages', points: 25, section: 'One bit for each page', boot: 'pool',
    says: 'it tells the addresses of pages, no two alike',
    hints: [
      'the last line says how far it came; a first address that is wrong says more than the trap '
        + 'after it',
      'main asks for one page after another, and prints the address of each',
    ],
    code: ['memory.cpp', 'memory::allocate'],
    check(run) {
      const pages = pagesOf(run);
      require(pages.length >= 4, 'addresses of at least four pages, each in a line',
        `${pages.length} of them`);
      const odd = pages.find((page) => page % pageSize !== 0n);
      require(odd === undefined, 'multiples of 4096', shown(odd));
      const known = new Set();
      const twice = pages.find((page) => known.size === known.add(page).size);
      require(twice === undefined, 'no page is given away twice', shown(twice));
    },
  },
  {
    name: 'free-memory', points: 20, section: 'One bit for each page', boot: 'pool',
    parents: ['pages'],
    says: 'the pages are RAM of its own that nothing else uses',
    hints: [
      'whose memory is at that address? llvm-nm says what lies where, the stack too',
      'the pool is a section of its own, from __pool_start to __pool_end; an array without a size '
        + 'makes an address of such a name',
    ],
    code: ['memory.cpp', '__pool_start'],
    check(run, { megabytes }) {
      const end = ramStart + BigInt(megabytes) * 2n ** 20n;
      const stranger = addressesOf(run).find((address) => address < program);
      require(stranger === undefined, `pages from ${shown(program)} on`, shown(stranger));
      const used = usedBy(run.image);
      for (const page of pagesOf(run)) {
        require(page + pageSize <= end, `pages in RAM, which ends at ${shown(end)}`, shown(page));
        const use = used.find(({ from, to }) => page < to && page + pageSize > from);
        require(use === undefined, `no page where ${use?.what} is`,
          `${shown(page)}, with it from ${shown(use?.from)} to ${shown(use?.to)}`);
      }
    },
  },
  {
    name: 'cleared', points: 20, section: 'What is in a page', boot: 'noise',
    parents: ['free-memory'],
    says: 'each page is filled with zeros when it is given away',
    hints: [
      'the check fills RAM before the start: on QEMU it is zero, and pages seem to be clear',
      'allocate fills all bytes of the page with zeros before it returns the address',
    ],
    code: ['memory.cpp', 'std::fill_n'],
    check(run) {
      const read = pagesOf(run).filter((page) => page < program + 0x20_0000n);
      require(read.length > 0, 'pages in the first 2 MiB of the program', shown(pagesOf(run)[0]));
      for (const page of read) {
        run.expectZeros(page, Number(pageSize), 'in a page that was given away');
      }
    },
  },
  {
    name: 'whole-pool', points: 15, section: 'More pages than bits', boot: 'noise',
    parents: ['free-memory'],
    says: 'all pages of the pool are given away',
    hints: [
      'how many pages does the linker script set aside, and how many lines are there? The check '
        + 'fills RAM before the start, so .bss has to be cleared',
      'a bit for each page: 1u has 32 bits, and so has what is shifted',
    ],
    code: ['hypervisor.ld', 'ASSERT(SIZEOF(.pool)'],
    check(run) {
      require(isUsedUp(run), 'pages until none is left, and then a line that says so', run.lastLine);
      const pages = pagesOf(run);
      require(pages.length > 0, 'pages of the pool', run.lastLine);
      const { symbols, end } = run.image;
      const [start, stop] = ['__pool_start', '__pool_end'].map((name) => symbols.get(name));
      const first = pages.reduce((one, other) => (one < other ? one : other));
      // Without these names, the pool is what lies after the first page, but for a stack.
      const count = start !== undefined && stop !== undefined ? (stop - start) / pageSize
        : (end - first) / pageSize - 8n;
      require(BigInt(pages.length) >= count, `${count} pages, as the linker script sets aside`,
        `${pages.length} pages, from ${shown(first)} on`);
    },
  },
  {
    name: 'used-up', points: 10, section: 'One bit for each page', boot: 'pool', parents: ['pages'],
    says: 'when there are none left it says so',
    hints: [
      'the last line has to say why the run ends',
      'allocate panics when no bit is left that is 0',
    ],
    code: ['memory.cpp', 'panic'],
    check(run) {
      require(run.ownTraps.length === 0, 'no trap of the program',
        ...run.ownTraps.slice(0, 1).map((trap) => run.describe(trap)));
      const isPage = run.lines.slice(0, -1).some((line) => wordsOf(line) === wordsOf(run.lastLine));
      require(/panic|memory|page|pool/i.test(run.lastLine) && !isPage,
        'a last line that says that no page is left', run.lastLine);
    },
  },
  {
    name: 'pages-error', points: 10, section: 'One bit for each page', boot: 'pool',
    parents: ['used-up'],
    says: 'and ends the machine with an error',
    hints: [
      'an empty pool is a mistake of the hypervisor\'s own',
      'panic ends with firmware::fail',
    ],
    code: ['memory.cpp', 'panic'],
    check(run) {
      run.expectEnd(1, 'when no page is left');
    },
  },
];
