// `make debug`: a debugger that is started as it says stops in the hypervisor, and names where the
// guest was.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';

import { bootTest, complaints, endsWell, root } from '../machine.mjs';

/** Somebody who listens at a port of their own. */
async function listen() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function freePort() {
  const server = await listen();
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** The command that `make debug` says starts gdb. */
async function commandOf(machine) {
  await machine.expect(/^run: no terminal.*\n/m); // which comes after it
  return /^gdb-multiarch .*$/m.exec(machine.output)[0];
}

/** What gdb, started with `command`, says to further commands. */
async function ask(command, ...commands) {
  const words = commands.map((each) => `-ex '${each}'`).join(' ');
  const { stdout } = await promisify(execFile)('sh', ['-c', `${command} -nx -batch ${words}`],
    { timeout: 60_000 });
  return stdout;
}

bootTest('gdb stops in handle_exit, and knows the names of Linux', async (boot) => {
  const machine = boot({ target: 'debug', variables: { DEBUG_PORT: await freePort() } });
  const command = await commandOf(machine);
  const said = await ask(command, 'break handle_exit', 'continue', 'bt', 'info symbol $sepc',
    'delete', 'break run_init_process', 'continue', 'bt', 'kill');
  assert.match(said, /^Breakpoint 1, handle_exit \(/m);
  assert.match(said, /^#0 .*handle_exit .*\n#\d .*Vm::run .*\n#\d .*main /m);
  assert.match(said, /^\w+( \+ \d+)? in section \S+ of .*vmlinux$/m);
  assert.match(said, /^#0 .* run_init_process \(\)\n#1 .* kernel_init \(\)/m);
  await endsWell(machine);
});

bootTest('gdb takes the names of a small guest in the place of the hypervisor\'s', async (boot) => {
  const step = path.join(root, 'steps', '07-hypercall');
  const variables = { DEBUG_PORT: await freePort(), QEMU_FLAGS: '-smp 1' };
  const machine = boot({ target: 'debug', step, variables });
  const command = await commandOf(machine);
  const [swap] = /\bsymbol-file .*hello\.S\.elf$/m.exec(machine.output);
  const said = await ask(command, 'break handle_exit', 'continue', 'bt', swap, 'info line *$sepc',
    'kill');
  assert.match(said, /^#0 .*handle_exit /m);
  assert.match(said, /^Line \d+ of "guest\/hello\.S" starts at .* <next\+8>/m);
  await endsWell(machine);
});

bootTest('a port that is in use, or none, is one line', async (boot) => {
  const server = await listen();
  const { port } = server.address();
  const cases = {
    [port]: `debug: port ${port} is in use: DEBUG_PORT= names another`,
    65536: 'debug: DEBUG_PORT=65536: it is a number from 1 to 65535',
    '12x': 'debug: DEBUG_PORT=12x: it is a number from 1 to 65535',
  };
  for (const [DEBUG_PORT, line] of Object.entries(cases)) {
    const machine = boot({ target: 'debug', variables: { DEBUG_PORT } });
    const { status } = await machine.end();
    assert.notEqual(status, 0);
    assert.deepEqual(complaints(machine), [line]);
  }
  server.close();
}, ({ path: file }) => file === (process.env.TEST_QEMUS ?? 'qemu-system-riscv64').split(' ')[0]);
