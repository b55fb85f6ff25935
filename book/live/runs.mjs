// Which runs a page can run by itself: of those that it shows, the plain ones.
import { readPage } from '../lib/page.mjs';
import { readRuns } from '../record/runs.mjs';

const recorded = ['command', 'log', 'trace', 'exits', 'table', 'request'];

/** Why a page cannot run this, as far as runs.mjs says so; undefined if it can. */
export function reasonAgainst(run) {
  const kind = recorded.find((each) => run[each]);
  if (kind) {
    return `it shows no console, but ${kind}`;
  }
  if ((run.target ?? 'run') !== 'run') {
    return 'it is not run';
  }
  return run.variables?.QEMU_FLAGS && 'it wants another machine';
}

/**
 * The runs that a chapter's page shows, by @@ console or @@ failure: { name, run }, in the order of
 * its runs.mjs.
 */
export async function shownRuns(step) {
  const { runs } = await readRuns(step);
  const shown = new Set((readPage(step)?.directives ?? [])
    .filter(({ kind }) => ['console', 'failure'].includes(kind))
    .map(({ rest }) => rest.split(' ')[0]));
  return Object.entries(runs).filter(([name]) => shown.has(name))
    .map(([name, run]) => ({ name, run }));
}

/** What the monitor is asked at the end: as record/run.mjs does it. */
const registersOf = ({ until, monitor, registers }) =>
  registers ?? (until === 'loop' && monitor === undefined ? ['V', 'pc', 'sp'] : undefined);

/** What the manifest says of a run, out of runs.mjs; what is undefined JSON leaves out. */
export function described(run) {
  const { state, patch, type, until, after, limit, monitor } = run;
  const { SANITIZE, FREEDOM, STRICT, MACHINE: _, ...others } = run.variables ?? {};
  return {
    state,
    patch,
    variables: Object.keys(others).length > 0 ? others : undefined,
    sanitize: SANITIZE ? true : undefined,
    freedoms: FREEDOM?.split(','),
    warn: STRICT === 'warn' ? true : undefined,
    type,
    until,
    after,
    limit,
    registers: registersOf(run),
    monitor,
  };
}
