// What is run for a chapter: the `runs` of book/NN-name/runs.mjs, checked, and with what goes
// without saying. The one place that says what can be asked for.
//
//   export const runs = { run: {}, 'no-x8': { patch: 'no-x8.patch' } };
//   export const numbers = { 'exit.instructions': (recorded) => recorded.exit.trace.length };
//
// A run is an object, and everything in it may be left out. `{}` is `make run` in the step's
// directory, at a terminal, until it ends. Each step has a run of the name `run`; where runs.mjs
// has none it is the one of `usual` below.
//
// What runs:
//   state: 'The way out'     the state after that section of the page, instead of the step. One
//                            that does not link is run by name too: what the linker says is shown
//   patch: 'no-x8.patch'     with this patch of book/NN-name/ applied to it (`git apply`)
//   variables: { GUEST: 'guest/forms.cpp' }      for make
//   target: 'build'          of make, instead of `run`
//   counted: true            by QEMU's count of instructions, as -icount shift=0,sleep=off -seed 1:
//                            for runs whose counts or times are shown
//
// How it goes on and ends:
//   type: [['exit powers off.', 'meow'], …]      a line is typed when the console shows the text
//                            before it, after the text of the line before, and the hart waits; ''
//                            is Enter alone, where it must be one key
//   terminal: false          as in a pipe: nobody types, and `run:` says something else
//   limit: 5                 ended after so many seconds (LIMIT=5; no terminal). Not for what hangs
//                            for sure: `until: 'loop'` waits no longer than it must
//   until: 'loop'            a silent failure: ended when QEMU's monitor finds the hart in the same
//                            loop again and again, while nothing is printed
//   after: 'some text'       with until: 'loop': looked for when the console has shown this, where a
//                            long silence before would be taken for a loop
//   until: 'some text'       ended when the console shows the text
//   registers: ['pc', 'sp']  with `until`: what the monitor then says of these is shown as well.
//                            `V` is 1 in a guest. Default with 'loop' and no `monitor`: V, pc
//                            and sp
//   monitor: ['x /1gx 0x80200050']   with `until`: what the monitor then answers is shown as well.
//   handsOn: true            the firmware hands a trap of the guest on to the hypervisor. Where a QEMU
//                            does not let it (record/machine.mjs), what is printed before is compared
//   series: '6.1'            it shows what Linux of this series does, and another series otherwise:
//                            with one of those, what Linux says is not compared, and `until` need
//                            not come
//
// What is recorded instead of the console:
//   command: 'llvm-nm {elf}' what this prints, once what runs is built. {elf} is the hypervisor,
//                            {out} the directory of what is built, {step} the step's; LLVM's tools
//                            get their suffix
//   log: 'int'               the lines of QEMU's log (-d int) that `lines` matches
//   trace: { exit: 1 }       the first exit of the guest, instruction by instruction, from
//                            exit_guest to sret (NAME.trace.json). `from` and `to` name another
//                            symbol to begin at, and another instruction to end with
//   exits: true              where all exits of the run go, counted (NAME.exits.json); with `until`,
//                            those before that text
//   table: true              with `until`: the second-stage table that the console names with the
//                            words `hgatp 0x…`, as it is then in memory (NAME.table.json)
//   request: true            with `until`: the first request in a virtqueue, out of the lines that a
//                            patch has the hypervisor print for each thing that driver or device
//                            does (NAME.request.json); record/request.mjs says which lines
//   lines: /ecall/           with `log` or `command`: only the lines that it matches. What the
//                            reader types has a grep -E with it
//   count: { calls: /ecall/ }   counts lines of the log, before `lines` takes some, or of the
//                            console; for `numbers`
//
// `numbers` are functions of what was recorded on the first QEMU: by the name of the run
// { text, lines, status, counts, trace, exits, table, request }; lines are without those of the
// firmware.

import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { refuse } from '../../common/stairs/steps.mjs';
import { bookDirectory } from '../lib/page.mjs';

const chapterDirectory = (step) => path.join(bookDirectory, step);

/** The run `run` of a step that has no other one. */
const usual = {
  '01-boot': { until: 'loop' },
  '15-virtio-blk': { type: [['exit powers off.', 'meow'], ['> ^ <', 'exit']] },
};

const isText = (value) => typeof value === 'string' && value !== '';
const isFlag = (value) => typeof value === 'boolean';
const isPattern = (value) => value instanceof RegExp;
const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);
const isTexts = (value) => Array.isArray(value) && value.every(isText);

/** What each property has to be: how that is said, and whether it is so. */
const properties = {
  state: ['the title of a section', isText],
  patch: ['the name of a file *.patch', (value) => /^[\w-]+\.patch$/.test(value)],
  variables: ['an object', isObject],
  target: ['a text', isText],
  counted: ['true or false', isFlag],
  type: ['a list of pairs [text to wait for, line to type]', (value) => Array.isArray(value)
    && value.every((pair) => pair.length === 2 && isText(pair[0]) && typeof pair[1] === 'string')],
  terminal: ['true or false', isFlag],
  limit: ['a number of seconds', (value) => Number.isInteger(value) && value > 0],
  until: ["'loop' or a text", isText],
  after: ['a text', isText],
  registers: ['a list of names', isTexts],
  monitor: ['a list of commands', isTexts],
  handsOn: ['true', (value) => value === true],
  series: ["a series of Linux, as '6.1'", (value) => /^\d+\.\d+$/.test(value)],
  command: ['a text', isText],
  log: ["a text, as QEMU's -d takes it", isText],
  trace: ['an object', isObject],
  exits: ['true', (value) => value === true],
  table: ['true', (value) => value === true],
  request: ['true', (value) => value === true],
  lines: ['a regular expression that grep -E understands too: of \\…, only \\d, \\w, \\b and signs',
    (value) => isPattern(value) && !/\\[A-Zace-vxyz]|\(\?/.test(value.source)],
  count: ['an object of regular expressions', (value) => isObject(value)
    && Object.values(value).every(isPattern)],
};

/** What does not go together, and what needs another: [property, other ones]. */
const excludes = [
  ['command', ['log', 'trace', 'type', 'limit', 'until', 'target', 'counted', 'terminal', 'count']],
  ['trace', ['log', 'type', 'limit', 'until', 'target', 'terminal', 'lines', 'count']],
  ['table', ['command', 'log', 'trace', 'limit', 'target', 'registers', 'monitor', 'count']],
  ['request', ['command', 'log', 'trace', 'table', 'exits', 'limit', 'target', 'registers',
    'monitor', 'count']],
  ['exits', ['command', 'log', 'trace', 'table', 'limit', 'target', 'registers', 'monitor',
    'count']],
  ['limit', ['until', 'type']],
  ['terminal', ['type', 'until', 'limit']],
];
const needs = [
  ['after', ['until']], ['registers', ['until']], ['monitor', ['until']], ['table', ['until']],
  ['request', ['until']],
  ['lines', ['log', 'command']],
];

/** Throws in one line what is wrong with a run. */
function checkRun(what, run) {
  if (!isObject(run)) {
    refuse(`${what} is no object`);
  }
  for (const [property, value] of Object.entries(run)) {
    const [expected, holds] = properties[property] ?? refuse(`${what} has a ${property}, but `
      + `there is no such property: there are ${Object.keys(properties).join(', ')}`);
    if (!holds(value)) {
      refuse(`${what}: ${property} must be ${expected}`);
    }
  }
  const has = (property) => property in run;
  for (const [property, others] of excludes) {
    const other = has(property) && others.find(has);
    if (other) {
      refuse(`${what}: ${property} and ${other} do not go together`);
    }
  }
  for (const [property, others] of needs) {
    if (has(property) && !others.some(has)) {
      refuse(`${what}: ${property} needs ${others.join(' or ')}`);
    }
  }
}

/**
 * What is run for a chapter: { runs, numbers }, both by name.
 * @param {string} directory of the chapter's files
 */
export async function readRuns(step, directory = chapterDirectory(step)) {
  const file = path.join(directory, 'runs.mjs');
  const name = path.relative(path.dirname(bookDirectory), file);
  let module = {};
  if (fs.existsSync(file)) {
    module = await import(pathToFileURL(file))
      .catch((error) => refuse(`${name}: ${error.message}`));
  }
  const runs = { run: usual[step] ?? {}, ...module.runs };
  for (const [run, options] of Object.entries(runs)) {
    if (!/^[a-z0-9][\w-]*$/i.test(run)) {
      refuse(`${name}: ${run}: letters, digits and - make the name of a run`);
    }
    checkRun(`${name}: ${run}`, options);
    if (options.patch && !fs.existsSync(path.join(directory, options.patch))) {
      refuse(`${name}: ${run}: there is no file ${options.patch}`);
    }
  }
  return { runs, numbers: module.numbers ?? {} };
}
