// What to say of a program that is not there: which package brings it, by tools.txt.
import { accessSync, constants, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const list = new URL('tools.txt', import.meta.url);

/** Whether a shell would find `program`. */
function isThere(program) {
  const places = program.includes('/') ? [''] : (process.env.PATH ?? '').split(':');
  return places.some((place) => {
    try {
      accessSync(join(place, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The package that brings a program, and the group for which tools.txt lists it. */
function bringer(program) {
  const { LLVM_SUFFIX = '-19', QEMU = 'qemu-system-riscv64' } = process.env;
  return readFileSync(list, 'utf8').split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replaceAll('-NN', LLVM_SUFFIX).replace(' QEMU ', ` ${QEMU} `))
    .map((line) => line.split(/\s+/))
    .find(([, found]) => found.split(',').some((name) => basename(name) === basename(program)));
}

/**
 * A line on `program`, or nothing if it is there.
 * @param {string} program as it is started
 */
export function missing(program) {
  if (isThere(program)) {
    return undefined;
  }
  const [group, , , brought] = bringer(program) ?? [];
  return brought
    ? `${program} is missing: Debian's package ${brought} brings it, \`make setup SETUP=${group}\` `
      + 'installs it'
    : `${program} is missing, and common/install/tools.txt does not say which package brings it`;
}

/** Ends a file of tests at once, with a line, where one of these programs is missing. */
export function needs(...programs) {
  const lines = programs.map(missing).filter(Boolean);
  if (lines.length > 0) {
    console.error(lines.map((line) => `tests: ${line}`).join('\n'));
    process.exit(1);
  }
}
