// Each file of each step in which it changes.
import { treeOf, versionsOf } from '../../lib/blame.mjs';
import { steps } from '../../lib/steps.mjs';

export default {
  watch: ['../../../steps/**'],
  paths: () => steps.flatMap((step) => [...treeOf(step).keys()]
    .filter((file) => versionsOf(file).includes(step))
    .map((file) => ({ params: { step, file } }))),
};
