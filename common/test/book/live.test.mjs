// What the pages run, as files: that it is all there, small enough, what it says to be, and that it
// runs. Read is the built site; no browser here.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';

import { readChapter } from '../../../book/lib/states.mjs';
import { filesOf, linesOf, steps } from '../../../book/lib/steps.mjs';
import { loadManifest, loadRun, loadSymbols } from '../../../book/live/load.mjs';
import { readArguments } from '../../../book/live/hypervisor.mjs';
import { livePlugin } from '../../../book/live/plugin.mjs';
import { described, reasonAgainst, shownRuns } from '../../../book/live/runs.mjs';
import { fileSizes, liveRun, manifestFile } from '../../../book/live/site.mjs';
import { applyPatch } from '../../../book/record/place.mjs';
import { readSymbols } from '../../../book/record/elf.mjs';
import { readRecorded } from '../../../book/record/store.mjs';
import { withoutFirmware } from '../../../book/record/text.mjs';
import { StrictMachine } from '../../machine/wasm.mjs';
import { assertNone } from './html.mjs';
import { builtSite, root } from './pages.mjs';
import { serve } from './serve.mjs';

const scratch = mkdtempSync(join(tmpdir(), 'live-'));
after(() => rmSync(scratch, { recursive: true }));

const site = await serve(builtSite);
after(site.close);
const manifestUrl = site.address + manifestFile();
const manifest = await loadManifest(manifestUrl);
const { chapters, licences } = manifest;
const files = fileSizes();
const runs = Object.entries(chapters)
  .flatMap(([step, all]) => Object.entries(all).map(([name, run]) => ({ step, name, run })));
const live = (name) => readFileSync(join(builtSite, 'live', name));
const content = (name) => gunzipSync(live(name));
const filesOfRun = ({ hypervisor, symbols, modules }) =>
  [hypervisor, symbols, ...modules.map(({ file }) => file)];

// What a page shows and cannot run although it is a run, and why.
const exceptions = {
  '01-boot': ['constructor'], // does not link, on purpose
  '14-virtio-mmio': ['large', 'low-half', 'large-conversation'], // 4 GiB
};

describe('the manifest', () => {
  test('has every chapter, and of each the runs that its page shows', async () => {
    assert.deepEqual(Object.keys(chapters), steps);
    for (const step of steps) {
      const shown = (await shownRuns(step)).filter(({ run }) => !reasonAgainst(run))
        .map(({ name }) => name);
      assert.ok(shown.includes('run'), `${step}: its own run is shown`);
      const missing = shown.filter((name) => !liveRun(step, name));
      const expected = (exceptions[step] ?? []).filter((name) => shown.includes(name));
      assert.deepEqual(missing, expected, step);
    }
  });

  test('has a run of each state that runs, unless it wants another machine', () => {
    for (const step of steps) {
      const { states } = readChapter(step);
      const recorded = readRecorded(step).states;
      const last = states.at(-1).section;
      const running = recorded.filter(({ result }) => result === 'runs')
        .map(({ section }) => section);
      const here = new Set(Object.values(chapters[step]).filter(({ patch }) => !patch)
        .map(({ state }) => state ?? last));
      const missing = running.filter((section) => !here.has(section));
      const elsewhere = step === '11-timer' ? ['Ask the firmware', 'Hand it on'] : [];
      assert.deepEqual(missing, elsewhere, step);
    }
  });

  test('has each failure of a page, or it is known why not', () => {
    const missing = steps.flatMap((step) => readChapter(step).page.directives
      .filter(({ kind, rest }) => kind === 'failure' && !liveRun(step, rest))
      .map(({ rest }) => `${step} ${rest}`));
    assert.deepEqual(missing, [
      '01-boot constructor', // does not link
      '04-memory types', '04-memory heap', '05-guest-mode member', // do not even compile
      '06-guest-page-table table', // for the walk; table-memory is the same and runs
      '08-device-tree no-size', // a check; no-size-run has the same patch and runs
      '11-timer not-cleared', '11-timer past', // on a CPU without Sstc
      '14-virtio-mmio low-half', // wants 4 GiB
    ]);
  });

  test('says where modules lie, and how it goes on and ends', () => {
    const { '15-virtio-blk': { run, 'no-interrupt': failure }, '09-linux': { initrd } } = chapters;
    assert.equal(run.bootargs, 'earlycon=sbi console=ttyS0 root=/dev/vda');
    assert.equal(run.memory, 128 << 20);
    assert.equal(run.linux, true);
    assert.deepEqual(run.type, [['exit powers off.', 'meow'], ['> ^ <', 'exit']]);
    const layout = (variables) => Object.fromEntries(execFileSync('sh', ['common/run/layout.sh'],
      { cwd: root, encoding: 'utf8', env: { ...process.env, ...variables } })
      .trim().split('\n').map((line) => line.split('='))
      .map(([name, value]) => [name, Number(value)]));
    const [KERNEL, squashfs] = ['Image', 'rootfs.squashfs']
      .map((name) => join(root, 'build/guest', name));
    const { kernel, disk } = layout({ KERNEL, DISK: squashfs, INITRD: '' });
    assert.deepEqual(run.modules.map(({ file, ...others }) => others), [
      { kind: 'kernel', address: kernel }, { kind: 'kernel', address: disk, bootargs: 'disk' },
    ]);
    const other = layout({ KERNEL, INITRD: squashfs, DISK: '' });
    assert.deepEqual(initrd.modules.map(({ file, ...others }) => others), [
      { kind: 'kernel', address: other.kernel }, { kind: 'ramdisk', address: other.initrd },
    ]);
    assert.equal(failure.until, 'loop');
    assert.deepEqual(failure.registers, ['V', 'pc']);
    assert.deepEqual(chapters['01-boot'].run.registers, ['V', 'pc', 'sp']);
    assert.equal(chapters['08-device-tree'].nothing.modules.length, 0);
    assert.equal(chapters['08-device-tree'].more.memory, 256 << 20);
    assert.equal(chapters['07-hypercall'].again.sanitize, true);
    assert.equal(chapters['07-hypercall'].again.variables, undefined);
    assert.equal(chapters['07-hypercall']['no-x8'].patch, 'no-x8.patch');
    assert.equal(chapters['07-hypercall'].why.state, 'Ask why');
    const isLinux = ({ modules: [kernel] }) => /^Image-/.test(kernel?.file);
    assert.ok(runs.every(({ run: each }) => Boolean(each.linux) === isLinux(each)));
    assert.deepEqual(steps.filter((step) => chapters[step].run.linux),
      steps.filter((step) => step >= '09'));
  });

  test('names what others wrote', () => {
    assert.deepEqual(licences.map(({ name }) => name),
      ['Linux', 'OpenSBI', 'libfdt', 'GNU C Library']);
    const named = new Set(licences.flatMap((each) => each.files));
    for (const each of licences) {
      assert.match(each.version ?? '', /\d\.\d/, each.name);
      assert.ok(each.licence && each.source && each.files.length > 0, each.name);
      assert.ok(each.files.every((file) => file in files), each.name);
      assert.match(live(`${each.text}.txt`).toString(), /Copyright|LICENSE/, each.name);
    }
    const { modules } = chapters['15-virtio-blk'].run;
    const [image, disk] = modules.map(({ file }) => file);
    assert.ok([manifest.machine, manifest.firmware, image, disk].every((file) => named.has(file)));
    assert.match(licences[0].source, /linux-source-\d.*common\/guest\/linux\.config/);
  });

  test('names no place of the machine on which it was built', () => {
    const texts = [JSON.stringify(manifest),
      ...runs.map(({ run }) => content(run.symbols).toString('utf8'))];
    const faults = texts.filter((text) =>
      text.includes(root) || /"[^"]*\/(usr|home|tmp|root)\//.test(text));
    assert.equal(faults.length, 0, faults[0]?.slice(0, 500));
  });
});

describe('the files', () => {
  test('are all there, once, and nothing else', () => {
    const needed = [manifest.machine, manifest.firmware,
      ...runs.flatMap(({ run }) => filesOfRun(run))];
    assert.deepEqual(Object.keys(files), [...new Set(needed)].sort());
    assert.deepEqual(readdirSync(join(builtSite, 'live')).sort(), [...Object.keys(files),
      manifestFile().replace('live/', ''),
      ...licences.map(({ text }) => `${text}.txt`)].sort());
  });

  test('hold what their names and sizes say', () => {
    for (const [name, { size, gzipped }] of Object.entries(files)) {
      const whole = content(name);
      const hash = createHash('sha256').update(whole).digest('hex');
      assert.equal(name.replace(/.*-([0-9a-f]+)\.bin$/, '$1'), hash.slice(0, 12), name);
      assert.deepEqual([whole.length, live(name).length], [size, gzipped], name);
    }
    const text = gunzipSync(readFileSync(join(builtSite, manifestFile())));
    const hash = createHash('sha256').update(text).digest('hex');
    assert.equal(manifestFile(), `live/manifest-${hash.slice(0, 12)}.bin`);
  });

  test('are the ones of `make run`', () => {
    const { modules } = chapters['15-virtio-blk'].run;
    const [image, disk] = modules.map(({ file }) => content(file));
    assert.ok(image.equals(readFileSync(join(root, 'build/guest/Image'))));
    assert.ok(disk.equals(readFileSync(join(root, 'build/guest/rootfs.squashfs'))));
    const machine = readFileSync(join(root, 'build/machine/machine.wasm'));
    assert.ok(content(manifest.machine).equals(machine));
  });

  test('are small enough', () => {
    const size = (file) => live(file).length;
    const [linux, disk] = chapters['15-virtio-blk'].run.modules.map(({ file }) => file);
    // What others make grows with the distribution: in Debian 12 it takes 59 KB, 2.65 MB and 278
    // KB, in Debian 13 94 KB, 2.84 MB and 310 KB.
    const most = { [manifest.firmware]: 100_000, [linux]: 2_900_000, [disk]: 320_000 };
    const tooLarge = Object.entries(most).filter(([file, limit]) => size(file) > limit);
    assertNone(tooLarge.map(([file]) => `${file}: ${size(file)}`));
    for (const { step, name, run } of runs) {
      const loaded = [manifest.machine, manifest.firmware, run.hypervisor,
        ...run.modules.map(({ file }) => file)];
      assert.equal(run.bytes, loaded.reduce((sum, file) => sum + size(file), 0));
      const ours = [manifestFile().replace('live/', ''), ...loaded.filter((file) => !most[file])]
        .reduce((sum, file) => sum + size(file), 0);
      assert.ok(ours <= (step < '09' ? 51_000 : 61_000), `${step} ${name}: ${ours}`);
    }
  });
});

/** A run of the manifest, as the native machine is started with it. */
async function runNatively(run, input = '') {
  const directory = mkdtempSync(join(scratch, 'run-'));
  const put = (file) => {
    writeFileSync(join(directory, file), content(file));
    return join(directory, file);
  };
  const modules = run.modules.flatMap(({ kind, address, bootargs, file }) => ['-device',
    `guest-loader,addr=${address},${kind === 'ramdisk' ? 'initrd' : 'kernel'}=${put(file)}`
    + `${bootargs ? `,bootargs=${bootargs}` : ''}`]);
  const child = spawn(join(root, 'build/machine/strict'), [
    '-bios', put(manifest.firmware), '-kernel', put(run.hypervisor), '-append', run.bootargs,
    '-m', `${run.memory / 1024}K`, ...modules, '-serial', 'stdio', '-limit', '60',
    ...(input ? ['-unattended'] : []),
  ], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(input);
  let text = '';
  child.stdout.setEncoding('latin1').on('data', (more) => { text += more; });
  const [status] = await once(child, 'close');
  return { text: text.replaceAll('\r', ''), status };
}

/** The same in JavaScript, loaded as a page does it. */
async function runLoaded(url, all, run, typed = []) {
  const { module, software } = await loadRun(url, all, run);
  const machine = new StrictMachine(await WebAssembly.compile(module));
  machine.load(software);
  const waiting = [...typed];
  let text = '';
  let seen = 0;
  for (let stop, turns = 0; stop !== 'ended' && stop !== 'reported' && turns < 2000; ++turns) {
    const result = machine.run(1_000_000);
    text += Buffer.from(result.output).toString('latin1').replaceAll('\r', '');
    ({ stop } = result);
    const at = waiting.length > 0 ? text.indexOf(waiting[0][0], seen) : -1;
    if (stop === 'waiting' && at >= 0) {
      seen = at + waiting[0][0].length;
      machine.type(`${waiting.shift()[1]}\r`);
    } else if (stop === 'waiting' && machine.untilEvent < Infinity) {
      machine.wait();
    } else if (stop === 'waiting' && machine.untaken === 0) {
      break;
    }
  }
  return { text, status: machine.status, report: machine.report };
}

/** The lines of a recording that come neither of make nor of the firmware, nor of Linux. */
const ownLines = (text) => withoutFirmware(text)
  .filter((line) => !/^(make|run)(\[\d+\])?: |^\[ *\d+\.\d+\]/.test(line));
const recordedLines = (step, name) => ownLines(readRecorded(step).runs[name].text);

describe('the files run', () => {
  for (const [step, name] of [['02-printing', 'run'], ['07-hypercall', 'run'],
    ['07-hypercall', 'no-x8'], ['08-device-tree', 'run']]) {
    test(`${step}: ${name} says on the machine what is recorded`, async () => {
      const run = chapters[step][name];
      const native = await runNatively(run);
      const expected = recordedLines(step, name);
      assert.deepEqual(ownLines(native.text).slice(-expected.length), expected);
      const loaded = await runLoaded(manifestUrl, manifest, run);
      assert.equal(loaded.text, native.text);
    });
  }

  test('15-virtio-blk: Linux finds its disk, and the cat answers what is typed', async () => {
    const { run } = chapters['15-virtio-blk'];
    const loaded = await runLoaded(manifestUrl, manifest, run, run.type);
    const expected = recordedLines('15-virtio-blk', 'run');
    const cat = (lines) => lines.slice(lines.findIndex((line) => line.includes('.---')));
    assert.equal(loaded.report, '');
    assert.deepEqual(cat(ownLines(loaded.text)), cat(expected));
    const native = await runNatively(run, 'meow\nexit\n');
    assert.ok(native.text.includes('meow'));
  });

  test('below /x/, from a server that packs, and from one that unpacks', async (t) => {
    const place = join(scratch, 'x');
    mkdirSync(place);
    symlinkSync(join(builtSite, 'live'), join(place, 'live'));
    const below = await serve(place, '/x/');
    t.after(below.close);
    const { run } = chapters['02-printing'];
    const url = below.address + manifestFile();
    const { text } = await runLoaded(url, await loadManifest(url), run);
    assert.match(text, /hello from hart 0/);
    // One that takes the files for packed on the way says so, and fetch unpacks them.
    t.mock.method(globalThis, 'fetch', async (address) => {
      const body = readFileSync(join(builtSite, new URL(address).pathname));
      return new Response(String(address).endsWith('.bin') ? gunzipSync(body) : body);
    });
    assert.match((await runLoaded(manifestUrl, manifest, run)).text, /hello from hart 0/);
  });

  test('what is loaded is told, piece by piece', async () => {
    const { run } = chapters['02-printing'];
    let told = 0;
    await loadRun(manifestUrl, manifest, run, { onProgress: (bytes) => { told += bytes; } });
    assert.equal(told, run.bytes);
  });

  test('a file that is gone is named', async () => {
    const run = { ...chapters['02-printing'].run, hypervisor: 'hypervisor-0.bin' };
    await assert.rejects(loadRun(manifestUrl, manifest, run), /^Error: hypervisor-0\.bin .*404$/);
  });
});

describe('the symbols', () => {
  let table;
  before(async () => { table = await loadSymbols(manifestUrl, chapters['07-hypercall'].run); });

  test('lead from an address to function, file and line, and to the page of the file', () => {
    const elf = join(root, 'build/07-hypercall/hypervisor.elf');
    execFileSync('make', ['-C', 'steps/07-hypercall', 'build'], { cwd: root, stdio: 'pipe' });
    const text = linesOf(filesOf('07-hypercall').get('world_switch.S'));
    const { address } = readSymbols(elf).find(({ name }) => name === 'exit_guest');
    const { name, path, line, href } = table.at(address);
    assert.deepEqual([name, path], ['exit_guest', 'world_switch.S']);
    assert.match(text.slice(0, line).findLast((each) => /^\w+:/.test(each)), /^exit_guest:/);
    assert.equal(href, `files/07-hypercall/world_switch.S/#L${line}`);
    const page = readFileSync(join(builtSite, href.replace(/#.*/, 'index.html')), 'utf8');
    assert.ok(page.includes(`id="L${line}"`));
    assert.equal(table.at(0x8000_0000n), undefined);
    assert.equal(table.at(address + 0x10_0000n), undefined);
    assert.deepEqual(table.at(readSymbols(elf).find((each) => each.name === 'memset').address),
      { name: 'memset' });
  });

  test('of a patched file lead to the same line of the step', async () => {
    const directory = mkdtempSync(join(root, 'build/live-test-'));
    try {
      const before = filesOf('07-hypercall');
      for (const [name, text] of before) {
        mkdirSync(join(directory, name, '..'), { recursive: true });
        writeFileSync(join(directory, name), text);
      }
      applyPatch(directory, join(root, 'book/07-hypercall/count.patch'));
      const symbols = await loadSymbols(manifestUrl, chapters['07-hypercall'].count);
      const shown = new Map();
      for (let address = 0x8020_0000; address < 0x8020_1000; address += 2) {
        const found = symbols.at(address);
        if (found?.path) {
          shown.set(`${found.path}:${found.line}`, found);
        }
      }
      let moved = 0;
      let added = 0;
      for (const { path, line, href } of shown.values()) {
        const own = linesOf(readFileSync(join(directory, path), 'utf8'))[line - 1];
        const stepLine = Number(href?.split('#L')[1]);
        assert.ok(own !== undefined, `${path}:${line}`);
        moved += href && stepLine !== line ? 1 : 0;
        added += href ? 0 : 1;
        assert.ok(!href || linesOf(before.get(path))[stepLine - 1] === own, `${path}:${line}`);
      }
      assert.ok(moved > 0 && added > 0, `${moved} lines have moved, ${added} are new`);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

test('what `make run` has for a machine is read as QEMU reads it', () => {
  assert.deepEqual(readArguments(['-freedom', '', '-m', '131072K', '-kernel', '/h.elf', '-append',
    'a=b,c root=/dev/vda', '-device', 'guest-loader,addr=2151677952,kernel=/a,,b=c.bin', '-device',
    'guest-loader,addr=0x80600000,kernel=/d,bootargs=disk', '-device',
    'guest-loader,addr=1,initrd=/i', '-serial', 'stdio']), {
    bootargs: 'a=b,c root=/dev/vda',
    memory: 128 << 20,
    modules: [
      { kind: 'kernel', address: 2151677952, bootargs: undefined, file: '/a,b=c.bin' },
      { kind: 'kernel', address: 0x80600000, bootargs: 'disk', file: '/d' },
      { kind: 'ramdisk', address: 1, bootargs: undefined, file: '/i' },
    ],
  });
  assert.throws(() => readArguments(['-m', '1K', '-device', 'virtio-net']), /no such device/);
});

test('of what is told to make, the manifest has what the page has to do', () => {
  const variables = {
    GUEST: 'guest/x.S', MACHINE: 'strict', FREEDOM: 'a,b', STRICT: 'warn', SANITIZE: 1,
  };
  const told = JSON.stringify(described({ variables, limit: 1, patch: 'x.patch' }));
  assert.deepEqual(JSON.parse(told), {
    patch: 'x.patch', variables: { GUEST: 'guest/x.S' }, sanitize: true, freedoms: ['a', 'b'],
    warn: true, limit: 1,
  });
});

describe('make book', () => {
  const script = "import { livePlugin } from './book/live/plugin.mjs';"
    + "console.log(livePlugin().load('/@live'))";
  const loadModule = (environment) => execFileSync(process.execPath,
    ['--input-type=module', '-e', script],
    { cwd: root, encoding: 'utf8', env: { ...process.env, ...environment } }).trim();

  test('tells the pages where the manifest is, with BASE', () => {
    assert.equal(livePlugin().load('/@live'), `export const manifestUrl = "/${manifestFile()}";`);
    assert.equal(loadModule({ BASE: '/x/' }), `export const manifestUrl = "/x/${manifestFile()}";`);
    assert.equal(loadModule({ RUN: '' }), 'export const manifestUrl = undefined;');
  });

  test('asks for compiler, guest and firmware; with RUN= for none of them', () => {
    const plan = (...words) => execFileSync('make', ['-n', '--no-print-directory', ...words],
      { cwd: root, encoding: 'utf8', env: { ...process.env, MAKEFLAGS: '' } });
    assert.match(plan('book'), /setup\.sh book +run .*strict/);
    assert.match(plan('book', 'RUN='), /setup\.sh book *$/m);
    assert.match(plan('-C', 'book'), /live\/build\.mjs/);
    assert.doesNotMatch(plan('-C', 'book', 'RUN='), /live\/build\.mjs/);
  });
});
