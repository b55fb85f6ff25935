// One run on one QEMU, as runs.mjs describes it.

import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { refuse } from '../../common/stairs/steps.mjs';
import { Machine, root } from '../../common/test/machine.mjs';
import { placeOf, readSymbols } from './elf.mjs';
import { exitLog, exitsText, readExits } from './exits.mjs';
import { handsOn } from './machine.mjs';
import { Monitor, valueOf } from './monitor.mjs';
import { readRequest, requestText } from './request.mjs';
import { readTable, tableText } from './table.mjs';
import { clean, hasLinux, linesOf } from './text.mjs';
import { readTrace, stepping, traceText } from './trace.mjs';
import { withSuffix } from './versions.mjs';

const counting = '-icount shift=0,sleep=off -seed 1';
const patience = 60_000; // milliseconds until a loop must have been found

// How long nothing must be printed: in seconds of the machine's own time, and as a multiple of the
// longest silence before, so that it takes longer where all is slow.
const silence = { least: 0.3, multiple: 3 };

// A hart that is in one place for so many seconds of the machine's time waits there.
const stillness = 0.02;

const usualLog = '/tmp/qemu.log';

const quote = (word) => (/^[\w./=:,+-]+$/.test(word) ? word : `'${word}'`);

/** What QEMU is told besides: as a reader would, but for the place of the log. */
function flagsOf(run, { major, log = usualLog }) {
  const isCounted = run.counted || run.trace || run.exits;
  return [
    run.variables?.QEMU_FLAGS,
    isCounted && counting,
    run.log && `-d ${run.log} -D ${log}`,
    run.trace && `${stepping(major)} -D ${log}`,
    run.exits && `-d ${exitLog} -D ${log}`,
  ].filter(Boolean).join(' ');
}

const variablesOf = (run, qemu) => ({
  ...run.variables,
  ...(run.limit && { LIMIT: run.limit }),
  ...(flagsOf(run, qemu) && { QEMU_FLAGS: flagsOf(run, qemu) }),
});

/** Whose files a reader has for a run: those of the step, or their own, which they change. */
const shownDirectory = (step, { state, patch }) => (state || patch ? 'mine' : step);

/** What a reader types to see the same with QEMU 7.2: the commands. */
export function commandsOf(step, run) {
  const directory = shownDirectory(step, run);
  const select = run.lines && `grep -E ${quote(run.lines.source.replaceAll('\\d', '[0-9]'))}`;
  if (run.command) {
    const [out, place] = [`build/${directory}`, `steps/${directory}`];
    return [[fill(run.command, { out, step: place }), select].filter(Boolean).join(' | ')];
  }
  const assignments = Object.entries(variablesOf(run, { major: 7 }))
    .map(([name, value]) => `${name}=${quote(String(value))}`);
  const make = ['make -C', `steps/${directory}`, run.target ?? 'run', ...assignments].join(' ');
  return [make, ...(run.log && select ? [`${select} ${usualLog}`] : [])];
}

const fill = (command, { out, step }) => command.replaceAll('{elf}', `${out}/hypervisor.elf`)
  .replaceAll('{out}', out).replaceAll('{step}', step)
  .replace(/[\w.+-]+/g, withSuffix);

const execute = promisify(execFile);

/** Runs a command about what was built: { status, text }. Other runs are attended to meanwhile. */
export async function runCommand(run, place) {
  const command = fill(run.command, { out: place.out, step: place.directory });
  try {
    const started = execute('sh', ['-c', command], { cwd: root });
    started.child.stdin.end();
    const { stdout } = await started;
    const text = linesOf(clean(stdout, place)).filter((line) => (run.lines ?? /^/).test(line));
    return { status: 0, text: `${text.join('\n')}\n` };
  } catch (error) {
    const why = clean(String(error.stderr ?? error.message), place).split('\n')[0];
    return refuse(`${commandsOf(place.step, run)}: ${why}`);
  }
}

const running = new Set();

/** Ends all runs, which then fail. */
export const stopAll = () => Promise.all([...running].map((machine) => machine.stop()));

/** Whether a trap is to be handed on where it cannot be: the run then has no end. */
export const standsStill = (run, qemu) => run.handsOn === true && !handsOn(qemu.path);

/**
 * Runs what is built in `place`.
 * @returns { status, text }, and what there is of `counts`, by name, `loop`: where it stood, and
 *   `linux`: true if one has run. There is no status if it had to be ended
 */
export async function runOn(qemu, wanted, place) {
  const run = standsStill(wanted, qemu) ? { ...wanted, until: 'loop', registers: [] } : wanted;
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'recording-'));
  const log = path.join(directory, 'log');
  const monitor = (run.until || run.type) && new Monitor();
  const flags = [flagsOf(run, { major: qemu.major, log }), monitor?.flags]
    .filter(Boolean).join(' ');
  const machine = new Machine({
    step: place.directory,
    variables: {
      ...variablesOf(run, qemu),
      ...(flags && { QEMU_FLAGS: flags }),
      QEMU: qemu.path,
      OUT: place.out,
    },
    target: run.target,
    terminal: run.terminal ?? !run.limit,
  });
  running.add(machine);
  try {
    await typeLines(run.type ?? [], machine, monitor);
    const ended = run.until ? await waitFor(run, machine, monitor, place) : undefined;
    const { status } = await machine.end();
    return await result(run, place, { ...ended, status, output: machine.output, log });
  } catch (error) {
    const [message] = error.message.split('\n');
    const shown = message.endsWith('but the run ended') ? clean(machine.output, place) : undefined;
    throw Object.assign(new Error(message, { cause: machine.log() }), { shown });
  } finally {
    await machine.stop();
    running.delete(machine);
    monitor?.close();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** What comes of a run that is over. */
async function result(run, place, { status, output, shown, loop, answers, table, log }) {
  const console = clean(shown ?? output, place);
  const linux = hasLinux(console) && { linux: true };
  if (run.trace) {
    return { status, ...linux, text: traceText(await readTrace(log, place.elf, run.trace)) };
  }
  if (table) {
    return { ...(loop && { loop }), ...linux, text: tableText(table) };
  }
  if (run.request) {
    return { ...linux, text: requestText(readRequest(console)) };
  }
  if (run.exits) {
    const exits = await readExits(log, run.until);
    return { ...(!run.until && { status }), ...linux, text: exitsText(exits) };
  }
  const logged = run.log && clean(fs.readFileSync(log, 'utf8'), place);
  const count = (expression) => linesOf(logged ?? console).filter((line) => expression.test(line));
  const counts = run.count && Object.fromEntries(Object.entries(run.count)
    .map(([name, expression]) => [name, count(expression).length]));
  const text = logged !== undefined ? `${count(run.lines ?? /^/).join('\n')}\n`
    : answers ? `${console}${answers.join('\n')}\n` : console;
  return {
    ...(!run.until && { status }), ...(loop && { loop }), ...(counts && { counts }), ...linux, text,
  };
}

/** Types lines, each when the console has shown the text before it and the hart waits. */
export async function typeLines(lines, machine, monitor) {
  for (const [text, line] of lines) {
    await machine.expect(text);
    await monitor.connect();
    await waitForWaiting(monitor); // a reader is not faster
    machine.typeLine(line);
  }
}

/** Waits until the hart waits: it stays where it is. */
async function waitForWaiting(monitor) {
  const deadline = Date.now() + patience;
  let place;
  let since;
  while (Date.now() < deadline) {
    const registers = await monitor.registers();
    const now = `${registers.get('V')} ${registers.get('pc')}`;
    const time = await monitor.seconds();
    if (now !== place) {
      [place, since] = [now, time];
    } else if (time - since > stillness) {
      return;
    }
  }
  refuse(`the hart does not wait within ${patience / 1000} s`);
}

/** Where the text is that ends the run: the first one, unless what is typed comes before it. */
const placeOfText = (output, { until, type }) =>
  (type ? output.lastIndexOf(until) : output.indexOf(until));

/** Waits until the run has come to where it is to be looked at, and ends it. */
async function waitFor(run, machine, monitor, place) {
  const isLoop = run.until === 'loop';
  const began = run.type ? '' : 'OpenSBI'; // what was typed has waited for more than that
  await machine.expect(isLoop ? run.after ?? began : run.until);
  const shown = isLoop ? undefined
    : machine.output.slice(0, placeOfText(machine.output, run) + run.until.length);
  if (!isLoop && !run.table && !run.registers && !run.monitor) {
    await monitor.connect().catch(() => {}); // it may have ended by itself since then
    monitor.quit();
    return { shown };
  }
  await monitor.connect();
  const loop = isLoop ? await findLoop(machine, monitor, readSymbols(place.elf)) : undefined;
  await monitor.ask('stop');
  const table = run.table && await readTable(monitor, machine.output);
  const answers = table ? undefined : await ask(run, monitor);
  monitor.quit();
  return { shown, loop, answers, table };
}

/** What the monitor says when the run has come there, with the questions; undefined if none. */
async function ask(run, monitor) {
  const isPlain = run.until === 'loop' && run.monitor === undefined;
  const wanted = run.registers ?? (isPlain ? ['V', 'pc', 'sp'] : []);
  const answers = [];
  if (wanted.length > 0) {
    const all = await monitor.registers();
    answers.push('(qemu) info registers', ...wanted.map((name) =>
      all.get(name) ?? refuse(`QEMU's monitor says nothing of a register ${name}`)));
  }
  for (const command of run.monitor ?? []) {
    answers.push(`(qemu) ${command}`, ...await monitor.ask(command));
  }
  return answers.length > 0 ? answers : undefined;
}

/**
 * Waits until nothing is printed, and the hart only comes to where it has been in this time.
 * @returns the place, if it is only one, and not the firmware
 */
async function findLoop(machine, monitor, symbols) {
  const deadline = Date.now() + patience;
  let { least: needed } = silence;
  let printed; // the console at the last look
  let before; // the places of one silence, and of the next, since then
  let now;
  let since;
  while (Date.now() < deadline) {
    const registers = await monitor.registers();
    const time = await monitor.seconds();
    if (machine.output !== printed) {
      needed = Math.max(needed, silence.multiple * (time - (since ?? time)));
      [printed, before, now, since] = [machine.output, undefined, new Set(), time];
    }
    now.add(valueOf(registers.get('V')) === 1n ? 'the guest'
      : placeOf(symbols, valueOf(registers.get('pc'))));
    if (time - since > needed) {
      if (before && [...now].every((place) => before.has(place))) {
        // A loop through the firmware is met elsewhere only by chance.
        return now.size === 1 && !now.has('the firmware') ? [...now][0] : undefined;
      }
      [before, now, since] = [now, new Set(), time];
    }
  }
  return refuse(`no loop was found within ${patience / 1000} s`);
}
