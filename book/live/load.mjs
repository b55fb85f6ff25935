// Loads what a run needs. The same in a page, a worker and Node; README.md shows how it is used.
import { Symbols } from './symbols.mjs';

const urlOf = (manifestUrl, name = '') =>
  new URL(name, new URL(manifestUrl, globalThis.location?.href));

/** The bytes of a file, and of each piece how many it has, as it comes. */
async function fetchBytes(url, { signal, onProgress = () => {} } = {}) {
  // What has a hash in its name never changes: what is there need not be asked for again.
  const response = await fetch(url, { signal, cache: 'force-cache' });
  if (!response.ok) {
    throw new Error(`${url.pathname.split('/').at(-1)} cannot be loaded: ${response.status}`);
  }
  const chunks = [];
  const reader = response.body.getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    chunks.push(value);
    onProgress(value.length);
  }
  return new Blob(chunks);
}

/** Unpacks it, unless the server has said that it is packed: then that was done on the way. */
async function unpacked(blob) {
  const [first, second] = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  const isPacked = first === 0x1f && second === 0x8b;
  const stream = isPacked ? blob.stream().pipeThrough(new DecompressionStream('gzip')) : undefined;
  return new Uint8Array(await (stream ? new Response(stream) : blob).arrayBuffer());
}

const load = async (url, options) => unpacked(await fetchBytes(url, options));

const loadJson = async (url, options) =>
  JSON.parse(new TextDecoder().decode(await load(url, options)));

export const loadManifest = (manifestUrl, options) => loadJson(urlOf(manifestUrl), options);

/** The name of a file as a reader knows it. */
const plainName = (file) => file.replace(/-[0-9a-f]+\.bin$/, '');

/**
 * What a run is started with.
 * @param options.signal an AbortSignal
 * @param options.onProgress is told how many bytes each piece has that comes; run.bytes in all
 * @returns { module, software }: the machine's WebAssembly, not compiled, and what its `load` wants
 */
export async function loadRun(manifestUrl, manifest, run, options) {
  const get = (file) => load(urlOf(manifestUrl, file), options);
  const [module, firmware, hypervisor, ...contents] = await Promise.all(
    [manifest.machine, manifest.firmware, run.hypervisor,
      ...run.modules.map(({ file }) => file)].map(get),
  );
  const modules = run.modules.map(({ file, ...others }, index) =>
    ({ ...others, content: contents[index], name: plainName(file) }));
  const { bootargs, memory, freedoms } = run;
  return { module, software: { firmware, hypervisor, modules, bootargs, memory, freedoms } };
}

/** From addresses of its hypervisor to lines. */
export const loadSymbols = async (manifestUrl, run, options) =>
  new Symbols(await loadJson(urlOf(manifestUrl, run.symbols), options));
