// A submission that is built in a box: its sources with the book's Makefile and rules. What comes
// out is the program alone, through a pipe; nothing else that a build says or leaves is believed.
// How the machine is put together, the rules say outside, where no source of the submission is.
import fs from 'node:fs';
import path from 'node:path';

import { faultOf } from '../elf.mjs';
import { collect } from '../student/taken.mjs';
import { root, Submission } from '../submission.mjs';
import { shownRules } from './shown.mjs';
import { runWithin } from './supervise.mjs';

/** Builds in the directory $1, below $0, with further words for make: prints the program. */
const script = 'out=$0 directory=$1; shift; make --no-print-directory -C "$directory" "$@" build '
  + 'OUT="$out/build" SHARED="$out/shared" CHECK_TOOLS=: >&2 '
  + '&& exec cat "$out/build/hypervisor.elf"';

export class BoxedSubmission extends Submission {
  #box;
  #step;
  #probe;

  /**
   * @param {string} directory whose sources are taken, and nothing else
   * @param {string} step the step of the book that has the Makefile
   * @param {string} out where the program goes; whatever is there goes
   */
  constructor(directory, step, out, { qemu, box, probe }) {
    super(directory, out, qemu);
    [this.#step, this.#box, this.#probe] = [step, box, probe];
  }

  with(name) {
    const probe = path.resolve(root, 'common', 'check', 'guests', name);
    return new BoxedSubmission(this.directory, this.#step,
      `${this.out}-with-${path.parse(name).name}`, { qemu: this.qemu, box: this.#box, probe });
  }

  /** Writes what is built. */
  #writeSources() {
    const place = path.join(path.resolve(this.out), 'sources');
    fs.mkdirSync(place);
    const makefile = fs.readFileSync(path.join(root, 'steps', this.#step, 'Makefile'), 'utf8');
    const files = new Map([...collect(this.directory).files,
      ['Makefile', makefile.replace('../../', `${root}/`)]]);
    for (const [name, content] of files) {
      fs.writeFileSync(path.join(place, name), content);
    }
    return place;
  }

  async build() {
    const sources = this.#writeSources();
    const inside = this.#box.kind === 'none' ? sources : '/submission';
    const rule = path.join(root, 'common', 'check', 'probe.mk');
    const shown = this.#probe ? [rule, this.#probe] : [];
    const more = this.#probe ? ['-f', 'Makefile', '-f', rule, `PROBE=${this.#probe}`] : [];
    const room = await this.#box.room([...shownRules(), [sources, inside], ...shown]);
    const { status, stdout, stderr, excess } = await runWithin(room,
      ['sh', '-c', script, room.scratch, inside, ...more], this.#box.building);
    // Where a room or a submission lies for a moment is no part of what is said.
    const said = stderr.trimEnd().replaceAll(room.scratch, '/scratch')
      .replaceAll(inside, '/submission');
    if (excess !== undefined || status !== 0 || stdout.length === 0) {
      return [said, excess ? `the build was ended: ${excess}` : `the build ends with ${status}`]
        .filter(Boolean).join('\n');
    }
    fs.writeFileSync(this.elf, stdout);
    return faultOf(stdout);
  }

  /** In the book's own step: the program is there, and make looks at no source of it. */
  get whereRuns() {
    return [path.join(root, 'steps', this.#step), '-o', this.elf];
  }
}
