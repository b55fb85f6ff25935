// A request in a queue, one of its steps at a time. Loaded where there is one, and nowhere else.

/** Lets the two buttons go through the steps. What a step does is said aloud. */
function start(buttons) {
  const place = buttons.closest('.request');
  const steps = [...place.querySelectorAll('li')];
  const said = place.querySelector('[aria-live]');
  const [back, on] = buttons.querySelectorAll('button');
  let now = 0;
  const go = (next) => {
    if (steps[next]) {
      steps[now].classList.remove('now');
      steps[next].classList.add('now');
      now = next;
      said.textContent = steps[now].querySelector('p').textContent;
    }
    // Not disabled, or the focus would be lost.
    back.ariaDisabled = String(now === 0);
    on.ariaDisabled = String(now === steps.length - 1);
  };
  back.addEventListener('click', () => go(now - 1));
  on.addEventListener('click', () => go(now + 1));
  go();
  buttons.disabled = false;
}

/** Starts those that are not yet. */
export const startRequests = () =>
  document.querySelectorAll('.request fieldset:disabled').forEach(start);
