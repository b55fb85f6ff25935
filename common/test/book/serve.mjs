// Serves a built site to the tests as static servers do: a folder's index.html for its address,
// 404.html for what is not there, text gzipped. Most of them add the slash to an address without.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

const types = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.mjs': 'text/javascript',
  '.css': 'text/css', '.json': 'application/json', '.svg': 'image/svg+xml', '.xml': 'text/xml',
  '.txt': 'text/plain; charset=utf-8', '.png': 'image/png', '.ico': 'image/x-icon',
};

/** Whether gzip has something to take from it. */
const isText = (type) => !/^image\/(png|x-icon)|octet-stream/.test(type);

/**
 * Serves `directory` below the path `base`.
 * @param redirects whether an address that lacks its slash leads to the one that has it
 * @returns { address, directory, responses, close }: `address` ends with the base; what is put into
 *   `directory` is served from then on; `responses` has all of them, { path, status, bytes }, with
 *   the bytes of each body as it was sent.
 */
export async function serve(directory, base = '/', { redirects = true } = {}) {
  const site = { directory, responses: [] };
  const server = createServer((request, response) => {
    const path = decodeURI(new URL(request.url, 'http://site').pathname);
    const answer = (status, headers, body = Buffer.alloc(0)) => {
      site.responses.push({ path, status, bytes: body.length });
      response.writeHead(status, { 'content-length': body.length, ...headers }).end(body);
    };
    const send = (status, file) => {
      const type = types[extname(file)] ?? 'application/octet-stream';
      const body = readFileSync(file);
      answer(status, isText(type) ? { 'content-type': type, 'content-encoding': 'gzip' }
        : { 'content-type': type }, isText(type) ? gzipSync(body) : body);
    };
    const file = path.startsWith(base) && join(site.directory, path.slice(base.length));
    const isFolder = file && existsSync(join(file, 'index.html'));
    if (isFolder && redirects && !path.endsWith('/')) {
      answer(301, { location: `${path}/` });
    } else if (isFolder) {
      send(200, join(file, 'index.html'));
    } else if (file && existsSync(file) && statSync(file).isFile()) {
      send(200, file);
    } else {
      send(404, join(site.directory, '404.html'));
    }
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  site.address = `http://127.0.0.1:${server.address().port}${base}`;
  site.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return site;
}
