// Makes an autograder for Gradescope: an archive with what grades a step, and nothing of its code.
//
//   node gradescope.mjs STEP BUNDLE ARCHIVE [--checks DIRECTORY]
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { filesIn, refuse } from '../../stairs/steps.mjs';
import { readHidden } from '../class/hidden.mjs';
import { shown } from '../place.mjs';
import { common, privateFiles, ruleFiles } from '../rules.mjs';
import { runCommand, stepOf } from '../student/command.mjs';
import { root } from '../submission.mjs';
import { zip } from './zip.mjs';

const scripts = fileURLToPath(new URL('gradescope', import.meta.url));

/** Debian's keys: setup.sh knows by them what comes from Debian where it is another system. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

const entry = (name, file) => ({
  name, content: fs.readFileSync(file), mode: fs.statSync(file).mode & 0o111 ? 0o755 : 0o644,
});

/** Files of a directory, below another name: all of them, where none are named. */
const entriesOf = (name, directory, files = filesIn(directory)) =>
  files.map((file) => entry(`${name}/${file}`, path.join(directory, file)));

/** The rules and checks, and of the step only what a submission does not bring. */
function workbookOf(step) {
  const book = path.join(root, 'steps', step);
  return [
    entry('workbook/Makefile', path.join(root, 'Makefile')),
    ...ruleFiles().map((name) => entry(`workbook/common/${name}`, path.join(common, name))),
    ...entriesOf('workbook/common/guest', path.join(common, 'guest')),
    entry(`workbook/steps/${step}/Makefile`, path.join(book, 'Makefile')),
    ...entriesOf(`workbook/steps/${step}/guest`, path.join(book, 'guest')),
  ];
}

await runCommand({ checks: { type: 'string' } }, async ({ checks }, [wanted, bundle, archive]) => {
  const step = stepOf(wanted);
  if (!fs.existsSync(bundle)) {
    refuse(`${bundle}: there is no guest bundle: make guest-bundle packs one`);
  }
  if (!fs.existsSync(keyring)) {
    refuse(`${keyring} is not there: make the archive on Debian, which has it`);
  }
  await readHidden(checks && path.resolve(checks), step); // refuses what is wrong with them
  const content = zip([
    ...filesIn(scripts).map((name) => ({ ...entry(name, path.join(scripts, name)), mode: 0o755 })),
    entry('guest-bundle.tar.gz', bundle), ...workbookOf(step),
    entry(path.basename(keyring), keyring),
    ...checks ? entriesOf('checks', checks, privateFiles(checks, step)) : [],
  ]);
  fs.writeFileSync(`${archive}.new`, content);
  fs.renameSync(`${archive}.new`, archive);
  const size = Math.ceil(content.length / 2 ** 20);
  console.log(`gradescope: ${shown(archive)} grades ${step}${
    checks ? ', with hidden tests' : ''}: ${size} MB`);
});
