// The reference: for each step a page with its headers, and one for each of them.
import { referencePages } from '../lib/render/reference.mjs';
import { steps } from '../lib/steps.mjs';

/** A page as Markdown; its HTML is one block, and nothing in it is for Vue. */
const markdownOf = ({ title, description, html }) => `---
title: ${JSON.stringify(title)}
description: ${JSON.stringify(description)}
editLink: false
---

<div class="reference" v-pre>${html}</div>
`;

export default {
  watch: ['../../steps/*/*.hpp'],
  async paths() {
    const pages = await Promise.all(steps.map((step) => referencePages(step)));
    return pages.flat().map((page) => ({ params: { page: page.page }, content: markdownOf(page) }));
  },
};
