// Each header of each step.
import { headersOf, nameOf } from '../../lib/reference.mjs';
import { steps } from '../../lib/steps.mjs';

export default {
  watch: ['../../../steps/*/*.hpp'],
  paths: () => steps.flatMap((step) => headersOf(step)
    .map(([path]) => ({ params: { step, header: nameOf(path) } }))),
};
