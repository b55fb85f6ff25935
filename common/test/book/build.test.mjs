// `make book`, `make book-serve` and `make book-dev`: what they are told wrongly, where they serve,
// what they need, and that the same sources give the same site.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, test } from 'node:test';

import { readParameters } from '../../../book/lib/parameters.mjs';
import { filesIn } from '../../stairs/steps.mjs';
import { commandsWithout, front, makeCheckout } from './checkout.mjs';
import { builtSite, root } from './pages.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'build-test-'));
after(() => rmSync(scratch, { recursive: true }));

/** The environment of `make`, with variables as on its command line. */
const given = (variables) => ({
  ...process.env, BASE: '', SITE_URL: '', REPO_URL: '', PORT: '', ...variables,
});

test('build: what is wrong on the command line is told in one line', () => {
  const run = spawnSync('make', ['--no-print-directory', '-C', 'book', 'BASE=x'],
    { cwd: root, encoding: 'utf8' });
  assert.equal(run.status, 2);
  const [line, ...rest] = run.stderr.trimEnd().split('\n');
  assert.equal(line, 'BASE=x: it begins and ends with a slash, as in BASE=/x/');
  assert.ok(rest.every((text) => text.startsWith('make')), run.stderr);
});

for (const [variables, message] of [
  [{ BASE: '/x' }, /^BASE=\/x: it begins and ends with a slash/],
  [{ BASE: '//' }, /^BASE=\/\/: /],
  [{ SITE_URL: 'book.example' }, /^SITE_URL=book\.example: it is the address of a page/],
  [{ SITE_URL: 'https://book.example/', BASE: '/x/' }, /^SITE_URL=.*: it does not end with BASE=/],
  [{ REPO_URL: 'git@code.example:x' }, /^REPO_URL=.*: it is the address of a page/],
  [{ PORT: '65536' }, /^PORT=65536: it is a number up to 65535$/],
  [{ PORT: 'x' }, /^PORT=x: /],
]) {
  test(`build: ${JSON.stringify(variables)} is refused`, () => {
    assert.throws(() => readParameters(variables), { name: 'Refusal', message });
  });
}

test('build: what nobody says is not invented', () => {
  assert.deepEqual(readParameters({ BASE: '', SITE_URL: '', REPO_URL: '' }),
    { base: '/', siteUrl: undefined, repoUrl: undefined, port: undefined, hasEditions: false });
  const [siteUrl, repoUrl] = ['https://a.example/x/', 'https://b.example/y'];
  assert.deepEqual(
    readParameters({ BASE: '/x/', SITE_URL: siteUrl.slice(0, -1), REPO_URL: `${repoUrl}/` }),
    { base: '/x/', siteUrl, repoUrl, port: undefined, hasEditions: false });
});

/** Starts the server of this checkout and gives the address that it prints. */
const startServer = (t, variables, ...args) => startServerOf(root, t, variables, ...args);

async function startServerOf(checkout, t, variables, ...args) {
  const child = spawn(process.execPath, ['book/serve.mjs', ...args],
    { cwd: checkout, env: given(variables), stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill());
  for await (const line of createInterface(child.stdout)) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(line) ?? [];
    if (address) {
      return address;
    }
  }
  throw new Error('the server has ended');
}

/** A port that is taken as long as the test runs. */
async function takePort(t) {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  return server.address().port;
}

test('serve: pages with and without a slash, and what is not there', async (t) => {
  for (const base of ['/', '/x/']) {
    const address = await startServer(t, { BASE: base });
    assert.ok(address.endsWith(base), address);
    const get = async (path) => {
      const response = await fetch(new URL(path, address));
      return { status: response.status, text: await response.text() };
    };
    const page = readFileSync(join(builtSite, '07-hypercall/index.html'), 'utf8');
    assert.equal((await get(`${base}07-hypercall/`)).text, page);
    assert.equal((await get(`${base}07-hypercall`)).text, page);
    const missing = await get(`${base}no-such-page/`);
    assert.equal(missing.status, 404);
    assert.equal(missing.text, readFileSync(join(builtSite, '404.html'), 'utf8'));
    assert.equal((await get('/')).text, readFileSync(join(builtSite, 'index.html'), 'utf8'));
  }
});

test('serve: a port that is taken is refused; without PORT another one serves', async (t) => {
  const port = await takePort(t);
  const run = spawnSync(process.execPath, ['book/serve.mjs'],
    { cwd: root, env: given({ PORT: String(port) }), encoding: 'utf8', timeout: 20_000 });
  assert.equal(run.stderr, `PORT=${port}: it is taken\n`);
  assert.equal(run.status, 1);
  assert.notEqual(await startServer(t), await startServer(t));
});

test('serve: the sources are served as well', async (t) => {
  const address = await startServer(t, { BASE: '/x/' }, 'dev');
  assert.ok(address.endsWith('/x/'), address);
  const page = await (await fetch(`${address}07-hypercall/`)).text();
  assert.match(page, /<script type="module" src="\/x\//);
});

test('serve: a page of the sources follows its step, and says what it does not show', async (t) => {
  const checkout = makeCheckout(join(scratch, 'sources'), {
    'book/01-boot.md': `${front}## Build it\n\n### All\n\n@@ diff boot.S hypervisor.ld Makefile\n`,
    'book/01-boot/recorded/recorded.json':
      JSON.stringify({ states: [{ section: 'All', result: 'builds' }] }),
  });
  const address = await startServerOf(checkout, t, { RUN: '' }, 'dev');
  /** Waits until the page, as a browser loads it, has a text. */
  const shows = async (pattern) => {
    for (const end = Date.now() + 30_000; ;) {
      const answer = await fetch(`${address}01-boot/index.md?import&t=${Date.now()}`);
      const text = await answer.text();
      if (pattern.test(text)) {
        return;
      }
      assert.ok(Date.now() < end, `there is no ${pattern} in ${text}`);
      await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
  };
  const edit = (path, change) => {
    const place = join(checkout, path);
    writeFileSync(place, change(readFileSync(place, 'utf8')));
  };
  await shows(/class=\\*"fault\\*">\d+: main\.cpp:1 \(added\) is shown by no directive/);
  edit('steps/01-boot/boot.S', (text) => `// Typed just now.\n${text}`);
  await shows(/Typed just now\./);
  edit('book/01-boot.md', (text) => `${text}\n@@ diff main.cpp\n`);
  await shows(/^(?![^]*class=\\*"fault)[^]*Typed just now/);
});

test('build: without what the pages run it needs neither compiler nor QEMU', () => {
  const place = makeCheckout(join(scratch, 'no-compiler'), {}, [
    'common/tools.mk', 'common/names.mk', 'common/started.sh', 'common/node/package-lock.json',
    'package-lock.json', '.npmrc',
  ]);
  symlinkSync(join(root, 'common/node/node_modules'), join(place, 'common/node/node_modules'));
  const compilers = /clang|lld|llvm|qemu|gcc|[gc]\+\+|cpp|^(riscv|x86_64|dtc|cc|ld|as|c[89]9)/;
  const path = commandsWithout(compilers, join(scratch, 'no-compiler-path'));
  const run = spawnSync('make', ['-C', 'book', 'RUN='],
    { cwd: place, env: given({ PATH: path }), encoding: 'utf8' });
  assert.match(run.stdout, /^book: \d+ pages in build\/book/m, run.stdout + run.stderr);
  assert.equal(run.status, 0, run.stderr);
});

test('run: a step needs no Node', () => {
  const place = join(scratch, 'no-node');
  cpSync(join(root, 'common'), join(place, 'common'), {
    recursive: true, filter: (path) => !/common\/(node|test|bench|check|machine)$/.test(path),
  });
  cpSync(join(root, 'steps/02-printing'), join(place, 'steps/02-printing'), { recursive: true });
  const path = commandsWithout(/^(node|nodejs|npm|npx)$/, join(scratch, 'no-node-path'));
  const run = spawnSync('make', ['-C', 'steps/02-printing', 'run'],
    { cwd: place, env: given({ PATH: path }), encoding: 'utf8', input: '' });
  assert.match(run.stdout, /^hypervisor: hello from hart 0$/m, run.stdout + run.stderr);
  assert.equal(run.status, 0, run.stderr);
});

test('build: no lockfile names a registry', () => {
  for (const path of ['package-lock.json', 'common/node/package-lock.json']) {
    const { packages } = JSON.parse(readFileSync(join(root, path), 'utf8'));
    assert.ok(Object.keys(packages).length > 1, path);
    assert.deepEqual(Object.keys(packages).filter((name) => packages[name].resolved), [], path);
  }
});

test('build: the same sources give the same site, whatever time and language it is', () => {
  execFileSync(process.execPath, ['book/build.mjs', scratch], {
    cwd: root, env: given({ TZ: 'Pacific/Apia', LC_ALL: 'C' }), stdio: 'pipe',
  });
  const [one, other] = [builtSite, scratch].map((directory) =>
    new Map(filesIn(directory).map((path) => [path, readFileSync(join(directory, path), 'utf8')])));
  assert.ok(one.size > 200);
  const paths = [...new Set([...one.keys(), ...other.keys()])];
  const different = paths.filter((path) => one.get(path) !== other.get(path));
  assert.equal(different.slice(0, 5).join('\n'), '', `${different.length} files differ`);
});
