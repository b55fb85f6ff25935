// What the endurance tests share.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';

import { built } from '../machine.mjs';

/** All that is drawn at random depends on this. */
export const seed = Number(process.env.SEED ?? 1);
export const boots = Number(process.env.BOOTS ?? 8);
export const minutes = Number(process.env.MINUTES ?? 0.5);

/** What the Makefile built. */
export const work = path.join(built, 'endurance');

/** Random numbers by a seed: mulberry32, by Tommy Ettinger. */
export class Random {
  #state;

  constructor(start) {
    this.#state = Math.imul(start | 0, 0x9e3779b1);
  }

  /** A whole number from 0 on that is less than `limit`. */
  below(limit) {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return Math.floor(((value ^ (value >>> 14)) >>> 0) / 2 ** 32 * limit);
  }

  /** A whole number in a range, its ends included; small ones about as often as large ones. */
  between(least, most) {
    return Math.floor(least * (most / least) ** (this.below(1e6 + 1) / 1e6));
  }

  oneIn(times) {
    return this.below(times) === 0;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}

/** An empty directory. */
export function emptyDirectory(name) {
  const directory = path.join(work, name);
  fs.rmSync(directory, { recursive: true, force: true });
  fs.mkdirSync(directory, { recursive: true });
  return directory;
}

/** Linux must not have complained on the console. */
export function isHealthy(output) {
  const trouble = /BUG|Oops|WARNING|Call Trace|I\/O error|EXT4-fs (error|warning)|stall|blocked/;
  const complaint = output.split('\n').find((line) => trouble.test(line));
  assert.equal(complaint, undefined, 'a complaint on the console');
}
