// Linux as a guest: what shows that it has run, whatever its lines say.
import { require } from './failure.mjs';
import { guestCauses } from './traps.mjs';

/** For a boot's values: an argument that only Linux repeats where Linux does. */
export const linuxValues = (any) => ({ name: any.word(), word: any.word() });

/** Its arguments: the serial port is the only console. */
export const linuxArguments = ({ name, word }) => `console=ttyS0 panic=-1 ${name}=${word}`;

/** The kernel has printed its lines by stores to the UART, one for each letter. */
export function requireLinux(run, { name, word }) {
  run.expectMatch(new RegExp(`Unknown kernel command line parameters "${name}=${word}"`),
    `Unknown kernel command line parameters "${name}=${word}", will be passed to user space.`);
  const letters = run.lines.filter((line) => /^\[ *\d+\.\d+\] /.test(line)).join('\n').length;
  const stores = run.guestTraps.filter(({ cause, epc, tval }) => cause === guestCauses.store
    && epc >> 63n === 1n && (tval & 0xfffn) === 0n).length;
  require(stores >= letters, 'a store of the kernel to the UART in QEMU\'s log for each of its '
    + `${letters} letters`, `${stores} stores`);
}
