// Serves the built site, on this machine only, and says where: `make book-serve`. PORT= is the port;
// without it, the first from 8080 on that is free.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { refuse } from '../common/steps.mjs';
import { readParameters } from './lib/parameters.mjs';
import { runBookTool } from './lib/tool.mjs';

const directory = fileURLToPath(new URL('../build/book', import.meta.url));
const host = '127.0.0.1';

/** A server for the files of `directory`, which are read anew for each request. */
function createSite(base) {
  const answer = sirv(directory, { dev: true });
  return createServer((request, response) => {
    const fail = () => response
      .writeHead(404, { 'Content-Type': 'text/html; charset=utf-8' })
      .end(readFileSync(`${directory}/404.html`));
    if (request.url.startsWith(base)) {
      request.url = request.url.slice(base.length - 1);
      answer(request, response, fail);
    } else if (base.startsWith(request.url)) {
      response.writeHead(302, { Location: base }).end();
    } else {
      fail();
    }
  });
}

async function listen(server, wanted) {
  for (let port = wanted ?? 8080; ; ++port) {
    try {
      server.listen(port, host);
      await once(server, 'listening');
      return port;
    } catch (error) {
      const reason = { EADDRINUSE: 'it is taken', EACCES: 'only root may use it' }[error.code];
      if (reason === undefined) {
        throw error;
      }
      if (wanted !== undefined) {
        refuse(`PORT=${wanted}: ${reason}`);
      }
    }
  }
}

runBookTool(async () => {
  const { base, port } = readParameters();
  console.log(`book: http://${host}:${await listen(createSite(base), port)}${base} until Ctrl-C`);
});
