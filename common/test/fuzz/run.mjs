// Runs fuzz targets and counts what they reach. The Makefile calls it, and passes in the
// environment OUT, STEP_DIR, TIME and, for each TARGET, COVERS_TARGET: the step's files it is for.
//   node run.mjs run TARGET…         first regressions and seeds, then the fuzzer
//   node run.mjs coverage TARGET…    the lines that the last run did not reach
// The results are in OUT/results.json: {passed, failed: [names], targets: {NAME: {…}}}.

import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { encodeAll } from './seeds.mjs';

const { OUT, STEP_DIR, TIME, LLVM_SUFFIX = '-19' } = process.env;
const [mode, ...targets] = process.argv.slice(2);
const short = !TIME;

const leastCoverage = 90; // percent of the lines of each file
const shortRuns = 100_000;
const fuzzing = ['-max_len=256', '-len_control=20', '-timeout=10', '-rss_limit_mb=1024'];
const sanitizers = { ASAN_OPTIONS: 'quarantine_size_mb=8' };

// Addresses are among what the fuzzer learns from. With the same ones each time, a seed makes the
// same run again; where the system does not allow that, it is a little different each time.
const sameAddresses = spawnSync('setarch', ['-R', 'true']).status === 0 ? ['setarch', '-R'] : [];

const profile = (target) => path.join(OUT, 'profile', target);

/** Starts a target's program; resolves to its status, and gives each line to `onLine`. */
function start(target, args, profraw, onLine = () => {}) {
  return new Promise((resolve) => {
    const env = { ...process.env, ...sanitizers, LLVM_PROFILE_FILE: profraw };
    const log = fs.createWriteStream(path.join(OUT, 'log', `${target}.log`), { flags: 'a' });
    const [command, ...rest] = [...sameAddresses, path.join(OUT, target), ...args];
    const child = spawn(command, rest, { cwd: OUT, env });
    let unfinished = '';
    child.stderr.on('data', (data) => {
      log.write(data);
      const lines = (unfinished + data).split('\n');
      unfinished = lines.pop();
      lines.forEach(onLine);
    });
    child.on('close', (status) => log.end(() => resolve(status)));
  });
}

/** What a crash was, out of what libFuzzer printed. */
const reasons =
  /does not hold|runtime error|ERROR: (?!libFuzzer: deadly)|terminate called|Assertion/;

async function runTarget(target) {
  const result = { passed: false, executions: 0, seconds: 0, perSecond: 0, lines: 0 };
  const began = Date.now();
  let running = '';
  let reason = '';
  const onLine = (line) => {
    running = line.match(/^Running: (.*)/)?.[1] ?? running;
    reason ||= reasons.test(line) ? line : '';
    const [, name, value] = line.match(/^stat::(\w+):\s+(\d+)/) ?? [];
    if (name === 'number_of_executed_units') {
      result.executions += Number(value);
    }
    const progress = line.match(/^#(\d+)\t\w+ +(cov.*exec\/s: \d+)/);
    if (progress && TIME && Date.now() - printed > 5000) {
      printed = Date.now();
      console.log(`  fuzz  ${target}: ${progress[1]} inputs, ${progress[2]}`);
    }
  };
  let printed = 0;

  fs.rmSync(profile(target), { recursive: true, force: true });
  fs.rmSync(path.join(OUT, 'log', `${target}.log`), { force: true });
  const known = ['regressions', 'seeds'].flatMap((kind) =>
    encodeAll(kind, target, path.join(OUT, kind, target)),
  );
  const profiles = profile(target);
  let status = await start(
    target,
    ['-timeout=10', ...known],
    path.join(profiles, 'known.profraw'),
    onLine,
  );
  if (status !== 0) {
    result.problem = `fails with ${running}`;
  } else {
    // The short run starts from the seeds alone, so that it is the same each time.
    const corpus = path.join(OUT, 'corpus', target);
    if (short) {
      fs.rmSync(`${corpus}.short`, { recursive: true, force: true });
    }
    const directory = short ? `${corpus}.short` : corpus;
    const crashes = path.join(OUT, 'crashes', target);
    fs.mkdirSync(directory, { recursive: true });
    fs.rmSync(crashes, { recursive: true, force: true });
    fs.mkdirSync(crashes, { recursive: true });
    const limit = short
      ? [`-runs=${shortRuns}`, '-seed=1', '-reload=0'] // to reload depends on the time
      : [`-max_total_time=${TIME}`];
    status = await start(
      target,
      [...limit, ...fuzzing, '-print_final_stats=1', `-artifact_prefix=${crashes}/`, directory,
        path.join(OUT, 'seeds', target), path.join(OUT, 'regressions', target)],
      path.join(profiles, 'fuzzed.profraw'),
      onLine,
    );
    const [crash] = fs.readdirSync(crashes);
    if (status !== 0) {
      result.problem = `fails with ${crash ? path.join(crashes, crash) : 'no input'}`;
    }
  }
  result.seconds = (Date.now() - began) / 1000;
  result.perSecond = Math.round(result.executions / result.seconds);
  if (result.problem) {
    result.problem += reason && `: ${reason.replace(/^=*\d*=*\s*/, '')}`;
    return result;
  }
  Object.assign(result, measure(target));
  for (const [file, percent] of Object.entries(result.files)) {
    if (percent < leastCoverage) {
      result.problem = `reaches ${percent} % of the lines of ${file}, not ${leastCoverage} %`;
    }
  }
  result.passed = !result.problem;
  return result;
}

function tool(name, args) {
  const { status, stdout, stderr } = spawnSync(`${name}${LLVM_SUFFIX}`, args, {
    encoding: 'utf8',
    maxBuffer: 64 << 20,
  });
  if (status !== 0) {
    throw new Error(`${name}: ${stderr}`);
  }
  return stdout;
}

const covered = (target) =>
  process.env[`COVERS_${target}`].split(' ').map((file) => path.join(STEP_DIR, file));

/** The percentage of lines that the profiles of `target` reached, of all its files and of each. */
function measure(target) {
  const merged = path.join(profile(target), 'merged');
  const raw = fs.readdirSync(profile(target)).filter((file) => file.endsWith('.profraw'));
  const paths = raw.map((file) => path.join(profile(target), file));
  tool('llvm-profdata', ['merge', '-o', merged, ...paths]);
  const [{ files, totals }] = JSON.parse(
    tool('llvm-cov', ['export', '-summary-only', `-instr-profile=${merged}`,
      path.join(OUT, target), ...covered(target)]),
  ).data;
  const round = (lines) => Math.floor(lines.percent * 10) / 10;
  return {
    lines: round(totals.lines),
    files: Object.fromEntries(
      files.map(({ filename, summary }) => [path.basename(filename), round(summary.lines)]),
    ),
  };
}

async function runAll() {
  ['log', 'profile', 'seeds', 'regressions', 'corpus', 'crashes'].forEach((directory) =>
    fs.mkdirSync(path.join(OUT, directory), { recursive: true }),
  );
  fs.rmSync(path.join(OUT, 'results.json'), { force: true });
  const results = {};
  const left = [...targets];
  const work = async () => {
    for (let target = left.shift(); target; target = left.shift()) {
      const result = (results[target] = await runTarget(target));
      console.log(
        `  fuzz  ${target}: ${result.executions} inputs, ${result.perSecond} a second, ` +
          `${result.lines} % of lines`,
      );
      if (result.problem) {
        console.log(`  fuzz  ${target}: FAILED: ${result.problem}`);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, os.cpus().length) }, work));
  const named = (passed) => targets.filter((target) => results[target].passed === passed);
  const summary = { passed: named(true), failed: named(false), targets: results };
  fs.writeFileSync(path.join(OUT, 'results.json'), `${JSON.stringify(summary, null, 2)}\n`);
  return summary.failed.length === 0;
}

/** Prints each line that no input reached. */
function showCoverage() {
  let enough = true;
  for (const target of targets) {
    const { lines, files } = measure(target);
    enough &&= Object.values(files).every((percent) => percent >= leastCoverage);
    console.log(`${target}: ${lines} % of lines`);
    const text = tool('llvm-cov', ['show', `-instr-profile=${profile(target)}/merged`,
      path.join(OUT, target), ...covered(target)]);
    let file = '';
    for (const line of text.split('\n')) {
      file = line.match(/^(\/.*):$/)?.[1] ?? file;
      const [, number, source] = line.match(/^\s*(\d+)\|\s+0\|(.*)/) ?? [];
      if (number) {
        console.log(`  ${path.basename(file)}:${number}: ${source}`);
      }
    }
    Object.entries(files).forEach(([name, percent]) => console.log(`  ${name} ${percent} %`));
  }
  return enough;
}

if (mode === 'coverage' && targets.some((target) => !fs.existsSync(profile(target)))) {
  await runAll();
}
process.exitCode = (mode === 'run' ? await runAll() : showCoverage()) ? 0 : 1;
