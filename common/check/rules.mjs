// What builds, runs and judges a submission beside its own sources: files of common/.
import fs from 'node:fs';
import path from 'node:path';

import { filesIn } from '../stairs/steps.mjs';
import { root } from './submission.mjs';

export const common = path.join(root, 'common');

const parts = ['check', 'include', 'install', 'run', 'stairs', 'test/guests'];

/** Their names below common/, in a fixed order. */
export const ruleFiles = () => [
  ...fs.readdirSync(common, { withFileTypes: true }).filter((each) => each.isFile())
    .map(({ name }) => name).sort(),
  ...parts.flatMap((part) => filesIn(path.join(common, part)).map((name) => `${part}/${name}`)),
];

/** Of a private directory of checks what is there for a step: nothing of git, no other chapter. */
export const privateFiles = (directory, step) => filesIn(directory).filter((name) =>
  !/(^|\/)\./.test(name) && (!/^chapters\/\d\d-/.test(name) || name === `chapters/${step}.mjs`));
