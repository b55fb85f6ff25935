// Whether a recording is still true.

import { qemus } from '../../common/test/machine.mjs';
import { compareTexts } from '../lib/difference.mjs';
import { withoutFirmware } from './text.mjs';

/** How much of a recording must be the same. */
const levels = { all: 'all', shape: 'shape', quoted: 'quoted' };

/**
 * How much of a recording can be the same on this machine:
 *   all      its versions are the recorded ones
 *   shape    all but its numbers: the compiler, or its C++ headers, is another one
 *   quoted   what the hypervisor says, but for numbers, and what the page quotes: Linux is another
 *            one, or what was recorded is the compiler's
 * @param recorded, versions those of the recording, and of this machine
 * @param run what is asked for
 * @param linux whether Linux has run
 */
export function levelOf(recorded, versions, run, linux) {
  const isSame = (name) => recorded[name] === versions[name];
  if (linux && !isSame('linux')) {
    return levels.quoted;
  }
  if (isSame('clang') && isSame('libstdc++')) {
    return levels.all;
  }
  return run.command || run.trace ? levels.quoted : levels.shape;
}

/** What may differ on any machine. */
const withoutChance = (line) => line
  .replace(/^\[ *\d+\.\d+\] /, '[ time ] ')
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

/** The lines of a recording that must be the same. */
function linesOf(text, level, isTrace) {
  const lines = withoutFirmware(text);
  switch (level) {
    case levels.all: return lines.map(withoutChance);
    case levels.shape: return lines.map(shapeOf);
    default: return isTrace ? worldSwitch(text) : withoutRepeats(
      lines.filter((line) => line.startsWith('hypervisor: ')).map(shapeOf),
    );
  }
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
 * @param isTrace whether the text is that of a trace
 */
export function compare(recorded, now, { level = levels.all, quotes = [], isTrace = false } = {}) {
  const changes = [];
  const expect = (what, before, after) => {
    const texts = [before, after].map((value) => JSON.stringify(value) ?? 'none');
    if (texts[0] !== texts[1]) {
      changes.push(`${what}: recorded was ${texts[0]}, now it is ${texts[1]}`);
    }
  };
  expect('the status', recorded.status, now.status);
  if (recorded.loop && now.loop) { // one that leads through the firmware may have been seen as none
    expect('the loop', recorded.loop, now.loop);
  }
  if (level === levels.all) {
    expect('the counts', recorded.counts, now.counts);
  }
  const shapes = level === levels.quoted ? withoutFirmware(now.text).map(shapeOf) : [];
  for (const quote of level === levels.quoted ? quotes : []) {
    if (!shapes.some((line) => line.includes(shapeOf(quote)))) {
      changes.push(`the page quotes "${quote}", which is no longer there`);
    }
  }
  const lines = [recorded, now].map(({ text }) => linesOf(text, level, isTrace));
  return [...changes, difference(...lines)].filter(Boolean).join('\n') || undefined;
}

/**
 * What has changed of a run on one QEMU, to be read by people; undefined if nothing has.
 * @param recorded as readRecorded gives it
 * @param chapter as recordChapter gives it
 * @param index that of the QEMU
 */
export function changesOfRun(recorded, chapter, name, index) {
  const before = recorded?.runs[name];
  const now = chapter.runs[name];
  if (!before || !now) {
    return before ? 'it is recorded, but no longer run: make recordings removes it'
      : `it is not recorded: make recordings CHAPTER=${chapter.step.slice(0, 2)}`;
  }
  const { run, commands, results: { [index]: result } } = now;
  if (result.error) {
    return [result.error, result.log].filter(Boolean).join('\n');
  }
  const shown = (all) => all.join('; ');
  if (shapeOf(shown(commands)) !== shapeOf(shown(before.commands))) { // as with llvm-nm's number
    return `recorded was ${shown(before.commands)}, now it is ${shown(commands)}`;
  }
  // A QEMU of another version is taken for the last that is not newer.
  const second = Number.parseInt(recorded.versions['qemu.second'], 10);
  const isSecond = before.second && qemus[index].major >= second;
  return compare(isSecond ? before.second : before, result, {
    level: levelOf(recorded.versions, chapter.versions, run, before.linux),
    quotes: quotesOf(chapter.page, name),
    isTrace: run.trace !== undefined,
  });
}

/** What has changed of a chapter's states and numbers, and what is wrong with them, as lines. */
export function changesOfTheRest(recorded, chapter) {
  const states = Object.fromEntries((recorded?.states ?? [])
    .map(({ section, result }) => [section, result]));
  const isSame = (name) => recorded?.versions[name] === chapter.versions[name];
  const areNumbersSame = ['clang', 'libstdc++', 'linux'].every(isSame);
  const gone = (before, names) => Object.keys(before ?? {}).filter((each) => !names.includes(each));
  return [
    chapter.error,
    ...chapter.states.map(({ section, result, error }) => error ?? (states[section] !== result
      && `the state after "${section}": recorded was ${states[section]}, now it is ${result}`)),
    ...Object.entries(chapter.numbers).map(([name, value]) => value.error ?? (areNumbersSame
      && recorded?.numbers[name] !== value
      && `${name}: recorded was ${recorded?.numbers[name]}, now it is ${value}`)),
    ...gone(states, chapter.states.map(({ section }) => section))
      .map((section) => `there is no section "${section}" with changes`),
    ...gone(recorded?.numbers, Object.keys(chapter.numbers))
      .map((name) => `there is no number ${name}`),
  ].filter(Boolean);
}
