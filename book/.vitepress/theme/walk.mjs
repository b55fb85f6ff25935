// Page-table walks that take any address. Loaded where there is one, and nowhere else.
import { noAddress, walkHtml } from '../../lib/walk-html.mjs';
import { readAddress, walk } from '../../lib/walk.mjs';

/** Lets the form of a walk answer. What it answers is said aloud, as a whole. */
function start(fieldset) {
  const place = fieldset.closest('.walk');
  const table = JSON.parse(place.dataset.table);
  const [input, select, found] = ['input', 'select', '.found'].map((each) =>
    place.querySelector(each));
  fieldset.form.addEventListener('submit', (event) => {
    event.preventDefault();
    const address = readAddress(input.value);
    input.ariaInvalid = String(address === undefined);
    if (address === undefined) {
      found.textContent = noAddress(input.value.trim());
    } else {
      found.innerHTML = walkHtml(walk(table, address, select.value));
    }
  });
  fieldset.disabled = false;
}

/** Starts those that are not yet. */
export const startWalks = () => document.querySelectorAll('.walk fieldset:disabled').forEach(start);
