// The links to the PDF and the EPUB, on a site that has them. No edition has these links.
import { hasEditions, hrefOf } from './site.mjs';

const link = (kind, name) =>
  `<a href="${hrefOf(`hypervisor-workbook.${kind}`)}" download>${name}</a>`;

/** Nothing on a site without them. */
export const editionsHtml = () => (hasEditions
  ? `<p class="editions">The whole book as one file: ${link('pdf', 'PDF')} for paper, `
    + `${link('epub', 'EPUB')} for an e-reader.</p>` : '');
