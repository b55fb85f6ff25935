// What a browser loads for each chapter, gzipped and with an empty cache.
import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, test } from 'node:test';

import { steps } from '../../../book/lib/steps.mjs';
import { openTab } from './chromium.mjs';
import { serve } from './serve.mjs';

const most = 120 * 1024;

/**
 * A test for each chapter of a built site.
 * @param room bytes that have to be left
 */
export function testWeight(browser, directory, base = '/', room = 0) {
  describe('with an empty cache at most 120 KiB are loaded', { concurrency: 2 }, () => {
    for (const step of steps) {
      test(`for ${step}`, async (t) => {
        const server = await serve(directory, base);
        t.after(server.close);
        const context = await browser.newContext();
        t.after(() => context.close());
        const tab = await openTab(context, server.address);
        await tab.goto(`${server.address}${step}/`, { waitUntil: 'networkidle' });
        const sum = server.responses.reduce((total, { bytes }) => total + bytes, 0);
        const list = server.responses.map(({ path, bytes }) => `${basename(path)} ${bytes}`);
        assert.ok(list.length > 2 && sum <= most - room, `${sum} bytes: ${list.join(', ')}`);
      });
    }
  });
}
