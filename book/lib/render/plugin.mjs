// What the site has beside its pages: the patches of the steps, and the colours of code. In
// `make book-dev` it also forgets what was worked out of a source that changes.
import { stepsDirectory } from '../../../common/steps.mjs';
import { bookDirectory } from '../page.mjs';
import { forget } from '../remember.mjs';
import { steps } from '../steps.mjs';
import { colorSheet } from './highlight.mjs';
import { patchOf } from './patch.mjs';
import { base, patchFile } from './site.mjs';

const colors = '/@colors.css';

/** A plugin of Vite. */
export const bookPlugin = () => ({
  name: 'book',
  resolveId: (id) => (id === 'virtual:colors.css' ? colors : undefined),
  load: (id) => (id === colors ? colorSheet() : undefined),
  generateBundle() {
    for (const step of steps) {
      this.emitFile({ type: 'asset', fileName: patchFile(step), source: patchOf(step) });
    }
  },
  configureServer(server) {
    server.watcher.add(stepsDirectory);
    server.middlewares.use((request, response, next) => {
      const step = steps.find((each) => request.url === base + patchFile(each));
      if (step) {
        response.setHeader('Content-Type', 'text/plain; charset=utf-8').end(patchOf(step));
      } else {
        next();
      }
    });
  },
  hotUpdate({ file }) {
    if (file.startsWith(stepsDirectory) || file.startsWith(bookDirectory)) {
      forget();
    }
  },
});
