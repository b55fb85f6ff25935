// Each file of each step in which it changes.
import { treeOf, versionsOf } from '../../lib/blame.mjs';
import { fileSlug } from '../../lib/render/site.mjs';
import { steps } from '../../lib/steps.mjs';

export default {
  watch: ['../../../steps/**'],
  paths: () => steps.flatMap((step) => [...treeOf(step).keys()]
    .filter((path) => versionsOf(path).includes(step))
    .map((path) => ({ params: { step, file: fileSlug(path) } }))),
};
