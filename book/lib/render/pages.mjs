// The titles and descriptions of the pages that have no Markdown of their own.
import { number } from '../../../common/steps.mjs';
import { sizeOf, titleOf } from './chapter.mjs';
import { subjectOf } from './directives.mjs';
import { lineOf } from './readme.mjs';
import { describeReference } from './reference.mjs';

const plain = (text) => text.replaceAll('`', '');

/** What VitePress is to know of a page besides its front matter. */
export function describePage({ relativePath, params }) {
  if (params === undefined) {
    return undefined;
  }
  const { step, path } = subjectOf(relativePath);
  if (relativePath.startsWith('api/')) {
    return describeReference(step, path);
  }
  const chapter = `chapter ${number(step)}`;
  if (relativePath.startsWith('files/')) {
    return path === undefined ? {
      title: `The files of ${chapter}`,
      description: `Every file of the hypervisor as it is in ${chapter}, with the chapter that changed it.`,
    } : {
      title: `${path} in ${chapter}`,
      description: `${path} as it is in ${chapter}, with the chapter that brought each of its lines.`,
    };
  }
  if (path === 'whole') {
    return {
      title: `The whole change of ${chapter}`,
      description: `All that ${chapter}, ${titleOf(step)}, changes: ${sizeOf(step)}.`,
    };
  }
  return {
    title: titleOf(step),
    description: `Chapter ${number(step)} of the workbook adds ${plain(lineOf(step).adds)}.`,
  };
}
