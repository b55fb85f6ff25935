// The box: what of a submission runs, the compiler's work and the machine, runs in a room of it,
// each time in another. Which kind of box this machine allows is found out by making a room: `root`,
// `user`, or `none`, and then which step is denied.
import { spawnSync } from 'node:child_process';
import os from 'node:os';

import { refuse } from '../../stairs/steps.mjs';
import { root } from '../submission.mjs';
import { bareRoom } from './bare.mjs';
import { building, looking } from './limits.mjs';
import { Denied, Room, runAlone } from './room.mjs';
import { requireOutside, shownFiles, shownRules, shownTools } from './shown.mjs';

/** Looks in the box for what step.mk needs, and for QEMU. */
const toolCheck = ['env', `QEMU=${process.env.QEMU || 'qemu-system-riscv64'}`,
  `LLVM_SUFFIX=${process.env.LLVM_SUFFIX ?? '-19'}`,
  'sh', `${root}/common/install/doctor.sh`, 'check', 'run'];

/** Names the first of its arguments that cannot be read. */
const canRead = 'for file; do [ -r "$file" ] || { echo "$file" >&2; exit 1; }; done';

/** Does all that a box does: throws what is denied. */
async function tryBox(kind) {
  const room = await Room.open(kind, [...shownTools(), ...shownRules()]);
  try {
    const run = (step, command) => {
      const [program, ...words] = room.words(command, looking);
      const { status, stdout, stderr, error } = spawnSync(program, words, { encoding: 'utf8' });
      if (status !== 0) {
        throw new Denied(step, error?.message ?? (stderr || stdout));
      }
    };
    run(kind === 'root' ? 'a command as another user, within limits'
      : 'a command without rights, within limits', ['true']);
    run('writing to the scratch file system', ['touch', `${room.scratch}/file`]);
    run('reading this checkout as that user', ['sh', '-c', canRead, 'sh', ...shownFiles()]);
    run('the tools in the box, where BOX_TOOLS= names more directories', toolCheck);
  } finally {
    await room.close();
  }
}

/**
 * Which box this machine allows.
 * @returns {Promise<{ kind: string, missing: string }>} root, user or none; missing: what is denied
 */
export async function probeBox() {
  if (process.platform !== 'linux') {
    return { kind: 'none', missing: `namespaces: ${os.type()} has none` };
  }
  const kind = process.getuid() === 0 ? 'root' : 'user';
  try {
    await tryBox(kind);
    return { kind };
  } catch (error) {
    if (!(error instanceof Denied)) {
      throw error;
    }
    return { kind: 'none', missing: error.message };
  }
}

export class Box {
  #rooms = new Set();

  /**
   * @param {object} found what probeBox has found
   * @param {string} found.kind
   * @param {object} limits of a build, in the place of those of limits.mjs
   */
  constructor({ kind }, limits) {
    this.kind = kind;
    this.building = { ...building, ...limits };
    if (kind === 'root') {
      process.umask(0o022); // what the grader writes is read by another user
    }
  }

  /**
   * @param {object} options
   * @param {boolean} options.unsafe whether to go on without a box where there can be none
   * @param {string[]} options.hides files and directories that no room may show
   */
  static async open({ unsafe = false, hides = [] } = {}) {
    const found = await probeBox();
    if (found.kind !== 'none') {
      hides.filter(Boolean).forEach(requireOutside);
    }
    if (found.kind === 'none' && !unsafe) {
      refuse(`no box can be made here, since this is denied or missing: ${found.missing}; `
        + 'UNSAFE=1 grades without one, and a submission can then do what you can');
    }
    return new Box(found);
  }

  /**
   * A new room.
   * @param {(string|string[])[]} shows what it shows beside the tools: Room.open
   */
  async room(shows) {
    const room = this.kind === 'none' ? bareRoom(os.tmpdir())
      : await Room.open(this.kind, [...shownTools(), ...shows]);
    this.#rooms.add(room);
    return room;
  }

  /** Runs a short command that only looks at `file`, and waits: { status, stdout }. */
  look(command, file) {
    return this.kind === 'none' ? spawnSync(command[0], command.slice(1),
      { encoding: 'utf8', timeout: 1000 * looking.clock })
      : runAlone(this.kind, command, [...shownTools(), file], looking);
  }

  /** Ends all that runs in it. */
  async close() {
    await Promise.all([...this.#rooms].map((room) => room.close()));
  }
}
