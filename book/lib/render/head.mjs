// What stands in a page's head for others than its reader: where the page is, and what is shown
// beside a link to it. Full addresses only where the site has been told its own.
import { card } from './card.mjs';
import { hrefOf, siteUrl } from './site.mjs';

const meta = (property, content) => ['meta', { property, content: String(content) }];

/** The title and the image beside a link. */
const linkHead = ({ title, description, image }) => [
  meta('og:type', 'website'),
  meta('og:title', title),
  meta('og:description', description),
  meta('og:image', image),
  meta('og:image:width', card.width),
  meta('og:image:height', card.height),
  ['meta', { name: 'twitter:card', content: 'summary_large_image' }],
];

/** The elements of a page's head, as VitePress wants them. @param page its path, as it is built */
export function headOf({ page, pageData, title, description }) {
  if (page === '404.md') {
    return [];
  }
  const url = siteUrl && siteUrl + page.replace(/index\.md$/, '');
  return [
    ...(url ? [['link', { rel: 'canonical', href: url }], meta('og:url', url)] : []),
    ...linkHead({
      title: pageData.title || title, description,
      image: siteUrl ? siteUrl + card.file : hrefOf(card.file),
    }),
  ];
}
