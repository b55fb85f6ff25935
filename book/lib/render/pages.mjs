// The titles and descriptions of the pages that have no Markdown of their own, and where the last page
// of the book leads: nowhere.
import { number } from '../../../common/stairs/steps.mjs';
import { readingOrder } from '../contents.mjs';
import { titleOf } from './chapter.mjs';
import { subjectOf } from './subject.mjs';
import { sizeOf } from './whole.mjs';
import { describeReference } from './reference.mjs';

/** What VitePress is to know of a page besides its front matter. */
export function describePage({ relativePath, params, frontmatter }) {
  if (params === undefined) {
    const isLast = `/${relativePath.replace(/index\.md$/, '')}` === readingOrder.at(-1);
    return isLast ? { frontmatter: { ...frontmatter, next: false } } : undefined;
  }
  const { kind, step, path } = subjectOf(relativePath);
  const chapter = `chapter ${number(step)}`;
  switch (kind) {
    case 'api':
      return describeReference(step, path);
    case 'list':
      return {
        title: `The files of ${chapter}`,
        description: `Every file as it is in ${chapter}, with the chapter that changed it last.`,
      };
    case 'file':
      return {
        title: `${path} in ${chapter}`,
        description: `${path} as it is in ${chapter}, and which chapter brought each of its lines.`,
      };
    case 'whole':
      return {
        title: `The whole change of ${chapter}`,
        description: `All that ${chapter}, ${titleOf(step)}, changes: ${sizeOf(step)}.`,
      };
    case 'solutions':
      return {
        title: `Solutions of ${chapter}`,
        description: `A solution of each of the first exercises of ${chapter}, ${titleOf(step)}.`,
      };
    default:
      return undefined;
  }
}
