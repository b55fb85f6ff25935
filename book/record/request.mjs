// The first request in a virtqueue, as the patch of a run has it printed: a line for each thing that
// driver or device does.

import { refuse } from '../../common/stairs/steps.mjs';
import { stepsOf } from '../lib/request.mjs';

const hex = '(0x[0-9a-f]+)';
const begin = new RegExp(`^queue of (\\d+) at ${hex}, ${hex}, ${hex}, all 0$`);

/** What is done, after who does it: a pattern, and what the parts of it are. */
const events = [
  [new RegExp(`^(stores|reads) (\\d+) bytes at ${hex}: ${hex}$`), ['does', 'size', 'at', 'value']],
  [/^(notifies) of (\d+), InterruptStatus (\d+)$/, ['does', 'value', 'status']],
  [/^(takes) (\d+), taken_ (\d+)$/, ['does', 'value', 'count']],
  [/^(answers), completed_ (\d+)$/, ['does', 'count']],
  [/^(interrupts), InterruptStatus (\d+)$/, ['does', 'status']],
];

/** A number is one in JSON, an address or a pattern stays text. */
const valueOf = (text) => (/^\d+$/.test(text) ? Number(text) : text);

function readEvent(line) {
  const [, by, what] = /^(driver|device) (.*)$/.exec(line) ?? [];
  for (const [pattern, names] of events) {
    const parts = what && pattern.exec(what)?.slice(1);
    if (parts) {
      const values = names.map((name, index) => [name, valueOf(parts[index])]);
      return { by, ...Object.fromEntries(values) };
    }
  }
  return undefined;
}

/**
 * Reads a request.
 * @returns { queue, events }: where the areas of the queue lie, with its size, and what was done, in
 *   order
 */
export function readRequest(console) {
  const lines = [...console.matchAll(/^hypervisor: (.*)$/gm)].map(([, line]) => line);
  const [, size, descriptors, driver, device] = lines.map((line) => begin.exec(line)).find(Boolean)
    ?? refuse('the console does not say queue of … at 0x…, 0x…, 0x…, all 0');
  const request = {
    queue: { size: Number(size), descriptors, driver, device },
    events: lines.map(readEvent).filter(Boolean),
  };
  try {
    stepsOf(request);
  } catch (error) {
    refuse(error.message);
  }
  return request;
}

/** A request as it is stored: JSON, an event a line. */
export const requestText = ({ queue, events: all }) => `{ "queue": ${JSON.stringify(queue)},\n`
  + `"events": [\n${all.map((event) => JSON.stringify(event)).join(',\n')}\n] }\n`;
