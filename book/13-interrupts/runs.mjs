// What chapter 13 runs; record/runs.mjs says what can be asked for.

const echo = { variables: { GUEST: 'guest/echo.cpp' } };
const lines = (...typed) => typed.map((line, index) =>
  [index === 0 ? 'is the last\n' : `guest: ${typed[index - 1]}`, line]);
const external = /desc=\w*s_external/; // in QEMU's log, an interrupt of a PLIC

export const runs = {
  absent: { state: 'A guest that waits', ...echo },
  sleeps: { state: 'A controller', ...echo, until: 'loop' },
  stopped: { state: 'A key interrupts us', ...echo, type: lines('meow') },
  'hart-context': {
    state: 'A key interrupts us',
    patch: 'hart-context.patch',
    ...echo,
    until: 'loop',
    monitor: ['chardev-send-break serial0', 'info registers', 'xp /2wx 0xc002000'],
  },
  answered: { state: 'From line to line', ...echo, type: lines('meow', 'exit') },

  run: {},
  boot: { exits: true },
  echo: { ...echo, type: lines('meow', 'exit') },
  key: { ...echo, patch: 'key.patch' },
  exit: { ...echo, patch: 'key.patch', trace: { exit: 81, to: 'csrs' } },
  'key-log': {
    ...echo,
    patch: 'key.patch',
    counted: true,
    log: 'int',
    lines: external,
    count: { accesses: /desc=guest_(load|store)_page_fault/ },
  },

  'no-complete': {
    ...echo,
    patch: 'no-complete.patch',
    type: [['is the last\n', ''], ['guest: \n', 'purr']],
    until: 'loop',
    registers: ['V', 'pc'],
    monitor: ['xp /1wx 0xc001000', 'xp /1wx 0xc002080'],
  },
  'only-set': {
    ...echo,
    patch: 'only-set.patch',
    type: lines('meow', 'exit'),
    until: 'loop',
    after: 'guest: exit',
    registers: ['vsepc', 'vscause'],
  },
  'guest-code': {
    ...echo,
    patch: 'only-set.patch',
    command: 'llvm-objdump -d --no-show-raw-insn {out}/echo.cpp.elf',
    lines: /wfi|sstatus/,
  },
  'always-on': { ...echo, patch: 'always-on.patch', type: lines('meow', 'exit') },
  'always-on-strict': {
    patch: 'always-on.patch', variables: { ...echo.variables, MACHINE: 'strict' }, limit: 1,
  },

  twice: { ...echo, patch: 'twice.patch', type: lines('exit') },
};

const inSwitch = ({ function: name }) => /_guest$/.test(name);

/** The first accesses of devices in a boot, up to where nothing is accessed for a while. */
function firstAccesses({ bars }) {
  const counts = bars.map(({ load, store }) => load + store);
  const from = counts.findIndex((count) => count > 0);
  return counts.slice(from, counts.indexOf(0, from)).reduce((sum, count) => sum + count);
}

export const numbers = {
  'plic.accesses': ({ boot }) => firstAccesses(boot.exits),
  'exit.instructions': (recorded) => recorded.exit.trace.length,
  'exit.switch': (recorded) => recorded.exit.trace.filter(inSwitch).length,
  'key.accesses': (recorded) => recorded['key-log'].counts.accesses,
};
