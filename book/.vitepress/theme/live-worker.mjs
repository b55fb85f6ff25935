// The worker of a page that runs its chapter: it loads what is needed, runs it, and answers.
import { StrictMachine } from '../../../common/machine/wasm.mjs';
import { loadManifest, loadRun, loadSymbols } from '../../live/load.mjs';
import { readQueue, walkBoth } from './live-walk.mjs';
import { Run } from './live-run.mjs';

let run;
let symbols;

/** Where it is in the hypervisor's source: by now, or when a report was made. */
function placeOf({ mode, pc, report }) {
  const [, at, whose] = /; pc (0x[0-9a-f]+), ([A-Z]+-mode)$/.exec(report) ?? [, pc, mode];
  return whose === 'HS-mode' ? symbols?.at(BigInt(at)) : undefined;
}

function tell(message) {
  if (message.kind === 'state') {
    postMessage({ ...message, place: placeOf(message), queue: queueOf(message) });
  } else {
    postMessage(message);
  }
}

const queueOf = ({ isAtRest }) =>
  (isAtRest && run?.queue ? readQueue(run.machine, run.queue) : undefined);

async function start({ manifestUrl, step, name }) {
  let loaded = 0;
  const onProgress = (bytes) => {
    loaded += bytes;
    postMessage({ kind: 'progress', loaded });
  };
  try {
    const manifest = await loadManifest(manifestUrl);
    const about = manifest.chapters[step][name];
    postMessage({ kind: 'about', bytes: about.bytes, until: about.until });
    const [{ module, software }, table] = await Promise.all([
      loadRun(manifestUrl, manifest, about, { onProgress }),
      loadSymbols(manifestUrl, about).catch(() => undefined), // it runs without them as well
    ]);
    symbols = table;
    const machine = new StrictMachine(await WebAssembly.compile(module));
    try {
      machine.load(software);
    } catch (error) {
      postMessage({ kind: 'refused', text: error.message });
      return;
    }
    run = new Run(machine, { ...about, chapter: Number(step.slice(0, 2)) }, tell);
    run.go();
  } catch (error) {
    postMessage({ kind: 'missing', text: error.message });
  }
}

const actions = {
  start,
  walk({ address, access, isPhysical }) {
    if (run === undefined) {
      return;
    }
    postMessage({ kind: 'walk', ...walkBoth(run.machine, address, access, isPhysical) });
  },
  type: ({ input }) => run?.type(input),
};

addEventListener('message', ({ data }) => {
  const { action } = data;
  if (Object.hasOwn(actions, action)) {
    actions[action](data);
  } else {
    run?.[action]();
  }
});
