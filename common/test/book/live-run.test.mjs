// A run as a page has it, without a page: with a machine that does nothing but wait for its timer.
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';

import { Run } from '../../../book/.vitepress/theme/live-run.mjs';

const step = 1_000_000; // ticks from one event of the timer to the next: 100 ms

/** A StrictMachine, as far as a run that never prints asks for it. */
class Sleeper {
  instructions = 0;
  ticks = 0;
  exits = 0;
  mode = 'VS-mode';
  untilEvent = step;

  stopAtExit() {}

  run() {
    this.instructions += 1;
    return { stop: 'waiting', output: new Uint8Array() };
  }

  wait(ticks) {
    this.ticks += ticks;
  }
}

test('what was taken for standing still is told once, and waits no more', () => {
  mock.timers.enable({ apis: ['setTimeout'] });
  const machine = new Sleeper();
  const told = [];
  const about = { chapter: 15, linux: true, until: 'loop', registers: ['V'] };
  const run = new Run(machine, about, (state) => told.push(state));
  run.go();
  const stills = () => told.filter(({ why }) => why === 'still').length;
  for (let times = 0; times < 100 && stills() === 0; ++times) {
    mock.timers.tick(100);
  }
  const { ticks } = machine;
  mock.timers.tick(10_000);
  assert.deepEqual([stills(), machine.ticks], [1, ticks]);
  assert.deepEqual(told.at(-1).monitor, ['info registers', ' V      =   1']);
  run.end();
});
