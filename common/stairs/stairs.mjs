// Prints how much each step adds to the one before it, and fails on what does not belong into a
// staircase: too much at once, what the step itself does not use (names.mjs says what that means),
// and lines that change without a reason that a chapter could tell.
//
//   --steps DIR     the directory of the steps
//   --common DIR    what the steps share, instead of `common` beside them
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { unusedNames } from './names.mjs';
import {
  filesIn, git, isTelling, listSteps, number, refuse, runTool, shown, withoutComments,
} from './steps.mjs';

/** The changed lines, added plus removed, that a chapter should have at most. */
const AIM = 250;

/** The changed lines that it may have. Two chapters have two things to tell. */
const limitOf = (step) => ([8, 13].includes(number(step)) ? 330 : 300);

/** What counts: the hypervisor's own code, without Makefile, device tree and programs in guest/. */
const counts = (path) => /\.(cpp|hpp|S|ld)$/.test(path) && !/^guest\//.test(path);

/** A copy from common/ is at least so many telling lines in a row: fewer are alike by chance. */
const RUN = 6;

/**
 * The files of common/ that can be copied from. Tests and the strict machine repeat what a
 * specification says, on purpose; a patch quotes the steps, not they it.
 */
const isSource = (path) => /(^|\/)Makefile$|\.(cpp|hpp|c|h|S|ld|mk|dts|sh)$/.test(path) &&
  !/^(test\/(?!guests\/)|machine\/)/.test(path);

/** The one comment that changes with every step. */
const isTitle = (line) => /^# Step \d+: /.test(line);

/**
 * The differences between two directories below `directory`, as `git diff` sees them; each hunk
 * is one run of changed lines.
 */
function compare(directory, before, after) {
  const args = ['diff', '--no-index', '-U0', '--no-renames', '--no-color', '--no-ext-diff',
    '--no-textconv', '--diff-algorithm=default', '--src-prefix=a/', '--dst-prefix=b/'];
  const output = git(directory, [...args, before, after], { accepted: [0, 1] }).split('\n');
  const files = [];
  for (let at = 0; at < output.length; ++at) {
    const path = /^diff --git a\/.* b\/[^/]+\/(.*)$/.exec(output[at])?.[1];
    const hunk = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(output[at]);
    if (path) {
      files.push({ path, inBoth: true, hunks: [] });
    } else if (/^(new|deleted) file mode/.test(output[at])) {
      files.at(-1).inBoth = false;
    } else if (/^(old|new) mode/.test(output[at])) {
      const [, which, mode] = /^(old|new) mode \d*(\d{3})/.exec(output[at]);
      files.at(-1)[`${which}Mode`] = mode;
    } else if (hunk) {
      // By their number, since a removed line may look like any header.
      const take = (count) => {
        const lines = output.slice(at + 1, at + 1 + count).map((line) => line.slice(1));
        at += count;
        at += output[at + 1]?.startsWith('\\') ? 1 : 0;
        return lines;
      };
      // Of no lines, git gives the place before them.
      const [oldLine, oldCount, newLine, newCount] = hunk.slice(1).map((n) => Number(n ?? 1));
      const [removed, added] = [take(oldCount), take(newCount)];
      files.at(-1).hunks.push({
        oldLine: oldLine + (oldCount === 0),
        newLine: newLine + (newCount === 0),
        removed,
        added,
      });
    }
  }
  return files;
}

/** A file of a step: its lines as they are, and without comments. */
function readLines(path) {
  const text = readFileSync(path, 'utf8');
  return { lines: text.split('\n'), code: withoutComments(path, text) };
}

const squeezed = (lines) => lines.join('').replace(/\s/g, '');

/** How often each line is there. */
function tally(lines) {
  const counted = new Map();
  lines.forEach((line) => counted.set(line, (counted.get(line) ?? 0) + 1));
  return counted;
}

/**
 * The hunks of a file that change nothing, as [line in the new file, why].
 * @param old, now what readLines gives for the file in the two steps
 */
function* idleHunks({ hunks }, old, now) {
  const codeOf = ({ code }, line, { length }) => squeezed(code.slice(line - 1, line - 1 + length));
  const isIdle = ({ oldLine, newLine, removed, added }) =>
    codeOf(old, oldLine, removed) === codeOf(now, newLine, added);
  const once = { old: tally(old.lines), now: tally(now.lines) };

  // Code that comes to stand in a loop is indented, and its blank lines part it into hunks.
  const blocks = [];
  hunks.forEach((hunk, at) => {
    const from = at === 0 ? 0 : hunks[at - 1].newLine - 1 + hunks[at - 1].added.length;
    const isApart = now.lines.slice(from, hunk.newLine - 1).some((line) => line.trim() !== '');
    if (at === 0 || isApart) {
      blocks.push([]);
    }
    blocks.at(-1).push(hunk);
  });
  const trimmed = (lines) => lines.map((line) => line.trim()).join('\n');
  const excused = new Set(
    blocks.filter((block) => !block.every(isIdle)).flat()
      .filter(({ removed, added }) => trimmed(removed) === trimmed(added)),
  );

  for (const hunk of hunks) {
    const { newLine, removed, added } = hunk;
    if (removed.length === 0 || excused.has(hunk)) {
      continue;
    }
    if (isIdle(hunk)) {
      if (![...removed, ...added].every(isTitle)) {
        const isSpace = squeezed(removed) === squeezed(added);
        yield [newLine, isSpace ? 'only whitespace changes here' : 'only a comment changes here'];
      }
      continue;
    }
    // Moved is what is gone here and new elsewhere in the file. One line of it has to be unlike
    // any other: two places may well lose and gain the same `return`.
    const others = hunks.filter((other) => other !== hunk);
    const gained = new Set(others.flatMap((other) => other.added));
    const lost = new Set(others.flatMap((other) => other.removed));
    const gone = removed.filter((each) => isTelling(each));
    const come = added.filter((each) => isTelling(each));
    const isOnly = (each) => once.old.get(each) === 1 && once.now.get(each) === 1;
    if (gone.some(isOnly) && gone.every((each) => gained.has(each)) &&
      come.every((each) => lost.has(each))) {
      yield [newLine, 'lines are only moved from here'];
    }
  }
}

/** Lines that are there, then are not, and then are there again. */
function churn(directory, steps) {
  const faults = [];
  const lastSeen = {}; // path → line → the index of the last step that has it
  steps.forEach((step, now) => {
    for (const path of filesIn(join(directory, step))) {
      const file = join(directory, step, path);
      const lines = readFileSync(file, 'utf8').split('\n').map((line) => line.trim());
      const known = (lastSeen[path] ??= new Map());
      const absence = (line) => (isTelling(line) ? now - 1 - (known.get(line) ?? now) : 0);
      lines.forEach((line, index) => {
        // Of neighbours that come back together the first speaks for all.
        if (absence(line) > 0 && !(absence(lines[index - 1] ?? '') > 0)) {
          const left = steps[known.get(line) + 1];
          const why = `this had disappeared in ${left} and is back: ${line}`;
          faults.push({ file, line: index + 1, why });
        }
      });
      lines.forEach((line) => known.set(line, now));
    }
  });
  return faults;
}

/** Every place of `file` from which RUN telling lines go on, with those lines as one text. */
function runsOf(file) {
  const telling = readFileSync(file, 'utf8').split('\n')
    .map((line, index) => ({ text: line.trim(), line: index + 1 }))
    .filter(({ text }) => isTelling(text));
  return telling.slice(0, Math.max(telling.length - RUN + 1, 0)).map(({ line }, at) => ({
    line,
    at,
    text: telling.slice(at, at + RUN).map(({ text }) => text).join('\n'),
  }));
}

/** Lines of common/ that a step has copied, in the first step that has them. */
function copies(directory, steps, common) {
  const origins = new Map();
  for (const path of filesIn(common).filter(isSource)) {
    const file = join(common, path);
    runsOf(file).forEach(({ text, line }) => origins.set(text, `${shown(file)}:${line}`));
  }
  const faults = [];
  const told = new Set();
  for (const step of steps) {
    for (const path of filesIn(join(directory, step))) {
      const file = join(directory, step, path);
      let last = -2;
      for (const { text, line, at } of runsOf(file).filter((run) => origins.has(run.text))) {
        if (at !== last + 1 && !told.has(text)) {
          faults.push({ file, line, why: `these lines are a copy of ${origins.get(text)}` });
        }
        told.add(text);
        last = at;
      }
    }
  }
  return faults;
}

/** What is wrong with the change from `before` to `after`. */
function changeFaults(directory, before, after, files) {
  return files.filter(({ inBoth }) => inBoth).flatMap((file) => {
    const [old, now] = [before, after].map((step) => join(directory, step, file.path));
    const faults = [...idleHunks(file, readLines(old), readLines(now))]
      .map(([line, why]) => ({ file: now, line, why }));
    if (file.oldMode !== undefined) {
      faults.push({ file: now, line: 1, why: `its mode was ${file.oldMode}, is ${file.newMode}` });
    }
    return faults;
  });
}

/** What a step declares and nothing in it uses. */
const unused = (directory, steps) => steps.flatMap((step) =>
  unusedNames(join(directory, step)).map(({ path, line, name }) => ({
    file: join(directory, step, path),
    line,
    why: `nothing in this step uses ${name}`,
  })));

/** The size of a change, counted as `git diff --numstat` does. */
function sizeOf(files) {
  const count = (side) => files.flatMap(({ hunks }) => hunks.flatMap((hunk) => hunk[side])).length;
  const [added, removed] = [count('added'), count('removed')];
  return { added, removed, sum: added + removed };
}

function printRow(name, ...cells) {
  console.log(`${name.padEnd(24)}${cells.map((cell) => String(cell).padStart(9)).join('')}`);
}

/** Prints the table. @returns whether the steps are a staircase */
function stairs(directory, common) {
  const steps = listSteps(directory);
  const faults = [];
  const nothing = mkdtempSync(join(tmpdir(), 'stairs-'));
  try {
    printRow('step', 'files', 'added', 'removed', 'sum', 'all');
    steps.forEach((step, index) => {
      const before = number(step) === 1 ? nothing : steps[index - 1];
      if (before === undefined || (before !== nothing && number(step) !== number(before) + 1)) {
        printRow(step, '-', '-', '-', '-', '-');
        console.log(`  (there is no step ${String(number(step) - 1).padStart(2, '0')} yet)`);
        return;
      }
      const files = compare(directory, before, step);
      const own = files.filter(({ path }) => counts(path));
      const { added, removed, sum } = sizeOf(own);
      printRow(step, own.length, added, removed, sum > AIM ? `* ${sum}` : sum, sizeOf(files).sum);
      if (sum > limitOf(step)) {
        const why = `${sum} changed lines, where ${limitOf(step)} are the limit`;
        faults.push({ file: join(directory, step), why });
      }
      faults.push(...changeFaults(directory, before, step, files));
    });
  } finally {
    rmSync(nothing, { recursive: true });
  }
  console.log(`  sum: of the hypervisor; * is above ${AIM}, the aim.  all: with the guest's files`);
  faults.push(
    ...unused(directory, steps), ...churn(directory, steps), ...copies(directory, steps, common),
  );
  for (const { file, line, why } of faults) {
    console.log(`${shown(file)}${line === undefined ? '' : `:${line}`}: ${why}`);
  }
  return faults.length === 0;
}

runTool({ common: { type: 'string' } }, ({ steps, common }, [unknown]) => {
  if (unknown !== undefined) {
    refuse(`${basename(unknown)}: nothing is to be named here, all steps are looked at`);
  }
  return stairs(resolve(steps), common ?? join(resolve(steps), '../common'));
});
