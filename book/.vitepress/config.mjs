// The site: where its pages are, what stands around them, and how Markdown becomes HTML.
// BASE, SITE_URL and REPO_URL are parameters: ../lib/parameters.mjs.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { about, parts, title } from '../lib/contents.mjs';
import { slugOf } from '../lib/page.mjs';
import { steps } from '../lib/steps.mjs';
import { headOf } from '../lib/render/head.mjs';
import { themes, withoutTimeLimit } from '../lib/render/highlight.mjs';
import { extendMarkdown } from '../lib/render/markdown.mjs';
import { describePage } from '../lib/render/pages.mjs';
import { bookPlugin } from '../lib/render/plugin.mjs';
import { searchHtml } from '../lib/render/search.mjs';
import { base, repoUrl, revision, siteUrl } from '../lib/render/site.mjs';
import { livePlugin } from '../live/plugin.mjs';

const build = fileURLToPath(new URL('../../build', import.meta.url));
const isStrict = !process.argv.includes('dev');
const last = steps.at(-1);

/** `a.md` becomes `a/index.html`: servers do not agree on a.html beside a folder a. */
const rewrites = (page) => page.replace(/(?<!(^|\/)index)\.md$/, '/index.md');

export default defineConfig({
  title,
  description: about,
  lang: 'en',
  base,
  outDir: `${build}/book`,
  cacheDir: `${build}/book-cache`,
  cleanUrls: true,
  rewrites,
  srcExclude: ['README.md', 'live/**'],
  router: { prefetchLinks: false },
  sitemap: siteUrl && { hostname: siteUrl },
  head: [
    ['meta', { name: 'color-scheme', content: 'light dark' }],
    ['link', { rel: 'icon', href: `${base}icon.svg`, type: 'image/svg+xml' }],
  ],
  transformHead: headOf,
  transformPageData: describePage,
  markdown: {
    theme: themes,
    codeTransformers: [withoutTimeLimit],
    anchor: { slugify: slugOf },
    attrs: false,
    emoji: false,
    config: (md) => extendMarkdown(md, { isStrict }),
  },
  vue: { features: { optionsAPI: false } },
  vite: { plugins: [bookPlugin(), livePlugin()], worker: { format: 'es' } },
  themeConfig: {
    repoUrl,
    nav: [
      { text: 'Chapters', link: '/01-boot/', activeMatch: '^/\\d\\d-' },
      { text: 'Files', link: `/files/${last}/`, activeMatch: '^/files/' },
      { text: 'Reference', link: `/api/${last}/`, activeMatch: '^/api/' },
    ],
    sidebar: parts,
    outline: { level: [2, 3], label: 'On this page' },
    editLink: repoUrl && { pattern: `${repoUrl}/edit/main/book/:path`, text: 'Edit this page' },
    revision: revision(),
    search: {
      provider: 'local',
      options: {
        _render: searchHtml,
        detailedView: false,
        miniSearch: {
          options: {
            // This travels to the browser as text, so it needs nothing from outside.
            tokenize: (text) => text.split(/[^\p{L}\p{N}_]+/u).filter((word) => word !== ''),
          },
        },
      },
    },
  },
});
