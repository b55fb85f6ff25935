// What the site has beside its pages: the patches of the steps, the card, and the colours of code. In
// `make book-dev` it also forgets what was worked out of a source that changes.
import { extname } from 'node:path';
import { stepsDirectory } from '../../../common/stairs/steps.mjs';
import { bookDirectory } from '../page.mjs';
import { forget } from '../remember.mjs';
import { steps } from '../steps.mjs';
import { card, drawCard } from './card.mjs';
import { colorSheet } from './highlight.mjs';
import { patchOf } from './patch.mjs';
import { base, patchFile } from './site.mjs';
import { withoutUnread } from './style.mjs';

// Parts of the theme that the book has no use for: every page would load them.
const unused = new RegExp('/(VP(AlgoliaSearchBox|Badge|Button|DocAsideCarbonAds|DocAsideSponsors'
  + '|DocFooterLastUpdated|Feature|Flyout|Footer|Hero|Home|Image|Menu|NavBarAskAi|NavBarExtra'
  + '|NavMenuGroup|NavSocialLinks|NavTranslations|Page|SocialLink|Sponsors|Team)\\w*\\.vue'
  + '|vp-(sponsor|code-group)\\.css|(preFetch|codeGroups)\\.js)$');
const instead = { '.vue': '/@nothing.mjs', '.js': '/@nothing.mjs', '.css': '/@nothing.css' };

/** The modules that are no files. */
const made = {
  '/@nothing.mjs': () => 'const nothing = () => null;'
    + 'export { nothing as default, nothing as usePrefetch, nothing as useCodeGroups };',
  '/@nothing.css': () => '',
  '/@colors.css': colorSheet,
};

/** A plugin of Vite. */
export const bookPlugin = () => ({
  name: 'book',
  enforce: 'pre',
  config: () => ({ build: { chunkSizeWarningLimit: 1024 } }), // the index of the search has 626 KB
  resolveId: (id) => (unused.test(id) ? instead[extname(id)]
    : Object.hasOwn(made, id) ? id : undefined),
  load: (id) => made[id]?.(),
  // A page has one footer. What the theme calls so is the end of a chapter's text.
  transform: (code, id) => (id.endsWith('/VPDocFooter.vue')
    ? code.replace(/(?<=<\/?)footer\b/g, 'div') : undefined),
  // Every page loads the list of all, each with its hash: no longer than that many need.
  outputOptions: (options) => (typeof options.entryFileNames === 'string'
    ? { ...options, entryFileNames: options.entryFileNames.replace('[hash]', '[hash:7]') }
    : options),
  generateBundle: {
    order: 'post',
    async handler(options, bundle) {
      this.emitFile({ type: 'asset', fileName: card.file, source: await drawCard() });
      for (const step of steps) {
        this.emitFile({ type: 'asset', fileName: patchFile(step), source: patchOf(step) });
      }
      const scripts = Object.values(bundle).map(({ code = '' }) => code);
      for (const sheet of Object.values(bundle).filter(({ fileName }) => /\.css$/.test(fileName))) {
        sheet.source = withoutUnread(String(sheet.source), scripts);
      }
    },
  },
  configureServer(server) {
    server.watcher.add(stepsDirectory);
    server.middlewares.use((request, response, next) => {
      const step = steps.find((each) => request.url === base + patchFile(each));
      if (step === undefined) {
        next();
        return;
      }
      response.setHeader('Content-Type', 'text/plain; charset=utf-8').end(patchOf(step));
    });
  },
  hotUpdate({ file }) {
    if (file.startsWith(stepsDirectory) || file.startsWith(bookDirectory)) {
      forget();
    }
  },
});
