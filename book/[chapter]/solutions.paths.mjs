// The solutions of each chapter that has some.
import { chapterOf } from '../lib/blame.mjs';
import { steps } from '../lib/steps.mjs';

const hasSolutions = (step) =>
  chapterOf(step).page?.directives.some(({ kind }) => kind === 'solution') ?? false;

export default {
  watch: ['../*.md'],
  paths: () => steps.filter(hasSolutions).map((chapter) => ({ params: { chapter } })),
};
