// Guest-physical addresses followed through a recorded second-stage table: those that the page names,
// for everybody, and a form for any other, which theme/walk.mjs brings to life.
import { refuse } from '../../../common/stairs/steps.mjs';
import { accessNames, hex, readAddress, rootOf, walk } from '../walk.mjs';
import { walkHtml } from '../walk-html.mjs';
import { commandHtml } from './console.mjs';
import { escape } from './html.mjs';
import { runOf, textOf } from './recorded.mjs';

/** Takes apart `"0x…" "store 0x…" …`: [{ access, address }]. */
function readWalks(rest = '') {
  const texts = /^("[^"]*" *)+$/.test(rest) ? rest.match(/[^"]*[^" ][^"]*/g) : [''];
  return texts.map((text) => {
    const [, access = 'load', digits = ''] = /^(?:(\w+) )?(\S+)$/.exec(text) ?? [];
    const address = readAddress(digits);
    return accessNames.includes(access) && address !== undefined ? { access, address }
      : refuse('@@ walk: it has to be @@ walk NAME "0x…" "store 0x…" …: addresses, and before each '
        + `maybe ${accessNames.join(', ')}`);
  });
}

const formHtml = (first) => '<form><fieldset disabled><legend>Any other address</legend>'
  + `<label>Guest-physical <input type="text" value="${hex(first)}" autocomplete="off" `
  + 'autocapitalize="off" spellcheck="false" enterkeyhint="go"></label>'
  + `<label>Access <select>${accessNames.map((name) => `<option>${name}</option>`).join('')}`
  + '</select></label><button type="submit">Walk</button></fieldset></form>'
  + '<div class="found" aria-live="polite" aria-atomic="true"></div>';

/**
 * Walks through a table.
 * @param rest the addresses, as they stand behind the name of the run
 */
export function walksHtml(step, name, rest) {
  const run = runOf(step, name);
  if (!run.file.endsWith('.table.json')) {
    refuse(`the run ${name} of ${step} has no table`);
  }
  const table = JSON.parse(textOf(step, run));
  const walks = readWalks(rest);
  const hgatp = BigInt(table.hgatp);
  return `<div class="console walk" data-table="${escape(JSON.stringify(table))}" v-pre>`
    + `${commandHtml(step, run)}<p class="root"><code>hgatp</code> is <code>${hex(hgatp)}</code>: mode `
    + `${hgatp >> 60n}, Sv39x4, with its root table at <code>${hex(rootOf(hgatp))}</code>.</p>${
      walks.map(({ address, access }) => `<div>${walkHtml(walk(table, address, access))}</div>`)
        .join('')}${formHtml(walks[0].address)}</div>`;
}
