// Processes that a grading has started, found by a mark in their environment: also those that have
// lost their parent. What one of them leads as a group ends with it, as not all have its
// environment; what runs in a box ends with that.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';

/** The variable that marks them. */
export const markName = 'WORKBOOK_GRADING';

export const anyMark = () => randomBytes(8).toString('hex');

/** The numbers of all processes with a mark, but for this one. None where there is no /proc. */
function marked(mark) {
  const wanted = `${markName}=${mark}`;
  const entries = fs.existsSync('/proc/self/environ') ? fs.readdirSync('/proc') : [];
  return entries.map(Number).filter((id) => id > 0 && id !== process.pid).filter((id) => {
    try {
      return fs.readFileSync(`/proc/${id}/environ`, 'latin1').split('\0').includes(wanted);
    } catch {
      return false; // it has ended, or is another user's
    }
  });
}

function kill(id) {
  try {
    process.kill(id, 'SIGKILL');
  } catch {
    // it has just ended, or leads no group
  }
}

/** Ends them, until there is none. One that was killed has no environment any more. */
export function endMarked(mark) {
  for (let found = marked(mark); found.length > 0; found = marked(mark)) {
    found.flatMap((id) => [-id, id]).forEach(kill);
  }
}
