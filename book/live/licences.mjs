// What of the files others wrote: name, version, licence, where its source is, and which files.
import { spawnSync } from 'node:child_process';

import { StrictMachine } from '../../common/machine/wasm.mjs';
import { refuse } from '../../common/stairs/steps.mjs';
import { opensbiOf } from '../record/text.mjs';

const enough = 50_000_000; // instructions within which the firmware has said its version

/** Which version of a package of Debian's is installed; undefined elsewhere. */
function packageVersion(name) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${Version}', name],
    { encoding: 'utf8' });
  return stdout || undefined;
}

const debian = (name) => ["Debian's package", name, packageVersion(name)].filter(Boolean).join(' ');

/** The firmware's version, as it says itself when it starts on the machine of the pages. */
function firmwareVersion(module, firmware, hypervisor) {
  const machine = new StrictMachine(new WebAssembly.Module(module));
  machine.load({ firmware, hypervisor });
  const { output } = machine.run(enough);
  return opensbiOf(new TextDecoder().decode(output)) ?? refuse('the firmware is not OpenSBI');
}

/** The version that a Linux has in its Image. */
const linuxVersion = (image) => /Linux version ([\d.]+)/.exec(image.toString('latin1'))?.[1]
  ?? refuse("the guest's Linux does not say its version");

/**
 * The list for the manifest.
 * @param contents of { machine, firmware, linux, hypervisor }, the last any one
 * @param names in the site of { machine, firmware, linux, disk }, and all hypervisors `withLibfdt`
 */
export function licencesOf(contents, names) {
  const linux = linuxVersion(contents.linux);
  const [series] = /^\d+\.\d+/.exec(linux);
  const source = debian(`linux-source-${series}`);
  return [
    {
      name: 'Linux', version: linux, licence: 'GPL-2.0-only WITH Linux-syscall-note',
      source: `${source}, built with common/guest/linux.config by common/guest/linux.sh`,
      files: [names.linux], text: 'GPL-2.0',
    },
    {
      name: 'OpenSBI',
      version: firmwareVersion(contents.machine, contents.firmware, contents.hypervisor),
      licence: 'BSD-2-Clause', source: debian('opensbi'),
      files: [names.firmware], text: 'OpenSBI',
    },
    {
      name: 'libfdt', version: `of Linux ${linux}`,
      licence: 'BSD-2-Clause OR GPL-2.0-or-later', source: `${source}, scripts/dtc/libfdt`,
      files: [names.machine, ...names.withLibfdt], text: 'libfdt',
    },
    {
      name: 'GNU C Library', version: packageVersion('libc6-dev-riscv64-cross'),
      licence: 'LGPL-2.1-or-later',
      source: `${debian('libc6-dev-riscv64-cross')}, linked to common/guest/catsay.cpp by `
        + 'common/guest/Makefile',
      files: [names.disk], text: 'LGPL-2.1',
    },
  ];
}
