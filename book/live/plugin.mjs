// Puts what the pages run into the site, and tells them where it is: the module /@live.
import { base } from '../lib/render/site.mjs';
import { liveFiles, manifestFile } from './site.mjs';

const id = '/@live';

/** A plugin of Vite. */
export const livePlugin = () => ({
  name: 'live',
  resolveId: (wanted) => (wanted === id ? id : undefined),
  load(wanted) {
    if (wanted !== id) {
      return undefined;
    }
    const file = manifestFile();
    return `export const manifestUrl = ${file && JSON.stringify(base + file)};`;
  },
  generateBundle() {
    for (const { fileName, content } of liveFiles()) {
      this.emitFile({ type: 'asset', fileName, source: content() });
    }
  },
  configureServer(server) {
    server.middlewares.use((request, response, next) => {
      const file = liveFiles().find(({ fileName }) => request.url === base + fileName);
      if (file === undefined) {
        next();
        return;
      }
      response.setHeader('Content-Type', 'application/octet-stream').end(file.content());
    });
  },
});
