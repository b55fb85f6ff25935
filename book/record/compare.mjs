// Whether a recording is still true.

import { qemus } from '../../common/test/machine.mjs';
import { compareTexts } from '../lib/difference.mjs';
import { standsStill } from './run.mjs';
import { hasLinux, linesOf as linesIn, withoutFirmware } from './text.mjs';

/** How much of a recording must be the same. */
const levels = { all: 'all', shape: 'shape', quoted: 'quoted' };

/** Whether a QEMU is the recorded one of these numbers, 0 and 1, with the firmware that it had. */
function isMachine(recorded, versions, index, of = [0, 1]) {
  const machine = (all, which) => ['qemu', 'opensbi']
    .map((name) => all[which === 0 ? name : `${name}.second`] ?? 'none').join(' with ');
  return of.some((which) => machine(recorded, which) === machine(versions, index));
}

/**
 * How much of a recording can be the same on this machine:
 *   all      its versions are the recorded ones
 *   shape    all but its numbers: the compiler, its C++ headers, QEMU or the firmware is another one
 *   quoted   what does not come of Linux, but for numbers, and what the page quotes: Linux is another
 *            one; or what was recorded is the compiler's, and that is another one
 * @param recorded, versions those of the recording, and of this machine
 * @param run what is asked for
 * @param linux whether it is a Linux that runs, or is looked at
 * @param isSameMachine whether QEMU and firmware are recorded ones
 */
export function levelOf(recorded, versions, run, linux, isSameMachine = true) {
  const isSame = (name) => recorded[name] === versions[name];
  if (linux && !isSame('linux')) {
    return levels.quoted;
  }
  if (isSame('clang') && isSame('libstdc++')) {
    const isOfMachine = !run.command || /^make | make /.test(run.command);
    return isSameMachine || !isOfMachine ? levels.all : levels.shape;
  }
  return run.command || run.trace ? levels.quoted : levels.shape;
}

/** The kind of text that is recorded of a run. */
export const kindOf = (run) =>
  ['trace', 'exits', 'table', 'request', 'command', 'log'].find((each) => run[each]) ?? 'console';

/** What may differ on any machine. */
const withoutChance = (line) => line
  .replace(/^\[ *\d+\.\d+\] /, '[ time ] ')
  // Which of Debian's packages has built the guest's Linux, and when.
  .replace(/(Linux version [\d.]+ \(\S+\)) .*/, '$1 …')
  .replace(/(step\.mk):\d+/, '$1:…')
  .replace(/(stood at pc) 0x\w+$/, '$1 …')
  .replace(/^( pc +)[0-9a-f]{16}$/, '$1…')
  // Where Linux has a queue and its buffers.
  .replace(/(?<=^\{ ?"(?:queue|by)":.*")0x8[0-9a-f]{7}(?=")/g, '…');

/** A line without its numbers. */
const shapeOf = (line) => withoutChance(line)
  .replace(/0x[0-9a-f]+|\b[0-9a-f]{8,}\b|\d+/gi, '#').replace(/ +/g, ' ');

/** What the page quotes of a run. */
function quotesOf(page, name) {
  return (page?.directives ?? [])
    .filter(({ kind, rest }) => kind === 'console' && rest.split(' ')[0] === name)
    .flatMap(({ rest }) => [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
      .map(([, text]) => text.replace(/\\(.)/g, '$1')));
}

/** The instructions that no compiler has chosen, those of the world switch, without addresses. */
const worldSwitch = (text) => JSON.parse(text)
  .filter((each) => /^(exit|enter)_guest$/.test(each.function))
  .map((each) => each.text.replace(/0x[0-9a-f]{8,}/, '#'));

/** How often a guest makes the hypervisor say the same is the guest's affair. */
const withoutRepeats = (lines) => lines.filter((line, index) => line !== lines[index - 1]);

const isLinux = hasLinux; // a line of it begins with the time
const isOurs = (line) => line.startsWith('hypervisor: ');

const isOfFirmware = (line) => /, epc:0x0+80[01][0-9a-f]{5},/.test(line); // a trap in it

/** Lines without what another firmware may do otherwise: say something before ours, and meet the
 *  same trap more or less often. */
const withoutChoiceOfFirmware = (lines) => lines
  .map((line) => line.replace(/^\w+_\w+: .*?(?=hypervisor: )/, ''))
  .filter((line, index, all) => !(isOfFirmware(line) && isOfFirmware(all[index - 1] ?? '')
    && shapeOf(line) === shapeOf(all[index - 1])));

/** What there is of a recording, whatever Linux does. */
function withoutLinux(text, kind) {
  const shapes = (lines) => withoutRepeats(lines.map(shapeOf));
  switch (kind) {
    case 'trace': return worldSwitch(text);
    case 'exits': return shapes(JSON.parse(text).lines.map((line) => line.text).filter(isOurs));
    case 'request': return JSON.parse(text).events.filter(({ by }) => by === 'device')
      .map(({ by, does }) => `${by} ${does}`);
    case 'log': return shapes(linesIn(text).filter(Boolean));
    case 'console': return shapes(withoutFirmware(text).filter((line) => line && !isLinux(line)));
    default: return shapes(withoutFirmware(text).filter(isOurs));
  }
}

/** The lines of a recording that must be the same. */
function linesOf(text, level, kind, isFirmwareSame) {
  if (level === levels.quoted) {
    return withoutLinux(text, kind);
  }
  const all = withoutFirmware(text);
  const lines = isFirmwareSame ? all : withoutChoiceOfFirmware(all);
  return lines.map(level === levels.all ? withoutChance : shapeOf);
}

/** What differs between two lists of lines, to be read by people; undefined if nothing does. */
function difference(recorded, now) {
  const rows = compareTexts(...[recorded, now].map((lines) => `${lines.join('\n')}\n`));
  const near = (index) => rows.slice(Math.max(0, index - 2), index + 3)
    .some(({ kind }) => kind !== 'same');
  const signs = { same: ' ', removed: '-', added: '+' };
  const shown = rows.flatMap(({ kind, text }, index) =>
    (near(index) ? [`${signs[kind]} ${text}`] : []));
  return shown.length === 0 ? undefined
    : ['it is no longer so (- recorded, + now):', ...shown].join('\n');
}

/**
 * What has changed since a run was recorded, to be read by people; undefined if nothing has.
 * @param recorded, now { status, text, counts, loop }, of which there may be less
 * @param level as levelOf gives it
 * @param quotes what the page quotes of it
 * @param kind as kindOf gives it
 * @param isFirmwareSame whether the firmware is a recorded one
 * @param isOtherwise whether this Linux does otherwise, so that the run has another end
 * @param isStuck whether this QEMU does not let it come to its end
 */
export function compare(recorded, now, {
  level = levels.all, quotes = [], kind = 'console', isFirmwareSame = true, isOtherwise = false,
  isStuck = false,
} = {}) {
  const changes = [];
  const expect = (what, before, after) => {
    const texts = [before, after].map((value) => JSON.stringify(value) ?? 'none');
    if (texts[0] !== texts[1]) {
      changes.push(`${what}: recorded was ${texts[0]}, now it is ${texts[1]}`);
    }
  };
  if (!isOtherwise && !isStuck) {
    expect('the status', recorded.status, now.status);
  }
  if (recorded.loop && now.loop) { // one that leads through the firmware may have been seen as none
    expect('the loop', recorded.loop, now.loop);
  }
  if (level === levels.all) {
    expect('the counts', recorded.counts, now.counts);
  }
  const shown = level === levels.quoted ? withoutFirmware(now.text) : [];
  for (const quote of level === levels.quoted ? quotes : []) {
    if (!shown.some((line) => line.includes(quote) || shapeOf(line).includes(shapeOf(quote)))) {
      changes.push(`the page quotes "${quote}", which is no longer there`);
    }
  }
  const [before, after] = [recorded, now]
    .map(({ text }) => linesOf(text, level, kind, isFirmwareSame));
  if (kind === 'log' && level === levels.quoted && after.length === 0) {
    return changes.join('\n') || undefined; // what is looked for may be at an address of Linux
  }
  const lines = isOtherwise ? [before, after.slice(0, before.length)]
    : isStuck && after.length > 0 ? [before.slice(0, after.length), after] : [before, after];
  return [...changes, difference(...lines)].filter(Boolean).join('\n') || undefined;
}

/** What there is to compare where this Linux does otherwise than the recorded series. */
function otherwise({ until }, before, now, quotes) {
  const all = before.text.split('\n');
  const last = all.findIndex((line) => until && line.includes(until)); // that may never come
  const lines = all.filter((_, index) => index !== last);
  return {
    before: { ...before, text: lines.join('\n') },
    now: now.error && now.shown ? { text: now.shown } : now,
    quotes: quotes.filter((quote) => lines.some((line) => line.includes(quote) && !isLinux(line))),
  };
}

/**
 * What has changed of a run on one QEMU, to be read by people; undefined if nothing has.
 * @param recorded as readRecorded gives it
 * @param chapter as recordChapter gives it
 * @param index that of the QEMU
 */
export function changesOfRun(recorded, chapter, name, index) {
  const entry = recorded?.runs[name];
  const all = chapter.runs[name];
  if (!entry || !all) {
    return entry ? 'it is recorded, but no longer run: make recordings removes it'
      : `it is not recorded: make recordings STEP=${chapter.step.slice(0, 2)}`;
  }
  const { run, commands, linux, results: { [index]: result } } = all;
  // A QEMU of another version is taken for the last that is not newer.
  const second = Number.parseInt(recorded.versions['qemu.second'], 10);
  const recordedEntry = entry.second && qemus[index].major >= second ? entry.second : entry;
  const isOtherwise = linux && run.series !== undefined
    && !chapter.versions.linux.startsWith(`${run.series}.`);
  const quoted = quotesOf(chapter.page, name);
  const isStuck = standsStill(run, qemus[index]);
  const { before, now, quotes } = isOtherwise
    ? otherwise(run, recordedEntry, result, quoted)
    : { before: recordedEntry, now: result, quotes: isStuck ? [] : quoted };
  if (now.error) {
    return [now.error, now.log].filter(Boolean).join('\n');
  }
  const shown = (texts) => texts.join('; ');
  if (shapeOf(shown(commands)) !== shapeOf(shown(entry.commands))) { // as with llvm-nm's number
    return `recorded was ${shown(entry.commands)}, now it is ${shown(commands)}`;
  }
  const isFirmwareSame = isMachine(recorded.versions, chapter.versions, index);
  return compare(before, now, {
    level: levelOf(recorded.versions, chapter.versions, run, linux, isFirmwareSame),
    quotes,
    kind: kindOf(run),
    isFirmwareSame,
    isOtherwise,
    isStuck,
  });
}

/** How much a number can be the same: as the runs from which it is counted, on the first QEMU. */
function levelsOfNumber(recorded, { versions, runs }, reads) {
  const isFirst = isMachine(recorded.versions, versions, 0, [0]);
  return reads.map((name) => runs[name]).filter(Boolean)
    .map(({ run, linux }) => levelOf(recorded.versions, versions, run, linux, isFirst));
}

/** What is wrong with a chapter's numbers, as lines. */
function* changesOfNumbers(recorded, chapter) {
  for (const [name, { value, error, reads }] of Object.entries(chapter.numbers)) {
    const known = recorded ? levelsOfNumber(recorded, chapter, reads) : [];
    const isOfLinux = reads.some((read) => chapter.runs[read]?.linux)
      && recorded?.versions.linux !== chapter.versions.linux;
    if (error) {
      if (!isOfLinux) { // another Linux may not say it
        yield `${name}: ${error}`;
      }
    } else if (known.every((level) => level === levels.all) && recorded?.numbers[name] !== value) {
      yield `${name}: recorded was ${recorded?.numbers[name]}, now it is ${value}`;
    }
  }
}

/** What has changed of a chapter's states and numbers, and what is wrong with them, as lines. */
export function changesOfTheRest(recorded, chapter) {
  const states = Object.fromEntries((recorded?.states ?? [])
    .map(({ section, result }) => [section, result]));
  const gone = (before, names) => Object.keys(before ?? {}).filter((each) => !names.includes(each));
  return [
    chapter.error,
    ...chapter.states.map(({ section, result, error }) => error ?? (states[section] !== result
      && `the state after "${section}": recorded was ${states[section]}, now it is ${result}`)),
    ...changesOfNumbers(recorded, chapter),
    ...gone(states, chapter.states.map(({ section }) => section))
      .map((section) => `there is no section "${section}" with changes`),
    ...gone(recorded?.numbers, Object.keys(chapter.numbers))
      .map((name) => `there is no number ${name}`),
  ].filter(Boolean);
}
