// The Chromium that prints the book, and with which its tests look at it.
import { spawnSync } from 'node:child_process';
import { chromium } from 'playwright-core';
import { refuse } from '../../common/stairs/steps.mjs';

/** The place of a program; tools.txt has those that are needed. */
export function programOf(name) {
  const { status, stdout } = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' });
  return status === 0 ? stdout.trim()
    : refuse(`there is no ${name}: make setup SETUP=pdf installs it`);
}

/** Starts it with a profile of its own that is empty, and without what it does on its own. */
export const startBrowser = () => chromium.launch({
  executablePath: programOf('chromium'),
  args: ['--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});
