// Tests that no student sees: a private directory with chapters/NN-name.mjs, and guests/ for them.
//
// Such a file imports what a chapter of the checkpoints does, `../failure.mjs`. So it is read from
// a place where these names lead to the checkpoints' own files, and which is gone at once.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { refuse } from '../../stairs/steps.mjs';
import { planOf } from '../plan.mjs';
import { privateFiles } from '../rules.mjs';
import { requireFit } from '../student/command.mjs';
import { root } from '../submission.mjs';
import { temporaryDirectory } from '../temporary.mjs';

const check = path.join(root, 'common', 'check');
const modulesIn = (directory) => fs.readdirSync(directory).filter((name) => name.endsWith('.mjs'));

/** Imports a private chapter beside the names that it knows. */
async function importBeside(directory, step) {
  const place = temporaryDirectory('hidden');
  try {
    modulesIn(check).forEach((name) =>
      fs.symlinkSync(path.join(check, name), path.join(place, name)));
    privateFiles(directory, step).filter((name) => name.startsWith('chapters/'))
      .forEach((name) => fs.cpSync(path.join(directory, name), path.join(place, name)));
    return await import(pathToFileURL(path.join(place, 'chapters', `${step}.mjs`)));
  } finally {
    fs.rmSync(place, { recursive: true });
  }
}

function requirePoints(points, where) {
  const [[how, count] = [], ...more] = Object.entries(points ?? {});
  const most = { added: 100, replace: 60 }[how];
  if (more.length > 0 || !(Number.isInteger(count) && count > 0 && count <= most)) {
    refuse(`${where}: points is { added: N }, up to 100, or { replace: N }, up to 60`);
  }
}

/** Each test has a name of its own, and a boot, of this file or of the public chapter. */
function requireTests(tests, { points, boots, plan, step, where }) {
  const [worth] = Object.values(points);
  if (tests.length === 0 || tests.length > worth) {
    refuse(`${where}: it has ${tests.length} tests, and points for 1 to ${worth}`);
  }
  const known = new Set(plan.tests.map(({ name }) => name));
  for (const { name, says, boot, check: asks, points: own } of tests) {
    if (known.has(name) || !/^[a-z][a-z0-9-]*$/.test(name)) {
      refuse(`${where}: ${name}: another test has this name, or it is none`);
    }
    if (!(boot in boots) && !plan.boots.has(`${step}/${boot}`)) {
      refuse(`${where}: ${name}: there is no boot ${boot}`);
    }
    if (typeof asks !== 'function' || typeof says !== 'string' || !(own > 0)) {
      refuse(`${where}: ${name}: it has no check, no points, or nothing that it says`);
    }
    known.add(name);
  }
}

/** A private guest takes the place of no public one. */
function guestsOf(directory, where) {
  const own = path.join(directory, 'guests');
  const names = fs.existsSync(own) ? fs.readdirSync(own) : [];
  const twice = names.find((name) => fs.existsSync(path.join(check, 'guests', name)));
  return twice ? refuse(`${where}: guests/${twice}: the checkpoints have one of this name`) : own;
}

/** A boot that finds its guests, and its probe, in the private directory. */
function withGuests(boot, guests) {
  const probe = boot.probe && path.join(guests, boot.probe);
  return { ...boot, guests, probe: probe && fs.existsSync(probe) ? probe : boot.probe };
}

/**
 * Reads the private tests of a step.
 * @param {string} directory CHECKS; undefined where there are none
 * @returns {Promise<object>} for planOf: { points, boots, tests }; undefined without a file for it
 */
export async function readHidden(directory, step) {
  if (directory === undefined) {
    return undefined;
  }
  const file = `${step}.mjs`;
  const where = `CHECKS=${directory}: chapters/${file}`;
  if (!fs.existsSync(path.join(directory, 'chapters', file))) {
    refuse(`${where}: there is no such file`);
  }
  requireFit(directory, where);
  const { points, boots = {}, tests = [] } = await importBeside(directory, step);
  const plan = await planOf(step);
  requirePoints(points, where);
  requireTests(tests, { points, boots, plan, step, where });
  const guests = guestsOf(directory, where);
  const isOwn = (boot) => boot in boots;
  return {
    points,
    boots: Object.fromEntries(Object.entries(boots)
      .map(([name, boot]) => [`hidden-${name}`, withGuests(boot, guests)])),
    tests: tests.map((test) => ({
      section: '', hints: [], ...test,
      boot: isOwn(test.boot) ? `hidden-${test.boot}` : test.boot, lasts: false,
    })),
  };
}
