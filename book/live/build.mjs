// Builds what the pages run, into build/live: `make book` does it before the pages. What is there
// of the same sources stays. README.md says what comes of it.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { filesIn, refuse } from '../../common/stairs/steps.mjs';
import { linux, root, squashfs } from '../../common/test/machine.mjs';
import { readParameters } from '../lib/parameters.mjs';
import { steps } from '../lib/steps.mjs';
import { runBookTool } from '../lib/tool.mjs';
import { withSuffix } from '../record/versions.mjs';
import { licencesOf } from './licences.mjs';
import { described } from './runs.mjs';
import { filesOfRun, get, hashOf, manifestPath, put, sizesOf, writeWhole } from './store.mjs';

const read = (name) => fs.readFileSync(path.join(root, name));
const machineFile = path.join(root, 'build/machine/machine.wasm');

/** Makes what is not made here; its make says what goes wrong. */
function make(directory, ...targets) {
  const { status } = spawnSync('make', ['--no-print-directory', '-C', directory, ...targets],
    { cwd: root, stdio: 'inherit' });
  return status === 0
    || refuse(`live: ${directory} cannot be made; RUN= leaves out what pages run`);
}

/** OpenSBI, as doctor.sh finds it for `make run`. */
function findFirmware() {
  const found = execFileSync('sh', [path.join(root, 'common/install/doctor.sh'), 'found', 'run'],
    { encoding: 'utf8' });
  const [, file] = /^opensbi (.*)$/m.exec(found) ?? refuse('OpenSBI is missing: make doctor');
  return file;
}

/** The headers of the C++ library, told by the file that has their version. */
function findHeaders() {
  const places = [path.join(root, 'build/guest/include/c++'), '/usr/riscv64-linux-gnu/include/c++'];
  return places.flatMap((place) => filesIn(place).filter((name) => name.endsWith('/c++config.h'))
    .map((name) => fs.readFileSync(path.join(place, name))));
}

/** What a built file depends on besides its own sources, as one text. */
function readRules() {
  const below = (directory) => filesIn(path.join(root, directory))
    .map((name) => path.join(directory, name));
  const files = [
    ...['step.mk', 'tools.mk', 'names.mk', 'headers.hpp', 'string.c', 'chacha20.c']
      .map((name) => `common/${name}`),
    ...['common/include', 'common/run', 'build/guest/libfdt'].flatMap(below),
    ...['hypervisor.mjs', 'strip.mjs', 'table.mjs']
      .map((name) => `book/live/${name}`),
  ];
  const compiler = execFileSync(withSuffix('clang++'), ['--version']);
  const all = [...files.map(read), compiler, ...findHeaders(), ...[linux, squashfs]
    .map((file) => fs.readFileSync(file))];
  return hashOf(all.map((content) => hashOf(content)).join());
}

/** Builds the chapters, two at a time; but the first alone, as it makes what all share. */
async function buildChapters(rules) {
  const { buildChapter } = await import('./hypervisor.mjs'); // it wants the parameters to be right
  const chapters = {};
  const queue = [...steps].reverse(); // the last ones take longest
  const next = async () => {
    const step = queue.shift();
    const start = performance.now();
    const { runs, reasons, count } = await buildChapter(step, rules);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`live: ${step.padEnd(20)} ${String(runs.length).padStart(2)} runs, ${
      String(count).padStart(2)} built anew, ${seconds} s`);
    chapters[step] = { runs, reasons };
  };
  await next();
  await Promise.all([1, 2].map(async () => {
    while (queue.length > 0) {
      await next();
    }
  }));
  return chapters;
}

/** Of a run, what the manifest says; `shared` is what all runs load. */
function runOf({ run, built }, shared, linuxFile) {
  const { hypervisor, symbols, modules, bootargs, memory } = built;
  const loaded = [...shared, hypervisor, ...modules.map(({ file }) => file)];
  return {
    hypervisor, symbols, modules, bootargs, memory,
    bytes: loaded.reduce((sum, name) => sum + sizesOf(name).gzipped, 0),
    linux: modules.some(({ file }) => file === linuxFile) || undefined,
    ...described(run),
  };
}

/** The manifest, out of what is stored. */
function manifestOf(built, firmwareFile) {
  const contents = Object.fromEntries(Object.entries({
    machine: machineFile, firmware: firmwareFile, linux, disk: squashfs,
  }).map(([name, file]) => [name, fs.readFileSync(file)]));
  const names = {
    machine: put('machine', contents.machine),
    firmware: put('firmware', contents.firmware),
    linux: put(path.basename(linux), contents.linux),
    disk: put(path.basename(squashfs), contents.disk),
  };
  const shared = [names.machine, names.firmware];
  const chapters = Object.fromEntries(steps.map((step) => [step, Object.fromEntries(
    built[step].runs.map((each) => [each.name, runOf(each, shared, names.linux)]),
  )]));
  const files = [...new Set([...shared,
    ...Object.values(chapters).flatMap((runs) => Object.values(runs).flatMap(filesOfRun))])].sort();
  const hypervisors = (of) => [...new Set(of.flatMap((step) => Object.values(chapters[step])
    .map(({ hypervisor }) => hypervisor)))];
  const withLibfdt = hypervisors(steps.filter((step) =>
    /^LIBFDT := yes$/m.test(read(`steps/${step}/Makefile`).toString())));
  const [any] = hypervisors(steps);
  return {
    machine: names.machine,
    firmware: names.firmware,
    files: Object.fromEntries(files.map((name) => [name, sizesOf(name)])),
    chapters,
    licences: licencesOf({ ...contents, hypervisor: get(any) }, { ...names, withLibfdt }),
  };
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => process.exit(130));
}

await runBookTool(async () => {
  const start = performance.now();
  readParameters();
  make('common/guest');
  make('common/machine', 'wasm');
  const chapters = await buildChapters(readRules());
  const manifest = manifestOf(chapters, findFirmware());
  writeWhole(manifestPath, JSON.stringify(manifest));
  const runs = Object.values(chapters).reduce((sum, each) => sum + each.runs.length, 0);
  const bytes = Object.values(manifest.files).reduce((sum, { gzipped }) => sum + gzipped, 0);
  console.log(`live: ${runs} runs, ${(bytes / 1e6).toFixed(1)} MB, made in ${
    ((performance.now() - start) / 1000).toFixed(1)} s`);
});
