// Serves the site, on this machine only, and says where. PORT= is the port; without it, the first
// from 8080 on that is free.
//   node serve.mjs         what was built: `make book-serve`
//   node serve.mjs dev     the sources, whose pages follow each edit: `make book-dev`
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import sirv from 'sirv';
import { createServer as createSourceServer } from 'vitepress';
import { refuse } from '../common/stairs/steps.mjs';
import { readParameters } from './lib/parameters.mjs';
import { runBookTool } from './lib/tool.mjs';

const sources = fileURLToPath(new URL('.', import.meta.url));
const built = fileURLToPath(new URL('../build/book', import.meta.url));
const host = '127.0.0.1';

async function listen(server, port) {
  server.listen(port, host);
  await once(server, 'listening');
}

/** The port to use: `wanted`, or else the first that is free. */
async function choosePort(wanted) {
  for (let port = wanted ?? 8080; ; ++port) {
    const probe = createTcpServer();
    try {
      await listen(probe, port);
      probe.close();
      await once(probe, 'close');
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

/** Serves what was built. The files are read anew for each request. */
async function serveBuilt(base, port) {
  const answer = sirv(built, { dev: true });
  await listen(createHttpServer((request, response) => {
    const fail = () => response
      .writeHead(404, { 'Content-Type': 'text/html; charset=utf-8' })
      .end(readFileSync(`${built}/404.html`));
    if (request.url.startsWith(base)) {
      request.url = request.url.slice(base.length - 1);
      answer(request, response, fail);
    } else if (base.startsWith(request.url)) {
      response.writeHead(302, { Location: base }).end();
    } else {
      fail();
    }
  }), port);
}

async function serveSources(base, port) {
  const server = await createSourceServer(sources, { host, port, strictPort: true });
  await server.listen();
}

runBookTool(async () => {
  const { base, port: wanted } = readParameters();
  const port = await choosePort(wanted);
  await (process.argv[2] === 'dev' ? serveSources : serveBuilt)(base, port);
  console.log(`book: http://${host}:${port}${base} until Ctrl-C`);
});
