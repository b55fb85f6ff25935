// What the book has, in reading order. The site's sidebar is made of this list, with the links that
// lead on at the end of a page; so are the editions, which leave out what is only a tool of the site.
import { number } from '../../common/stairs/steps.mjs';
import { titleOf } from './render/chapter.mjs';
import { steps } from './steps.mjs';

const last = steps.at(-1);

export const title = 'Hypervisor Workbook';
export const about = 'How to write a RISC-V hypervisor in C++, in fifteen chapters with code that '
  + 'runs.';

/** A chapter in the sidebar, with its number. */
const chapterText = (step) =>
  `<span class="chapter-number">${number(step)}</span>${titleOf(step)}`;

/**
 * The parts, each { text, items } as VitePress has them in a sidebar, and each item { text, link }.
 * `isTool`: it is in no edition.
 */
export const parts = [
  {
    items: [
      { text: 'The book', link: '/' },
      { text: 'Introduction', link: '/introduction/' },
      { text: 'Set-up', link: '/setup/' },
    ],
  },
  {
    text: 'Chapters', items: steps.map((step) => ({ text: chapterText(step), link: `/${step}/` })),
  },
  {
    text: 'More',
    items: [
      { text: 'Outlook', link: '/outlook/' },
      { text: 'For teachers', link: '/teachers/' },
      { text: 'What you see, and why', link: '/answers/' },
      { text: 'Glossary', link: '/glossary/' },
      { text: 'Map of the code', link: '/map/' },
      { text: 'Threat model', link: '/threat-model/' },
      { text: 'Strict machine', link: '/strict-machine/' },
      { text: 'Specifications', link: '/specifications/' },
    ],
  },
  {
    text: 'To look things up',
    items: [
      { text: 'Files', link: `/files/${last}/`, isTool: true },
      { text: 'Reference', link: `/api/${last}/`, isTool: true },
    ],
  },
];

/** The addresses of the book's pages, in reading order. */
export const readingOrder = parts.flatMap(({ items }) => items).filter(({ isTool }) => !isTool)
  .map(({ link }) => link);
