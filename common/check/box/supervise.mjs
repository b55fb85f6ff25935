// Runs a command in a room until it ends, or has used up what it may use. Then the room is closed:
// nothing that the command has started goes on, or holds what it was written to.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** Collects what comes, and no more than `most` bytes of it. */
function collect(stream, most, onTooMuch) {
  const parts = [];
  let size = 0;
  stream.on('data', (part) => {
    size += part.length;
    if (size <= most) {
      parts.push(part);
    } else {
      onTooMuch();
    }
  });
  return parts;
}

function kill(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}

/** What a command has used up, in words; undefined if it is within its limits. */
function excessOf(room, start, { clock, cpuOfAll, memoryOfAll }) {
  const { cpu, memory } = room.used();
  if (cpu > cpuOfAll) {
    return `it has used more than ${cpuOfAll} seconds of CPU time`;
  }
  if (memory > memoryOfAll) {
    return `it has used more than ${memoryOfAll} bytes of memory`;
  }
  return performance.now() - start > 1000 * clock ? `it has taken more than ${clock} seconds`
    : undefined;
}

/**
 * @param {object} room it is closed in the end
 * @param {object} limits one of limits.mjs
 * @returns {Promise<{ status: number, stdout: Buffer, stderr: string, excess: string }>} excess:
 *   what of the limits was reached, in words
 */
export async function runWithin(room, command, limits) {
  const [program, ...words] = room.words(command, limits);
  const start = performance.now();
  const child = spawn(program, words, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  let excess;
  const stop = (why) => {
    excess ??= why;
    kill(child);
  };
  const stdout = collect(child.stdout, limits.program,
    () => stop(`its program has more than ${limits.program} bytes`));
  const stderr = collect(child.stderr, limits.output,
    () => stop(`it has printed more than ${limits.output} bytes`));
  const exit = once(child, 'exit');
  const closed = once(child, 'close');
  while (child.exitCode === null && child.signalCode === null) {
    await Promise.race([exit, sleep(200)]);
    const why = excessOf(room, start, limits);
    if (why !== undefined) {
      stop(why);
    }
  }
  const [status, signal] = await exit;
  kill(child); // who is in its group still; without a box there is no more to end
  await room.close();
  await Promise.race([closed, sleep(5000, undefined, { ref: false })]);
  [child.stdout, child.stderr].forEach((stream) => stream.destroy());
  return {
    status: status ?? signal, stdout: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString(), excess,
  };
}
