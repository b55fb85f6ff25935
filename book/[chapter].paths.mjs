// The chapters that have no page of their own yet.
import { chapterOf } from './lib/blame.mjs';
import { steps } from './lib/steps.mjs';

export default {
  watch: ['*.md'],
  paths: () => steps.filter((step) => chapterOf(step).page === undefined)
    .map((chapter) => ({ params: { chapter } })),
};
