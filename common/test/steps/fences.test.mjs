// Fences that no QEMU misses: without them the hypervisor runs there as before. So these tests read
// what the compiler has made of them.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';

import { listSteps, stepsDirectory } from '../../stairs/steps.mjs';
import { built, root, userEnvironment } from '../machine.mjs';
import { disassemble, functionsAt } from '../symbols.mjs';

/** The steps that have Vcpu::load; those that store a guest's code; those that have a virtqueue. */
const entering = ['05', '06', '07', '08', '09', '10', '11', '12', '13', '14', '15'];
const loading = entering.slice(3);
const withQueue = ['15'];

const steps = listSteps(stepsDirectory);
const stepOf = (number) => steps.find((name) => name.startsWith(`${number}-`));

const files = new Map();
/** Builds a step where nobody else does, once. Returns the hypervisor's file. */
function build(step) {
  if (!files.has(step)) {
    files.set(step, buildAnew(step));
  }
  return files.get(step);
}
function buildAnew(step) {
  const out = path.join(built, 'fences', step);
  const words = ['-C', path.join('steps', step), 'build', `OUT=${out}`];
  execFileSync('make', words, { cwd: root, env: userEnvironment(), stdio: 'pipe' });
  return path.join(out, 'hypervisor.elf');
}

/**
 * The instructions of `elf` whose text `matches` and that belong to a function whose name matches
 * `where`, with their neighbours: { text, address, before, after }.
 */
function find(elf, matches, where) {
  const all = disassemble(elf);
  const found = all.map((one, index) => ({
    ...one, before: all[index - 1]?.text ?? '', after: all[index + 1]?.text ?? '',
  })).filter(({ text }) => matches.test(text));
  const functions = functionsAt(elf, found.map(({ address }) => address));
  return found.filter((_, index) => functions[index].some((name) => where.test(name)));
}

/** Does the fence `text` hold back the accesses `later` until those of `earlier` are done? */
function orders(text, earlier, later) {
  const [, before = 'rw', after = 'rw'] = /^fence(?: ([iorw]+), ([iorw]+))?$/.exec(text);
  return [...earlier].every((kind) => before.includes(kind))
    && [...later].every((kind) => after.includes(kind));
}

/** Each with what comes before and after it; see Vcpu::load for why. */
const switching = ['csrw vsatp', 'csrw hgatp', 'csrr hgatp', 'hfence.gvma', 'hfence.vvma'];
for (const number of entering) {
  test(`step ${number}: stage 2 changes without a translation of the old one, and is read back`, () => {
    const elf = build(stepOf(number));
    const found = find(elf, /^(csrwi? (vsatp|hgatp),|csrr \w+, hgatp|hfence\.)/, /^Vcpu::load\(/);
    const order = found.map(({ text }) => text.replace(/^csrr \w+,/, 'csrr')
      .replace(/^csrwi/, 'csrw').replace(/,.*/, ''));
    assert.deepEqual(order, switching);
  });
}

for (const number of loading) {
  test(`step ${number}: the guest fetches what has been stored for it (fence.i)`, () => {
    const elf = build(stepOf(number));
    const loader = /^Vm::Vm\(|^\(anonymous namespace\)::load_guest\(/;
    const fences = find(elf, /^fence\.i$/, loader);
    assert.equal(fences.length, 1, 'a fence.i where the guest is loaded');
  });
}

for (const number of withQueue) {
  test(`step ${number}: the order in which driver and device see a virtqueue`, () => {
    const elf = build(stepOf(number));
    const fences = (where) => find(elf, /^fence( [iorw]+, [iorw]+)?$/, where);

    const taking = fences(/^Virtqueue::take\(/);
    assert.ok(taking.some(({ text, before }) => /^lhu? /.test(before) && orders(text, 'r', 'rw')),
      'the index is read before all that it tells of');

    const completing = fences(/^Virtqueue::complete\(/);
    const release = completing.findIndex(({ text, after }) => /^sh /.test(after)
      && orders(text, 'rw', 'w'));
    assert.ok(release >= 0, 'the index is written behind all that it tells of');
    assert.ok(completing.slice(release + 1).some(({ text }) => orders(text, 'rw', 'rw')),
      'the index is written before it is asked whether the driver wants to be interrupted');
  });
}
